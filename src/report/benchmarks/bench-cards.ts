import type { BenchFigure, BenchRow } from '../../record/bench-row.ts';
import {
  type BenchPoint,
  type BenchSeries,
  benchSeries,
  bestPoint,
  type Change,
  changeOf,
} from '../../record/bench-series.ts';

/** One line of a card: a series, and how its latest value stands to earlier ones. */
export interface BenchLine {
  /** The variant, or the metric where there are no variants. */
  readonly label: string;
  readonly series: BenchSeries;
  readonly latest: BenchPoint;
  /** The commit before; undefined: this is the first. */
  readonly previous: Comparison | undefined;
  /** The best of all, which the latest may be itself. */
  readonly best: Comparison;
  /** Other lines of the card were measured later. */
  readonly isOld: boolean;
}

/** The latest value against another one. */
export interface Comparison {
  readonly point: BenchPoint;
  readonly change: Change;
}

/** What is drawn in one picture: a metric of a benchmark with all its variants. */
export interface BenchCard {
  readonly figure: BenchFigure;
  /** Undefined: exact, so any machine has these values. */
  readonly machine: string | undefined;
  /** What was measured, oldest first: the horizontal axis. */
  readonly trees: readonly BenchPoint[];
  /** How many were measured in all; only the newest are drawn. */
  readonly treeCount: number;
  readonly lines: readonly BenchLine[];
}

/** The cards of a benchmark. */
export interface BenchSection {
  readonly benchmark: string;
  readonly cards: readonly BenchCard[];
}

/** Orders the rows of a history into what a page shows. Names keep the order of their last rows. */
export function benchSections(rows: readonly BenchRow[]): readonly BenchSection[] {
  const bySection = Map.groupBy(benchSeries(rows), ({ figure }) => figure.benchmark);
  return [...bySection].map(([benchmark, series]) => {
    const cards = Map.groupBy(series, ({ figure: { metric, unit, exact }, machine }) =>
      JSON.stringify([metric, unit, exact, machine]),
    );
    return { benchmark, cards: [...cards.values()].map(cardOf) };
  });
}

/** More commits than that cannot be told apart in a picture. */
const drawnTrees = 100;

function cardOf(all: readonly BenchSeries[]): BenchCard {
  const { figure, machine } = all[0]!;
  const trees = new Map<string, BenchPoint>();
  for (const { points } of all) for (const point of points) trees.set(point.tree, point);
  const axis = [...trees.values()].sort((a, b) => a.timeMs - b.timeMs);
  const lines = all.map((series) => lineOf(series, axis.at(-1)!));
  return { figure, machine, trees: axis.slice(-drawnTrees), treeCount: axis.length, lines };
}

function lineOf(series: BenchSeries, last: BenchPoint): BenchLine {
  const { figure, points } = series;
  const latest = points.at(-1)!;
  const before = points.at(-2);
  const best = bestPoint(series)!;
  return {
    label: figure.variant ?? figure.metric,
    series,
    latest,
    previous:
      before === undefined ? undefined : { point: before, change: changeOf(latest, before) },
    best: { point: best, change: changeOf(latest, best) },
    isOld: latest.tree !== last.tree,
  };
}
