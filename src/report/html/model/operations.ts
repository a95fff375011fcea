import type { OperationRecord } from '../../../record/run-trace.ts';

/** An operation of a client with its place in the picture. */
export interface PlacedOperation {
  readonly operation: OperationRecord;
  /** Position among all operations. */
  readonly index: number;
  /** Row of its client; -1: not known. */
  readonly row: number;
  /** Line within the row; no two of one line overlap. */
  readonly lane: number;
  readonly fromUs: number;
  /** The end of the run when it was never completed. */
  readonly untilUs: number;
  readonly text: string;
}

/** All operations, indexed by time. */
export interface Operations {
  readonly all: readonly PlacedOperation[];
  /** When each began. */
  readonly fromUs: Float64Array;
  /** Lines that each row needs. */
  readonly lanes: readonly number[];
  readonly longestUs: number;
  /** Shortest and longest of those that ended `ok`; undefined: none did. */
  readonly latencies: readonly [shortestUs: number, longestUs: number] | undefined;
}

/** Places the operations of clients. */
export function operationsOf(
  operations: readonly OperationRecord[],
  rowOf: ReadonlyMap<string, number>,
  endUs: number,
): Operations {
  const busy = [...rowOf].map((): number[] => []);
  const all = operations.map((operation, index): PlacedOperation => {
    const { client, invokedUs: fromUs, completedUs } = operation;
    const row = client === undefined ? -1 : (rowOf.get(client) ?? -1);
    const untilUs = completedUs ?? endUs;
    const taken = busy[row] ?? [];
    const free = taken.findIndex((busyUntilUs) => busyUntilUs < fromUs);
    const lane = free < 0 ? taken.length : free;
    taken[lane] = untilUs;
    return { operation, index, row, lane, fromUs, untilUs, text: operationText(operation) };
  });
  const spans = all.map(({ fromUs, untilUs }) => untilUs - fromUs);
  const ended = spans.filter((_, index) => operations[index]!.outcome === 'ok');
  const longest = (list: readonly number[]): number => list.reduce((a, b) => Math.max(a, b), 0);
  return {
    all,
    fromUs: Float64Array.from(all, ({ fromUs }) => fromUs),
    lanes: busy.map((taken) => taken.length),
    longestUs: longest(spans),
    latencies:
      ended.length === 0
        ? undefined
        : [ended.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY), longest(ended)],
  };
}

/** `put k1 "v7"`, `get k1 = "v7"`, `cas k1 "v7" to "v8": refused`. */
export function operationText({ operation, key, asked, answer }: OperationRecord): string {
  const call = [operation, key, asked].filter((part) => part !== '').join(' ');
  if (answer === '') return call;
  return asked === '' ? `${call} = ${answer}` : `${call}: ${answer}`;
}
