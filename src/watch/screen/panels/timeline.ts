import { duration } from '../../../report/format.ts';
import type { TimelineMoment, TimelineSnapshot, WorldStatus } from '../../snapshot.ts';
import type { Look, Tone } from '../look.ts';
import { Row } from '../row.ts';

/** Where a time stands on a bar of so many cells. */
export function columnOf(us: number, endUs: number, bar: number): number {
  if (endUs <= 0) return 0;
  return Math.max(0, Math.min(bar - 1, Math.floor((us / endUs) * bar)));
}

interface AxisData {
  readonly timeline: TimelineSnapshot;
  readonly status: WorldStatus;
}

/**
 * The lines above the lanes, as many as there is room for (1 to 3): where now is among the phases,
 * notable moments, and how much happens when.
 */
export function axisRows(
  data: AxisData,
  look: Look,
  label: number,
  bar: number,
  height: number,
): readonly string[] {
  const rows = [nowRow(data, look, label, bar)];
  if (height >= 2) rows.push(momentsRow(data, look, label, bar));
  if (height >= 3) rows.push(activityRow(data, look, label, bar));
  return rows;
}

/** Phases as a ruler, with the sign of now in it. */
function nowRow({ status }: AxisData, look: Look, label: number, bar: number): string {
  const { glyphs } = look;
  const { stormUs, healUs, endUs } = status.phases;
  const row = new Row(look, label + 1 + bar).put(' ').put(status.phase, 'accent');
  row.to(label + 1);
  const names = [
    [0, 'form'],
    [stormUs, 'storm'],
    [healUs, 'heal'],
  ] as const;
  const text: { sign: string; tone: Tone }[] = Array.from({ length: bar }, () => ({
    sign: glyphs.horizontal,
    tone: 'faint',
  }));
  const set = (column: number, sign: string, tone: Tone): void => {
    if (column < bar) text[column] = { sign, tone };
  };
  for (const [fromUs, name] of names) {
    const column = columnOf(fromUs, endUs, bar);
    set(column, glyphs.vertical, 'faint');
    for (const [index, letter] of [...name].entries()) set(column + 1 + index, letter, 'faint');
  }
  const furthest = columnOf(status.furthest.timeUs, endUs, bar);
  const now = columnOf(status.timeUs, endUs, bar);
  for (let column = 0; column < now; column++) {
    if (text[column]!.sign === glyphs.horizontal) set(column, glyphs.bar, 'accent');
  }
  if (furthest > now) set(furthest, glyphs.vertical, 'accent');
  set(now, glyphs.now, 'focus');
  for (const { sign, tone } of text) row.put(sign, tone);
  return row.end();
}

const momentSigns: Readonly<Record<TimelineMoment['kind'], readonly [string, Tone]>> = {
  violation: ['X', 'alarm'],
  leader: ['L', 'good'],
  fault: ['f', 'doubtful'],
  life: ['d', 'bad'],
  'fault-end': ['.', 'faint'],
  role: ['.', 'faint'],
};

/** Among moments in one cell, the one that matters most. */
const worth: readonly TimelineMoment['kind'][] = [
  'violation',
  'leader',
  'life',
  'fault',
  'fault-end',
  'role',
];

function momentsRow(
  { timeline, status }: AxisData,
  look: Look,
  label: number,
  bar: number,
): string {
  const best: (TimelineMoment['kind'] | 'mark' | undefined)[] = Array.from({ length: bar });
  const { endUs } = status.phases;
  for (const { timeUs, kind } of timeline.moments) {
    const column = columnOf(timeUs, endUs, bar);
    const there = best[column];
    const better =
      there === undefined || worth.indexOf(kind) < worth.indexOf(there as TimelineMoment['kind']);
    if (better) best[column] = kind;
  }
  for (const { timeUs } of timeline.marks) best[columnOf(timeUs, endUs, bar)] = 'mark';
  const row = new Row(look, label + 1 + bar).cell(' L leader  f fault  d death', label, 'faint');
  row.to(label + 1);
  for (const kind of best) {
    if (kind === undefined) row.put(' ');
    else if (kind === 'mark') row.put('m', 'focus');
    else row.put(...momentSigns[kind]);
  }
  return row.end();
}

function activityRow(
  { timeline, status }: AxisData,
  look: Look,
  label: number,
  bar: number,
): string {
  const { density } = timeline;
  const most = density.reduce((max, one) => Math.max(max, one), 0);
  const row = new Row(look, label + 1 + bar)
    .cell(` activity, ${duration(status.phases.endUs)} in all`, label, 'faint')
    .to(label + 1);
  row.put(sparkline(density, bar, most, look), 'faint');
  return row.end();
}

/** Values as bars of eight heights, stretched over so many cells; blank where there is nothing. */
export function sparkline(
  values: readonly number[],
  cells: number,
  most: number,
  look: Look,
): string {
  if (values.length === 0 || most <= 0) return ' '.repeat(cells);
  const { levels } = look.glyphs;
  let text = '';
  for (let cell = 0; cell < cells; cell++) {
    const value = values[Math.floor((cell * values.length) / cells)]!;
    const level = Math.ceil((value / most) * levels.length) - 1;
    text += value <= 0 ? ' ' : levels[Math.max(0, Math.min(levels.length - 1, level))]!;
  }
  return text;
}
