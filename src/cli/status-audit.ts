import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { auditReport } from '../report/audit-report.ts';
import { jsonLine } from '../report/json.ts';
import { audit } from '../status/audit/audit.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import { computed, type StatusPlace } from './status-place.ts';
import type { Terminal } from './terminal.ts';

/**
 * Lists the contradictions of trackers. Claims of the project, where there are any, are asked for
 * what the trackers call done.
 *
 * @returns 1 when there is a contradiction, 4 when no file says anything about a status
 * @throws UsageError when a file cannot be read
 */
export async function auditTrackers(
  files: readonly string[],
  place: StatusPlace,
  json: boolean,
  terminal: Terminal,
): Promise<ExitCode> {
  const { fileError } = await import('../run/case-store.ts');
  const hasClaims = existsSync(join(place.root, place.name));
  const claims = hasClaims ? (await computed(place)).record.claims : [];
  const records = files.map((file) => {
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch (error) {
      throw fileError(error, file, 'read');
    }
    return audit(text, file, claims);
  });
  for (const record of records) {
    if (json) terminal.out(jsonLine(record) ?? '');
    else terminal.out(auditReport(record, terminal.paint, terminal.width));
  }
  if (records.some(({ contradictions }) => contradictions.length > 0)) return exitCode.broken;
  if (records.some(({ entries }) => entries > 0)) return exitCode.held;
  terminal.note('nothing here has a status: no check-mark, no table, no sentence with an id');
  return exitCode.nothingSelected;
}
