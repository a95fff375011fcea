import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EvidenceLine } from '../record/evidence-line.ts';
import { parseEvidence } from '../record/parse-evidence.ts';
import { fileError } from './case-store.ts';
import { evidenceName } from './evidence.ts';

/**
 * Reads the evidence of a project; none when there is no such file.
 *
 * @param logsDirectory as `appendEvidence` takes it
 * @throws UsageError that names file, line and field
 */
export function readEvidence(logsDirectory: string): readonly EvidenceLine[] {
  const path = join(logsDirectory, evidenceName);
  if (!existsSync(path)) return [];
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch (error) {
    throw fileError(error, path, 'read');
  }
  return parseEvidence(content, path);
}
