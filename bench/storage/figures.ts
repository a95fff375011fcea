import type { Redundancy } from '../../src/systems/storage/placement/storage-class.ts';
import type { Figure } from '../benchmark.ts';
import type { DoneOperation, LostDomain, MeasuredCluster, OpenCluster } from './cluster.ts';
import { countCopies } from './copy-meter.ts';

/** The classes that are compared: what they are called, and their redundancy. */
export const storageClasses: readonly (readonly [name: string, redundancy: Redundancy])[] = [
  ['R(3)', { kind: 'replicated', copies: 3 }],
  ['4+2', { kind: 'erasure', dataParts: 4, parityParts: 2 }],
  ['8+3', { kind: 'erasure', dataParts: 8, parityParts: 3 }],
  ['8+4', { kind: 'erasure', dataParts: 8, parityParts: 4 }],
  ['16+4', { kind: 'erasure', dataParts: 16, parityParts: 4 }],
];

const second = 1_000_000;
/** The load runs for so long before anything is measured, and so long while it is. */
const warmUpUs = 2 * second;
const loadUs = 3 * second;
/** How often is looked whether all parts are there again, and until when. */
const glanceUs = 10_000;
const deadlineUs = 120 * second;
const storageFolder = '/src/systems/storage/';

/**
 * All figures of one class over some seeds, in virtual time: the same for a commit and its seeds on
 * any machine.
 */
export function storageFigures(
  open: OpenCluster,
  [variant, redundancy]: (typeof storageClasses)[number],
  seeds: readonly [first: number, last: number],
): readonly Figure[] {
  const all = Array.from({ length: seeds[1] - seeds[0] + 1 }, (_, at) => seeds[0] + at);
  const figure = (
    metric: string,
    value: number,
    unit: string,
    better: 'higher' | 'lower' = 'lower',
  ): Figure => ({ metric, variant, value, unit, better, exact: true, seeds });
  const loads = all.map((seed) => underLoad(open(redundancy, seed)));
  const figures = [...loadFigures(loads, figure)];
  for (const domain of ['host', 'zone'] as const) {
    const losses = all.map((seed) => afterLoss(open(redundancy, seed), domain));
    const reads = sum(losses, ({ reads }) => reads);
    const mean = (of: (loss: Loss) => number): number => sum(losses, of) / losses.length;
    figures.push(
      figure(`full redundancy, one ${domain} lost`, mean(({ tookUs }) => tookUs) / 1_000, 'ms'),
      figure(
        `repair bytes, one ${domain} lost`,
        mean(({ repairBytes }) => repairBytes),
        'bytes',
      ),
    );
    if (redundancy.kind === 'replicated' || reads === 0) continue;
    const share = (100 * sum(losses, ({ parityReads }) => parityReads)) / reads;
    figures.push(figure(`reads of parity, one ${domain} lost`, share, '%'));
  }
  return figures;
}

type MakeFigure = (
  metric: string,
  value: number,
  unit: string,
  better?: 'higher' | 'lower',
) => Figure;

interface Loaded {
  readonly operations: readonly DoneOperation[];
  readonly copiedBytes: number;
}

function underLoad(cluster: MeasuredCluster): Loaded {
  cluster.advance(warmUpUs);
  const before = cluster.operations().length;
  const { bytes } = countCopies(storageFolder, () => cluster.advance(warmUpUs + loadUs));
  return { operations: cluster.operations().slice(before), copiedBytes: bytes };
}

function* loadFigures(loads: readonly Loaded[], figure: MakeFigure): Generator<Figure> {
  const operations = loads.flatMap((load) => load.operations);
  const seconds = (loads.length * loadUs) / second;
  yield figure('operations', operations.length / seconds, 'ops/s', 'higher');
  for (const kind of ['read', 'write'] as const) {
    const times = operations.filter((one) => one.kind === kind).map(({ tookUs }) => tookUs);
    if (times.length === 0) continue;
    times.sort((a, b) => a - b);
    yield figure(`${kind}, p50`, quantile(times, 0.5) / 1_000, 'ms');
    yield figure(`${kind}, p99`, quantile(times, 0.99) / 1_000, 'ms');
  }
  const bytes = sum(operations, (one) => one.bytes);
  const copied = sum(loads, ({ copiedBytes }) => copiedBytes);
  if (bytes > 0) yield figure('bytes copied per byte read or written', copied / bytes, '');
}

interface Loss {
  readonly tookUs: number;
  readonly repairBytes: number;
  readonly reads: number;
  readonly parityReads: number;
}

/** Loses a domain under load, and waits until every part is there again. */
function afterLoss(cluster: MeasuredCluster, domain: LostDomain): Loss {
  const beginUs = warmUpUs + second;
  cluster.advance(beginUs);
  const { traffic } = cluster;
  const { repairBytes, reads, parityReads } = traffic;
  cluster.lose(domain);
  if (cluster.missingParts() === 0) throw new Error(`a ${domain} was lost, but no part with it`);
  let nowUs = beginUs;
  while (cluster.missingParts() > 0) {
    if (nowUs - beginUs >= deadlineUs) {
      const seconds = deadlineUs / second;
      throw new Error(
        `${cluster.missingParts()} parts missing ${seconds} s after a ${domain} was lost`,
      );
    }
    nowUs += glanceUs;
    cluster.advance(nowUs);
  }
  return {
    tookUs: nowUs - beginUs,
    repairBytes: traffic.repairBytes - repairBytes,
    reads: traffic.reads - reads,
    parityReads: traffic.parityReads - parityReads,
  };
}

/** The smallest of sorted values at or below which a share of all lies. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
