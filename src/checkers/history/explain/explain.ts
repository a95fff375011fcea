import { FrontierSearch } from '../frontier.ts';
import { isIllegal } from '../judge.ts';
import type { Model } from '../model.ts';
import type { HistoryOperation } from '../operation.ts';
import { lawsOf, type Part, partsOf } from '../part.ts';
import { Pruner } from '../pruner.ts';
import { StateTable } from '../state-table.ts';
import { type DeadEnd, deadEnds } from './orders.ts';
import { firstIllegal, prefixOf } from './prefix.ts';
import { reduce } from './reduce.ts';

/** An order of the window, by indexes of operations in the history given, and where it stops. */
export interface OrderTried {
  readonly order: readonly number[];
  /** The object before and after, in words: `holds 1`. */
  readonly before: string;
  readonly after: string;
  /** What would have to come next, and what the object would have to be like: `hold 2`. */
  readonly obstacles: readonly { readonly operation: number; readonly needs: string }[];
}

/** Where an illegal history goes wrong. */
export interface Explanation {
  /** The part of the object (the key), empty when the model has none. */
  readonly part: string;
  /**
   * Index, in the history given, of the operation whose completion cannot be explained. When
   * `shortest`, it is the first such: up to just before, all can be explained, and the completion
   * itself cannot, whatever those that are open then did. What failed, then or later, counts as not
   * done.
   */
  readonly operation: number;
  readonly shortest: boolean;
  /**
   * Indexes of operations that cannot be ordered, whatever else happened, by invocation. Those that
   * the verdict does not depend on are left out.
   */
  readonly window: readonly number[];
  /** Indexes of those in the window that are open to the end, or have no certain answer. */
  readonly uncertain: readonly number[];
  /** States in which the object could be before the window, up to 8. */
  readonly statesBefore: readonly unknown[];
  /** The same in words. */
  readonly before: readonly string[];
  /** The orders that get furthest; empty when they were too many to follow. */
  readonly orders: readonly OrderTried[];
  /** How many orders there are that stop elsewhere. */
  readonly otherOrders: number;
}

const stepsPerQuestion = 200_000;
const stateLimit = 8;
const orderLimit = 8;
/** Up to this many operations the window is never cut down: how things came to be tells more. */
const wholeLimit = 8;
/** A window beyond this size is shown, but its orders are not followed. */
const followLimit = 24;

/**
 * Says why a part is not linearizable, with as few operations as possible.
 * @param numbers indexes, in the history given, of the operations invoked at each position
 */
export function explain(
  model: Model,
  part: Part,
  initial: unknown,
  numbers: ReadonlyMap<number, number>,
): Explanation {
  const illegal = (operations: readonly HistoryOperation[]): boolean | undefined =>
    isIllegal(model, operations, initial, stepsPerQuestion);
  const { last, shortest } = firstIllegal(part.all, illegal);
  const prefix = prefixOf(part.all, last.completedAt);
  const core = smallest(model, prefix, last, (rest) => illegal(rest) === true);
  const { states, window } = cutDown(model, core, initial);
  const numberOf = ({ invokedAt }: HistoryOperation): number => numbers.get(invokedAt)!;
  const describe = (state: unknown): string => model.describe?.(state) ?? JSON.stringify(state);
  const follow = window.length <= followLimit && states.length > 0;
  const { found } = follow ? deadEnds(model, window, states) : { found: [] };
  const shown = found.slice(0, orderLimit);
  return {
    part: part.key,
    operation: numberOf(last),
    shortest,
    window: window.map(numberOf),
    uncertain: window.filter(({ outcome }) => outcome !== 'ok').map(numberOf),
    statesBefore: states,
    before: states.map(describe),
    orders: shown.map((end: DeadEnd) => ({
      order: end.order.map(numberOf),
      before: describe(end.from),
      after: describe(end.state),
      obstacles: end.obstacles.map(({ operation, needs }) => ({
        operation: numberOf(operation),
        needs,
      })),
    })),
    otherOrders: found.length - shown.length,
  };
}

/** Leaves out what a linearizable history could lose and stay so. */
function smallest(
  model: Model,
  prefix: readonly HistoryOperation[],
  last: HistoryOperation,
  illegal: (operations: readonly HistoryOperation[]) => boolean,
): readonly HistoryOperation[] {
  const observes = (one: HistoryOperation): boolean =>
    one !== last && one.outcome === 'ok' && model.observes?.(one) === true;
  let rest = prefix.filter((one) => one.outcome === 'ok' || model.observes?.(one) !== true);
  const keep = (kept: ReadonlySet<unknown>, of: (one: HistoryOperation) => unknown) =>
    rest.filter((one) => {
      const unit = of(one);
      return unit === undefined || kept.has(unit);
    });
  const shrink = (of: (one: HistoryOperation) => unknown): void => {
    const units = new Set(rest.map(of).filter((unit) => unit !== undefined));
    const needed = reduce([...units], (some) => illegal(keep(new Set(some), of)));
    rest = keep(new Set(needed), of);
  };
  shrink((one) => (observes(one) ? one : undefined));
  const unitOf = model.units?.(rest);
  if (unitOf !== undefined) {
    const own = unitOf(last);
    shrink((one) => {
      const unit = unitOf(one);
      return unit === own ? undefined : unit;
    });
    shrink((one) => (observes(one) ? one : undefined));
  }
  return rest;
}

interface Window {
  /** Empty when they are too many. */
  readonly states: readonly unknown[];
  readonly window: readonly HistoryOperation[];
}

/**
 * Of many operations only what followed the last moment at which nothing certain was open, with the
 * states that were possible then.
 */
function cutDown(model: Model, core: readonly HistoryOperation[], initial: unknown): Window {
  const whole: Window = { states: [initial], window: byInvocation(core) };
  if (core.length <= wholeLimit) return whole;
  const certain = byInvocation(core.filter(({ outcome }) => outcome === 'ok'));
  let cut = Number.NEGATIVE_INFINITY;
  let until = Number.NEGATIVE_INFINITY;
  for (const { invokedAt, completedAt } of certain) {
    if (invokedAt > until) cut = invokedAt;
    until = Math.max(until, completedAt);
  }
  const before = core.filter(({ invokedAt }) => invokedAt < cut);
  if (!before.some(({ outcome }) => outcome === 'ok')) return whole;
  const single: Model = { ...model, partition: () => () => '' };
  const [part] = partsOf(single, before);
  const table = new StateTable(model, part!, initial);
  const pruner = new Pruner(lawsOf(model, part!), part!, table);
  const frontier = new FrontierSearch(part!, table, pruner, 0);
  if (frontier.run(stepsPerQuestion) !== 'ok' || frontier.usesUncertain()) return whole;
  const states = frontier.statesBefore(stateLimit + 1);
  if (states.length > stateLimit) return whole;
  const window = core.filter(({ invokedAt, outcome }) => invokedAt >= cut || outcome !== 'ok');
  return { states, window: byInvocation(window) };
}

function byInvocation(operations: readonly HistoryOperation[]): readonly HistoryOperation[] {
  return [...operations].sort((a, b) => a.invokedAt - b.invokedAt);
}
