import type { Notice } from '../../snapshot.ts';
import type { Look, Tone } from '../look.ts';
import { Row } from '../row.ts';

/** A key and what it does here. */
export type KeyHint = readonly [key: string, what: string];

const noticeTones: Readonly<Record<Notice['tone'], Tone>> = {
  good: 'good',
  plain: 'strong',
  warning: 'doubtful',
  bad: 'bad',
};

/** The keys of the context, as many as there is room for; at the right what was last said. */
export function keysLine(
  hints: readonly KeyHint[],
  notice: Notice | undefined,
  look: Look,
  width: number,
): string {
  const row = new Row(look, width).put(' ');
  if (notice !== undefined) {
    row.cell(notice.text, Math.min(notice.text.length, width - 12), noticeTones[notice.tone]);
    row.put('  ');
  }
  for (const [key, what] of hints) {
    if (row.room < key.length + what.length + 3) break;
    row.put(key, 'accent').put(` ${what}  `, 'faint');
  }
  return row.end();
}

/** A line that is being typed. */
export function promptLine(
  sign: string,
  text: string,
  hint: string,
  look: Look,
  width: number,
): string {
  const row = new Row(look, width).put(` ${sign}`, 'accent');
  // The end of what is typed stays in sight.
  const room = row.room - 1;
  row.put(text.length > room ? text.slice(text.length - room) : text, 'strong');
  return row.put(' ', 'selected').put(`  ${hint}`, 'faint').end();
}

/** A question: `y` and `n` answer it. */
export function questionLine(text: string, look: Look, width: number): string {
  return new Row(look, width).put(` ${text} `, 'alarm').put('  y yes  n no', 'strong').end();
}
