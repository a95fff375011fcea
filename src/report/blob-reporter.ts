import { jsonLine } from './json.ts';
import type { Reporter, ReporterOutput } from './reporter.ts';

/**
 * What `seedstorm merge` needs of one shard. The record stands in it as the reporter `json` has it;
 * sweeps carry the census that adds up.
 */
export function blobReporter({ replace }: ReporterOutput): Reporter {
  return {
    onPart: (_part, soFar) => replace(jsonLine(soFar) ?? ''),
    onEnd: (record) => replace(jsonLine(record) ?? ''),
  };
}
