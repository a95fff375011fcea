import type { AuditRecord } from '../record/audit-record.ts';
import { clip, plural } from './format.ts';
import type { Paint } from './paint.ts';

/** The contradictions of a tracker for a terminal, each with its lines. */
export function auditReport(record: AuditRecord, paint: Paint, width: number): string[] {
  const { file, contradictions, entries } = record;
  const lines = contradictions.flatMap(({ kind, what, lines: quoted }) => [
    `${paint.bad(kind)}  ${what}`,
    ...quoted.map(({ line, text }) => paint.faint(clip(`  ${file}:${line}: ${text}`, width))),
  ]);
  const summary = `${plural(contradictions.length, 'contradiction')} in ${plural(entries, 'entry', 'entries')}`;
  const good = contradictions.length === 0;
  return [...lines, `${file}: ${(good ? paint.good : paint.bad)(summary)}`];
}
