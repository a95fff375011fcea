import { count, instant } from '../../../report/format.ts';
import type { LadderSnapshot, RungLine } from '../../snapshot.ts';
import type { Glyphs, Look, Tone } from '../look.ts';
import {
  cursorSign,
  firstShown,
  type PanelText,
  type PanelView,
  passes,
  within,
} from '../panel.ts';
import { fill, Row } from '../row.ts';

const marks: Readonly<Record<RungLine['state'], readonly [keyof Glyphs | '?' | ' ', Tone]>> = {
  holds: ['held', 'good'],
  unmet: ['waiting', 'faint'],
  broken: ['broken', 'bad'],
  inconclusive: ['?', 'doubtful'],
  'not owed': [' ', 'faint'],
};

/** Every rung: how it stands, and how often its premise held. */
export function ladderPanel(ladder: LadderSnapshot, view: PanelView): PanelText {
  const { look, width } = view;
  const shown = shownRungs(ladder.rungs, view.filter);
  const lowest = ladder.rungs[ladder.lowestBroken];
  // What the selected rung says, in two lines.
  const statement = view.focused && view.height >= 9;
  const height = view.height - (statement ? 2 : 0);
  // Two columns need room for most of a title in each.
  const columns = width >= 68 && shown.length > height ? 2 : 1;
  const each = Math.floor(width / columns);
  const selected = view.focused ? within(view.cursor, shown.length) : anchor(shown, lowest);
  const perPage = height * columns;
  const first = firstShown(shown.length, selected, perPage);
  const texts = shown.slice(first, first + perPage).map((rung, index) => {
    return rungLine(rung, view, each, first + index === selected, rung === lowest);
  });
  const rows = Array.from({ length: Math.min(height, texts.length) }, (_, y) => {
    const left = texts[y]!;
    if (columns === 1) return left;
    return left + (texts[y + height] ?? ' '.repeat(each)) + ' '.repeat(width - 2 * each);
  });
  const said = statement ? statementLines(shown[selected], look, width) : [];
  return {
    title: 'ladder',
    ...summary(ladder, lowest),
    rows: [...(statement ? fill(rows, height, width) : rows), ...said],
  };
}

/** Rungs that the filter lets through. */
export function shownRungs(rungs: readonly RungLine[], filter: string): readonly RungLine[] {
  if (filter === '') return rungs;
  return rungs.filter(({ id, title, state }) => passes(filter, `${id} ${title} ${state}`));
}

/** While nobody chooses a rung, the lowest broken one is in sight. */
function anchor(shown: readonly RungLine[], lowest: RungLine | undefined): number {
  return lowest === undefined ? 0 : Math.max(0, shown.indexOf(lowest));
}

function summary(
  ladder: LadderSnapshot,
  lowest: RungLine | undefined,
): Pick<PanelText, 'note' | 'noteTone'> & { note: string; noteTone: Tone } {
  if (lowest !== undefined) return { note: `lowest broken: ${lowest.id}`, noteTone: 'alarm' };
  const met = ladder.rungs.filter(({ state }) => state === 'holds').length;
  const owed = ladder.rungs.filter(({ state }) => state !== 'not owed').length;
  return { note: `${met} hold, ${owed - met} not met`, noteTone: 'faint' };
}

function rungLine(
  rung: RungLine,
  view: PanelView,
  width: number,
  selected: boolean,
  lowest: boolean,
): string {
  const { look } = view;
  const [mark, tone] = marks[rung.state];
  const sign = mark === '?' || mark === ' ' ? mark : (look.glyphs[mark] as string);
  const broken = rung.state === 'broken';
  const at = rung.brokenAt === undefined ? '' : instant(rung.brokenAt.timeUs);
  const end = broken ? at : rung.state === 'not owed' ? 'not owed' : count(rung.premise);
  const titleTone: Tone = lowest ? 'alarm' : broken ? 'bad' : tone === 'good' ? 'plain' : tone;
  const row = new Row(look, width)
    .put(cursorSign(view, selected), 'accent')
    .put(`${sign} `, tone)
    .cell(rung.id, 5, broken ? 'bad' : 'faint');
  row.cell(rung.title, Math.max(0, row.room - end.length - 2), titleTone);
  return row
    .put(' ')
    .number(end, end.length, broken ? 'bad' : 'faint')
    .end();
}

function statementLines(rung: RungLine | undefined, look: Look, width: number): readonly string[] {
  const text = rung === undefined ? '' : `${rung.id}: ${rung.statement}`;
  const space = text.lastIndexOf(' ', width - 3);
  const cut = text.length <= width - 2 || space <= 0 ? width - 2 : space;
  return [text.slice(0, cut), text.slice(cut).trimStart()].map((part) =>
    new Row(look, width)
      .put(' ')
      .cell(part, width - 2, 'accent')
      .end(),
  );
}
