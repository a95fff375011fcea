import { count, instant } from '../../../report/format.ts';
import type { Comparison, EventLine, PastSnapshot } from '../../snapshot.ts';
import type { Look, Tone } from '../look.ts';
import type { PanelText, PanelView } from '../panel.ts';
import { fill, Row } from '../row.ts';

/** Two pasts side by side: how each ended, and the first events in which they differ. */
export function comparisonPanel(comparison: Comparison, view: PanelView): PanelText {
  const { look, width, height } = view;
  const half = Math.floor((width - 1) / 2);
  const { first, second, parting } = comparison;
  const right = width - 1 - half;
  // Both tell their ends in as many lines, so that the numbers below stand side by side.
  const ends = [outcomeLines(first, look, half), outcomeLines(second, look, right)] as const;
  const endRows = Math.max(ends[0].length, ends[1].length);
  const lefts = pastLines(first, fill(ends[0], endRows, half), parting?.first, look, half);
  const rights = pastLines(
    second,
    fill(ends[1], endRows, right),
    parting?.second,
    look,
    right,
    first,
  );
  const body = Math.max(0, height - 3);
  const between = new Row(look, 1).put(look.glyphs.vertical, 'accent').end();
  const leftRows = fill(lefts, body, half);
  const rightRows = fill(rights, body, right);
  const empty = ' '.repeat(width);
  return {
    title: 'two pasts',
    note: comparison.complete ? 'complete' : `${Math.floor(comparison.progress * 100)} %`,
    noteTone: comparison.complete ? 'good' : 'doubtful',
    rows: [
      new Row(look, width).put(' the change: ', 'faint').put(comparison.edit, 'strong').end(),
      partingLine(comparison, look, width),
      empty,
      ...leftRows.map((line, y) => line + between + rightRows[y]!),
    ],
  };
}

function partingLine({ parting, complete }: Comparison, look: Look, width: number): string {
  const row = new Row(look, width);
  if (parting !== undefined) {
    const where = `${instant(parting.timeUs)}, step ${count(parting.step)}`;
    return row.put(' they part at ', 'faint').put(where, 'accent').end();
  }
  return row.put(complete ? ' they are equal to the end' : ' equal so far', 'faint').end();
}

function pastLines(
  past: PastSnapshot,
  ends: readonly string[],
  events: readonly EventLine[] | undefined,
  look: Look,
  width: number,
  other?: PastSnapshot,
): readonly string[] {
  const line = (): Row => new Row(look, width).put(' ');
  const empty = ' '.repeat(width);
  const lines = [line().put(past.title, 'accent').end(), ...ends, empty];
  const counts = [
    ['operations ok', past.ok, other?.ok],
    ['operations failed', past.fail, other?.fail],
    ['elections won', past.leaders, other?.leaders],
    ['faults begun', past.faults, other?.faults],
    ['lives ended', past.deaths, other?.deaths],
  ] as const;
  for (const [name, value, compared] of counts) {
    const difference = compared === undefined ? 0 : value - compared;
    const sign =
      difference > 0 ? `  +${count(difference)}` : difference < 0 ? `  ${count(difference)}` : '';
    lines.push(line().cell(name, 19, 'faint').number(count(value), 9).put(sign, 'doubtful').end());
  }
  if (events !== undefined) {
    lines.push(empty, line().put('from there on', 'faint').end());
    for (const event of events) {
      const row = line().put(instant(event.timeUs), 'faint').put(' ');
      lines.push(row.cell(event.node, 4, 'strong').put(event.text).end());
    }
  }
  return lines;
}

function outcomeLines({ outcome }: PastSnapshot, look: Look, width: number): readonly string[] {
  const line = (): Row => new Row(look, width).put(' ');
  if (outcome === undefined) return [line().put('on its way', 'doubtful').end()];
  const { verdict, violation } = outcome;
  const tone: Tone = verdict === 'held' ? 'good' : verdict === 'broken' ? 'alarm' : 'doubtful';
  const { held, broken } = look.glyphs;
  const sign = verdict === 'held' ? held : verdict === 'broken' ? broken : '?';
  const lines = [line().put(` ${sign} ${verdict} `, tone).end()];
  if (violation !== undefined) {
    const when = `at ${instant(violation.timeUs)}, step ${count(violation.step)}`;
    lines.push(
      line().put(`${violation.rung} ${violation.title}`, 'bad').end(),
      line()
        .put(`${when} on ${violation.nodes.join(', ')}`, 'plain')
        .end(),
    );
  } else lines.push(...outcome.reasons.slice(0, 2).map((reason) => line().put(reason).end()));
  const ended = `ended at ${instant(outcome.timeUs)}, step ${count(outcome.steps)}`;
  lines.push(line().put(ended, 'faint').end());
  return [...lines, line().put(`digest ${outcome.digest}`, 'faint').end()];
}
