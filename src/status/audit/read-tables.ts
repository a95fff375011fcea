import { entryOf, type Reading } from './entry-of.ts';
import type { Section } from './tracker.ts';
import { idIn, nameOf, namesEvidence, phaseIn, plain, sharesIn, stateWords } from './words.ts';

/** What the columns of a table are for; indexes, absent where there is no such column. */
export interface TableHead {
  readonly status?: number;
  readonly percent?: number;
  readonly phase?: number;
  readonly task?: number;
  /** Whether each row is a phase, not a piece of work. */
  readonly ofPhases: boolean;
}

/** Cells of a row, as plain text. */
export function cellsOf(row: string): readonly string[] {
  const inner = row.trim().replace(/^\|/, '').replace(/\|$/, '');
  return inner.split(/(?<!\\)\|/).map((cell) => cell.replaceAll('\\|', '|').trim());
}

/** Reads the titles of a table. */
export function tableHead(row: string): TableHead {
  const titles = cellsOf(row).map((cell) => plain(cell));
  const find = (pattern: RegExp): number => titles.findIndex((title) => pattern.test(title));
  const status = find(/^(?:status|state|result|health|done\??)$/i);
  const percent = find(/^(?:percent\w*|progress|completion|complete|.*%.*)$/i);
  const phase = find(
    /^(?:phase|milestone|sprint|stage|epic|module|area|category|component|section)s?$/i,
  );
  const task = find(
    /^(?:id|#|no\.?|key|tasks?|items?|stor(?:y|ies)|features?|tickets?|work|rungs?)\b/i,
  );
  return {
    ...(status < 0 ? {} : { status }),
    ...(percent < 0 ? {} : { percent }),
    ...(phase < 0 ? {} : { phase }),
    ...(task < 0 ? {} : { task }),
    ofPhases: phase >= 0 && task < 0,
  };
}

/** Reads one row below the titles. */
export function readRow(
  row: string,
  line: number,
  section: Section,
  head: TableHead,
  reading: Reading,
): void {
  const cells = cellsOf(row).map((cell) => plain(cell));
  const subject = cells[head.ofPhases ? head.phase! : (head.task ?? 0)] ?? '';
  const [share] = head.percent === undefined ? [] : sharesIn(cells[head.percent] ?? '', true);
  const statusCell = head.status === undefined ? '' : (cells[head.status] ?? '');
  const { states } = stateWords(statusCell);
  if (/^(?:sum|total|overall|all)\b/i.test(subject)) {
    if (share !== undefined) reading.phases.push({ key: '', line, ...share });
    return;
  }
  const named = phaseIn(subject);
  if (head.ofPhases || named !== undefined) {
    const key = named ?? phaseNumber(subject, head) ?? nameOf(subject);
    const [state] = states;
    const said = state === undefined ? {} : { state };
    if (share === undefined && state === undefined) return;
    reading.phases.push({ key, line, approximate: false, ...said, ...share });
    return;
  }
  const marks =
    states.length > 0 || head.status !== undefined ? states : stateOfShare(share?.percent);
  if (marks.length === 0) return;
  // The id may stand in a column of its own, before the task.
  const text = [cells.find((cell) => idIn(cell) !== undefined) ?? '', subject].join(' ').trim();
  const entry = entryOf(text, marks, line, section, true, namesEvidence(row));
  const phase = head.phase === undefined ? undefined : phaseNumber(cells[head.phase] ?? '', head);
  reading.entries.push(phase === undefined ? entry : { ...entry, phase });
}

/** A column of phases may hold their numbers alone. */
function phaseNumber(cell: string, head: TableHead): string | undefined {
  if (head.phase === undefined) return undefined;
  return phaseIn(cell) ?? (/^\d+$/.test(cell) ? `phase ${cell}` : undefined);
}

function stateOfShare(percent: number | undefined) {
  if (percent === undefined) return [];
  return percent === 100
    ? (['done'] as const)
    : percent === 0
      ? (['open'] as const)
      : (['started'] as const);
}
