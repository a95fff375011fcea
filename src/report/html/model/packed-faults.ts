import type { TraceEvent } from '../../../record/trace-event.ts';
import { type FaultSpan, faultSpans } from '../../fault-spans.ts';

/** What a fault is done to. */
export type FaultSort = 'process' | 'network' | 'clock' | 'disk' | 'operator';

/** A fault with its place in the picture. */
export interface PackedFault extends FaultSpan {
  readonly sort: FaultSort;
  /** Line among the bars above the diagram, from 0; no two bars of one line overlap. */
  readonly lane: number;
  /** Rows that it strikes, and the line within each. */
  readonly rows: readonly FaultRow[];
}

/** A fault at one row. */
export interface FaultRow {
  readonly row: number;
  readonly lane: number;
  /** For partitions: on the other side of the cut than the first node that was struck. */
  readonly far: boolean;
}

const sorts: Readonly<Record<string, FaultSort>> = {
  partition: 'network',
  degrade: 'network',
  clog: 'network',
  'clock-step': 'clock',
  'clock-freeze': 'clock',
  'clock-drift': 'clock',
  'bit-flip': 'disk',
  wipe: 'disk',
  membership: 'operator',
  transfer: 'operator',
  'rolling-restart': 'operator',
};

/** The sort of a family; those that are not known strike processes. */
export function sortOf(family: string): FaultSort {
  return family.startsWith('disk/') ? 'disk' : (sorts[family] ?? 'process');
}

/** Faults in order of their beginnings, each in the first line that is free. */
export function packFaults(
  events: readonly TraceEvent[],
  rowOf: ReadonlyMap<string, number>,
  endUs: number,
): readonly PackedFault[] {
  const lanes: number[] = [];
  const rowLanes = [...rowOf].map((): number[] => []);
  return faultSpans(events, endUs).map((span) => {
    const { fromUs, untilUs } = span;
    const place = (taken: number[]): number => {
      const free = taken.findIndex((busyUntilUs) => busyUntilUs < fromUs);
      const lane = free < 0 ? taken.length : free;
      taken[lane] = untilUs;
      return lane;
    };
    const rows = rowsOf(span, rowOf).map(({ row, far }) => ({
      row,
      far,
      lane: place(rowLanes[row]!),
    }));
    return { ...span, sort: sortOf(span.family), lane: place(lanes), rows };
  });
}

/** Those at the ends of cut links, or else the nodes that it is said to strike. */
function rowsOf(
  { cut, nodes }: FaultSpan,
  rowOf: ReadonlyMap<string, number>,
): readonly { readonly row: number; readonly far: boolean }[] {
  const far = new Set<string>();
  for (const [from, to] of cut) {
    if (from === nodes[0]) far.add(to);
    if (to === nodes[0]) far.add(from);
  }
  const struck = cut.length > 0 ? new Set(cut.flat()) : new Set(nodes);
  return [...struck].flatMap((node) => {
    const row = rowOf.get(node);
    return row === undefined ? [] : [{ row, far: far.has(node) }];
  });
}
