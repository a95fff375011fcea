import type * as v from 'valibot';
import { UsageError } from './usage-error.ts';

/**
 * Reads a file of one JSON object a line that several writers append to. What a writer that was cut
 * off left at the very end is passed over.
 *
 * @param file where the lines come from, for errors
 * @param noun what a line is: `a line of evidence`
 * @param take reads one line; `where` names file and line
 * @throws UsageError that names file and line
 */
export function readJsonLines<Line>(
  content: string,
  file: string,
  noun: string,
  take: (value: unknown, where: string) => Line,
): readonly Line[] {
  const lines = content.split('\n');
  const found: Line[] = [];
  for (const [at, line] of lines.entries()) {
    if (line.trim() === '') continue;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      if (at === lines.length - 1) continue;
      const hint = `${noun} is one JSON object; was it merged by hand?`;
      throw new UsageError(`not ${noun}`, `${file}:${at + 1}`, hint);
    }
    found.push(take(value, `${file}:${at + 1}`));
  }
  return found;
}

/** What a schema found wrong in a line, as an error that names file, line and field. */
export function lineComplaint(
  issue: v.BaseIssue<unknown>,
  where: string,
  noun: string,
): UsageError {
  const field = (issue.path ?? []).map((part) => String(part.key)).join('.');
  const place = field === '' ? where : `${where}, ${field}`;
  const wanted = issue.expected === null ? issue.message : `expected ${issue.expected}`;
  return new UsageError(`not ${noun}: ${wanted}, got ${issue.received}`, place);
}
