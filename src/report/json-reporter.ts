import { jsonLine } from './json.ts';
import type { Reporter, ReporterOutput } from './reporter.ts';

/** The whole record, as one line of JSON; for whoever draws their own conclusions. */
export function jsonReporter({ replace }: ReporterOutput): Reporter {
  return {
    onPart: (_part, soFar) => replace(jsonLine(soFar) ?? ''),
    onEnd: (record) => replace(jsonLine(record) ?? ''),
  };
}
