import { join } from 'node:path';
import type { EvidenceLine } from '../record/evidence-line.ts';
import { parseEvidence } from '../record/parse-evidence.ts';
import { evidenceName } from './evidence.ts';
import { readLineFile } from './line-file.ts';

/**
 * Reads the evidence of a project; none when there is no such file.
 *
 * @param logsDirectory as `appendEvidence` takes it
 * @throws UsageError that names file, line and field
 */
export function readEvidence(logsDirectory: string): readonly EvidenceLine[] {
  const path = join(logsDirectory, evidenceName);
  return parseEvidence(readLineFile(path), path);
}
