import type { BenchFigure, BenchRow } from './bench-row.ts';

/** What was found of one commit, or of one tree that differed from its commit. */
export interface BenchPoint {
  /** The row that counts: of several in real time the best one, since disturbance only ever adds. */
  readonly row: BenchRow;
  /** What was measured: a commit, or a measurement of what differed from one. */
  readonly tree: string;
  /** When that was made, in milliseconds since 1970. */
  readonly timeMs: number;
  /** The lowest and the highest value that was seen. */
  readonly low: number;
  readonly high: number;
}

/** The same figure over commits, oldest first. */
export interface BenchSeries {
  readonly figure: BenchFigure;
  /** The machine that all values are of; undefined: the figure is exact, any machine has it. */
  readonly machine: string | undefined;
  readonly points: readonly BenchPoint[];
}

/** Values of an exact figure that should be one. */
export interface Disagreement {
  readonly figure: BenchFigure;
  readonly commit: string;
  readonly values: readonly number[];
}

/**
 * Groups the rows of a history by what was measured. Values in real time are compared within one
 * machine, exact ones among all.
 */
export function benchSeries(rows: readonly BenchRow[]): readonly BenchSeries[] {
  const series: BenchSeries[] = [];
  for (const group of groupBy(rows, seriesKey)) {
    const last = group.at(-1)!;
    const points = groupBy(group, treeKey).map(pointOf);
    points.sort((a, b) => a.timeMs - b.timeMs);
    series.push({ figure: last, machine: last.exact ? undefined : last.machine, points });
  }
  return series;
}

/** Exact figures that differ between measurements of the same clean commit. */
export function disagreements(rows: readonly BenchRow[]): readonly Disagreement[] {
  const exact = rows.filter((row) => row.exact && !row.dirty && row.commit !== null);
  return groupBy(exact, (row) => JSON.stringify([seriesKey(row), row.commit])).flatMap((group) => {
    const values = [...new Set(group.map(({ value }) => value))];
    const [figure] = group;
    return values.length < 2 ? [] : [{ figure: figure!, commit: figure!.commit!, values }];
  });
}

/** How a value stands to an earlier one. */
export type Change = 'better' | 'worse' | 'same' | 'noise';

/** Below this share of the value a difference in real time means nothing on any machine. */
const leastShare = 0.02;

/**
 * Whether a point is better than another one. In real time only what lies outside all that the rounds
 * of the other ranged over is a change; the rest is `noise`.
 */
export function changeOf(point: BenchPoint, other: BenchPoint): Change {
  const { value, better, exact } = point.row;
  const before = other.row.value;
  if (value === before) return 'same';
  const overlap = point.low <= other.high && other.low <= point.high;
  const slight = Math.abs(value - before) < leastShare * Math.abs(before);
  if (!exact && (overlap || slight)) return 'noise';
  return value > before === (better === 'higher') ? 'better' : 'worse';
}

/** The best point of a series; of equal ones the first. */
export function bestPoint({ points }: BenchSeries): BenchPoint | undefined {
  return points.reduce<BenchPoint | undefined>((best, point) => {
    if (best === undefined) return point;
    return isBetter(point.row, best.row) ? point : best;
  }, undefined);
}

/** How a tree is named: the first digits of its commit, with `+` when it differed from it. */
export function treeName({ commit, dirty }: BenchRow): string {
  return `${commit === null ? 'no commit' : commit.slice(0, 8)}${dirty ? '+' : ''}`;
}

function isBetter(row: BenchRow, other: BenchRow): boolean {
  return row.better === 'higher' ? row.value > other.value : row.value < other.value;
}

function pointOf(group: readonly BenchRow[]): BenchPoint {
  const last = group.at(-1)!;
  const row = last.exact ? last : group.reduce((best, one) => (isBetter(one, best) ? one : best));
  return {
    row,
    tree: treeKey(row),
    timeMs: timeOf(row),
    low: Math.min(...group.map(({ low, value }) => low ?? value)),
    high: Math.max(...group.map(({ high, value }) => high ?? value)),
  };
}

function seriesKey(row: BenchRow): string {
  const { benchmark, metric, variant = null, seeds = null, unit, exact, machine } = row;
  return JSON.stringify([benchmark, metric, variant, seeds, unit, exact ? null : machine]);
}

/** Two measurements of a tree that differs from its commit may be of different trees. */
function treeKey({ commit, dirty, at }: BenchRow): string {
  return dirty || commit === null ? `${commit} at ${at}` : commit;
}

function timeOf({ dirty, committedAt, at }: BenchRow): number {
  return Date.parse(dirty || committedAt === null ? at : committedAt);
}

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[][] {
  return [...Map.groupBy(items, keyOf).values()];
}
