import { cellsOf } from './read-tables.ts';
import type { Count, Section, Sum, Total } from './tracker.ts';
import { plain, sentencesOf, sharesIn, stateWords } from './words.ts';

const count =
  /(?<![\w./-])(\d{1,4})\s*(?:\/|\bof\b|\bout of\b)\s*(\d{1,4})(?![\w/.]*\d)\s*([a-z]+)?/gi;
/** Words that a count has of its own: `6/8 criteria met`, `Completed: 6 of 8`. */
const countWords =
  /^\s*(?:[a-z]+\s+){0,2}(?:complet\w*|done|met|finished|passed|passing|implemented)\b/i;
const countLabel = /\b(?:completed|done|finished|closed|passed|passing|implemented)\s*:?\s*$/i;

/** The counts `n/m` and `n of m` of a line. */
export function readCounts(raw: string, line: number, section: Section): readonly Count[] {
  const text = plain(raw).replaceAll('|', ' ; ');
  return sentencesOf(text).flatMap((sentence) => countsIn(sentence, line, section));
}

function countsIn(text: string, line: number, section: Section): readonly Count[] {
  return [...text.matchAll(count)].flatMap((match) => {
    const [whole, done, of, noun = ''] = match;
    const isCounted = Number(of) > 0 && Number(done) <= Number(of);
    if (!isCounted) return [];
    const end = match.index + whole.length - noun.length;
    const before = text.slice(0, match.index).replace(countLabel, '');
    const after = text
      .slice(end)
      .replace(countWords, '')
      .replace(/^\s*[a-z]+/i, '');
    const [share] = sharesIn(text, true);
    return [
      {
        line,
        section,
        done: Number(done),
        of: Number(of),
        noun: /^(?:complet|done|met|finish|pass)/i.test(noun) ? '' : noun.toLowerCase(),
        saidComplete: stateWords(`${before} ; ${after}`).states[0] === 'done',
        ...(share === undefined ? {} : { percent: share.percent }),
      },
    ];
  });
}

/** `Total: 27 tasks`, `Total tasks: 27`. */
export function readTotals(raw: string, line: number, section: Section): readonly Total[] {
  const pattern =
    /\btotal(?:\s+(?:number of\s+)?(?:tasks|items|stories|features))?\s*[:=]\s*(\d+)(?:\s+(?:tasks|items|stories|features))?\b(?!\s*(?:%|\/|of))/i;
  const text = plain(raw);
  const [whole, number] = pattern.exec(text) ?? [];
  if (whole === undefined || !/tasks|items|stories|features/i.test(whole)) return [];
  return [{ line, section, total: Number(number) }];
}

/** Totals with their parts: the last row of a table, or labelled numbers one after another. */
export function readSums(lines: readonly string[]): readonly Sum[] {
  return [...tableSums(lines), ...labelledSums(lines)];
}

function tableSums(lines: readonly string[]): Sum[] {
  const sums: Sum[] = [];
  let titles: readonly string[] = [];
  let rows: (readonly string[])[] = [];
  for (const [at, raw] of lines.entries()) {
    if (!/^\s*\|/.test(raw)) {
      titles = [];
      rows = [];
    } else if (titles.length === 0) titles = cellsOf(raw).map(plain);
    else if (!/^[\s|:-]+$/.test(raw)) {
      const cells = cellsOf(raw).map(plain);
      if (!/^(?:sum|total|overall|all)\b/i.test(cells[0] ?? '')) rows.push(cells);
      else sums.push(...columnSums(titles, rows, cells, at + 1));
    }
  }
  return sums;
}

function columnSums(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  totals: readonly string[],
  line: number,
): Sum[] {
  return totals.flatMap((cell, column) => {
    const numbers = rows.map((row) => row[column] ?? '');
    const isWhole = (text: string): boolean => /^\d+$/.test(text);
    if (column === 0 || !isWhole(cell) || rows.length < 2 || !numbers.every(isWhole)) return [];
    const of = titles[column] ?? '';
    return [{ line, total: Number(cell), parts: numbers.map(Number), of }];
  });
}

const labelled =
  /\b(completed?|done|finished|in[- ]progress|started|not started|open|remaining|pending|to-?do|blocked|broken|failing|total)\s*(?:\w+\s*)?[:=]\s*(\d+)\b(?!\s*(?:%|\/|of\b|\.\d))/gi;

/** Labels on neighbouring lines make one account; it is closed by its total. */
function labelledSums(lines: readonly string[]): Sum[] {
  const sums: Sum[] = [];
  let parts: { label: string; number: number; line: number }[] = [];
  const close = (): void => {
    const total = parts.find(({ label }) => label === 'total');
    const others = parts.filter(({ label }) => label !== 'total');
    const labels = new Set(others.map(({ label }) => label));
    if (total !== undefined && others.length >= 2 && labels.size === others.length) {
      const of = others.map(({ label }) => label).join(' + ');
      sums.push({
        line: total.line,
        total: total.number,
        parts: others.map((one) => one.number),
        of,
      });
    }
    parts = [];
  };
  for (const [at, raw] of lines.entries()) {
    const found = /^\s*\|/.test(raw) ? [] : [...plain(raw).matchAll(labelled)];
    if (found.length === 0) {
      if (raw.trim() !== '') close();
      continue;
    }
    for (const [, label, number] of found) {
      parts.push({ label: label!.toLowerCase(), number: Number(number), line: at + 1 });
    }
  }
  close();
  return sums;
}
