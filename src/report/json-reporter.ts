import type { GateRecord } from '../record/gate-record.ts';
import { jsonLine } from './json.ts';
import type { Reporter, ReporterOutput } from './reporter.ts';

/** The whole record, as one line of JSON; for whoever draws their own conclusions. */
export function jsonReporter({ replace }: ReporterOutput): Reporter {
  return {
    onPart: (_part, soFar) => replace(lineOf(soFar)),
    onEnd: (record) => replace(lineOf(record)),
  };
}

/** What shards hand over to each other is large and says nothing that the sums do not. */
function lineOf(record: GateRecord): string {
  const parts = record.parts.map((part) => {
    if (part.kind !== 'sweep') return part;
    const { census: _, ...rest } = part;
    return rest;
  });
  return jsonLine({ ...record, parts }) ?? '';
}
