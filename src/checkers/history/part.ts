import type { Model, Pruning } from './model.ts';
import type { HistoryOperation } from './operation.ts';
import { valueText } from './values.ts';

/** Operations that may never have happened and are alike: only how many took effect matters. */
export interface MaybeClass {
  readonly operation: HistoryOperation;
  readonly overwrites: boolean;
  /** Positions of their invocations, ascending. */
  readonly invokedAt: readonly number[];
}

/** The operations on one part of the object, ready to be searched. */
export interface Part {
  readonly key: string;
  /** All operations that happened or may have; the latter never complete. */
  readonly all: readonly HistoryOperation[];
  /** Operations that happened, in order of invocation. */
  readonly operations: readonly HistoryOperation[];
  /** Their indexes in the history that was given. */
  readonly indexes: readonly number[];
  /** Whether the service hints at the place of each operation that happened. */
  readonly hinted: boolean;
  /** Order in which to try operations: as the service hints, else by completion. */
  readonly rank: Int32Array;
  readonly observes: Uint8Array;
  readonly overwrites: Uint8Array;
  readonly maybe: readonly MaybeClass[];
  /**
   * Equal for operations that happened and are alike in what they do and answer, -1 for one alone.
   * Of several that could come next the one that must be over first can: the others are left.
   */
  readonly alike: Int32Array;
  readonly alikeCount: number;
  /**
   * What happened, in real-time order: 2 * i for the invocation of operation i, 2 * i + 1 for its
   * completion, -1 - c for an invocation in class c.
   */
  readonly events: Int32Array;
  readonly eventAt: Float64Array;
}

function defaultEffect(operation: HistoryOperation): string {
  return JSON.stringify([operation.op, operation.value]);
}

const byKey = (operation: HistoryOperation): string => operation.key;

function groupByPart(model: Model, history: readonly HistoryOperation[]): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  const partOf = model.partition?.(history) ?? byKey;
  for (let i = 0; i < history.length; i++) {
    const operation = history[i]!;
    if (operation.outcome === 'fail') continue;
    // What observes and may not have happened says nothing.
    if (operation.outcome === 'info' && model.observes?.(operation) === true) continue;
    const key = partOf(operation);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [i]);
    else group.push(i);
  }
  return groups;
}

function maybeClasses(model: Model, operations: readonly HistoryOperation[]): MaybeClass[] {
  const classes = new Map<string, { operation: HistoryOperation; invokedAt: number[] }>();
  for (const operation of operations) {
    const effect = model.effect === undefined ? defaultEffect(operation) : model.effect(operation);
    const found = classes.get(effect);
    if (found === undefined) classes.set(effect, { operation, invokedAt: [operation.invokedAt] });
    else found.invokedAt.push(operation.invokedAt);
  }
  return [...classes.values()].map(({ operation, invokedAt }) => ({
    operation,
    overwrites: model.overwrites?.(operation) === true,
    invokedAt: invokedAt.sort((a, b) => a - b),
  }));
}

/** That nobody was told says nothing of when: it may take effect later still. */
function endless(operation: HistoryOperation): HistoryOperation {
  const { outcome, completedAt } = operation;
  if (outcome === 'ok' || completedAt === Number.POSITIVE_INFINITY) return operation;
  return { ...operation, completedAt: Number.POSITIVE_INFINITY };
}

/** Numbers for what occurs more than once. */
function alikes(operations: readonly HistoryOperation[], observes: Uint8Array) {
  const firsts = new Map<string, number>();
  const alike = new Int32Array(operations.length).fill(-1);
  let alikeCount = 0;
  operations.forEach(({ op, value, result }, i) => {
    // What observes is taken as soon as it fits anyway.
    if (observes[i] === 1) return;
    const name = `${op} ${result} ${valueText(value)}`;
    const first = firsts.get(name);
    if (first === undefined) firsts.set(name, i);
    else {
      if (alike[first] === -1) alike[first] = alikeCount++;
      alike[i] = alike[first]!;
    }
  });
  return { alike, alikeCount };
}

/** What observes comes after what it may have seen: a service hints at the same place for both. */
function ranks(operations: readonly HistoryOperation[], observes: Uint8Array): Int32Array {
  const hint = (i: number): number => operations[i]!.hint || Number.MAX_SAFE_INTEGER;
  const order = operations.map((_, i) => i);
  order.sort(
    (a, b) =>
      hint(a) - hint(b) ||
      observes[a]! - observes[b]! ||
      operations[a]!.completedAt - operations[b]!.completedAt,
  );
  const rank = new Int32Array(operations.length);
  order.forEach((operation, place) => {
    rank[operation] = place;
  });
  return rank;
}

function makePart(
  model: Model,
  history: readonly HistoryOperation[],
  key: string,
  group: readonly number[],
): Part {
  const indexes = group
    .filter((i) => history[i]!.outcome === 'ok')
    .sort((a, b) => history[a]!.invokedAt - history[b]!.invokedAt);
  const operations = indexes.map((i) => history[i]!);
  const all = group.map((i) => endless(history[i]!));
  const maybe = maybeClasses(
    model,
    all.filter((operation) => operation.outcome === 'info'),
  );
  const timed: [at: number, event: number][] = [];
  operations.forEach((operation, i) => {
    timed.push([operation.invokedAt, 2 * i], [operation.completedAt, 2 * i + 1]);
  });
  maybe.forEach(({ invokedAt }, c) => {
    for (const at of invokedAt) timed.push([at, -1 - c]);
  });
  timed.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] - b[1]));
  const observes = Uint8Array.from(operations, (one) => (model.observes?.(one) === true ? 1 : 0));
  return {
    key,
    all,
    operations,
    indexes,
    hinted: operations.every((one) => one.hint !== undefined && one.hint > 0),
    rank: ranks(operations, observes),
    observes,
    overwrites: Uint8Array.from(operations, (one) => (model.overwrites?.(one) === true ? 1 : 0)),
    maybe,
    ...alikes(operations, observes),
    events: Int32Array.from(timed, ([, event]) => event),
    eventAt: Float64Array.from(timed, ([at]) => at),
  };
}

/** Splits a history into its parts, leaving out what cannot decide anything. */
export function partsOf(model: Model, history: readonly HistoryOperation[]): Part[] {
  const parts: Part[] = [];
  for (const [key, group] of groupByPart(model, history)) {
    parts.push(makePart(model, history, key, group));
  }
  return parts;
}

/** The laws of a model for all operations of a part; undefined when it declares none. */
export function lawsOf(model: Model, part: Part): Pruning<unknown> | undefined {
  const uncertain = part.maybe.map(({ operation }) => operation);
  return model.pruning?.([...part.operations, ...uncertain]);
}
