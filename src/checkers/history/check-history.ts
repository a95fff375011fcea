import { DepthFirstSearch, type SearchState } from './depth-first.ts';
import { FrontierSearch } from './frontier.ts';
import { HintedOrder } from './hinted-order.ts';
import type { Model, Pruning } from './model.ts';
import type { HistoryOperation } from './operation.ts';
import { lawsOf, type Part, partsOf } from './part.ts';
import { Pruner } from './pruner.ts';
import { StateTable } from './state-table.ts';

/** How a history is to be judged. */
export interface CheckOptions {
  /** Steps of search after which the answer is `unknown`; default 1,000,000. Never milliseconds. */
  readonly budget?: number;
  /** The first state; default: the model's. */
  readonly initial?: unknown;
}

/** Where an illegal history goes wrong. */
export interface Explanation {
  /** The part of the object (the key), empty when the model has none. */
  readonly part: string;
  /**
   * Index, in the history given, of an operation whose completion cannot be explained. When
   * `shortest`, it is the first such: up to just before, all can be explained, and the completion
   * itself cannot, whatever those that are open then did.
   */
  readonly operation: number;
  readonly shortest: boolean;
  /** Indexes of the operations on that part that overlap it, itself included. */
  readonly window: readonly number[];
  /** States (up to 8) in which the object could be just before; empty when there are too many. */
  readonly statesBefore: readonly unknown[];
}

/** The verdict on a history. */
export interface HistoryVerdict {
  readonly verdict: 'ok' | 'illegal' | 'unknown';
  /** Steps of search that it took. */
  readonly steps: number;
  readonly explanation?: Explanation;
}

const defaultBudget = 1_000_000;
const hintedFactor = 64;
const explanationBudget = 200_000;

/** The searches on one part. They fail on different inputs, so both run in slices. */
class PartSearch {
  readonly part: Part;
  state: SearchState = 'unfinished';
  readonly #model: Model;
  readonly #initial: unknown;
  readonly #law: Pruning<unknown> | undefined;
  readonly #states: StateTable;
  readonly #pruner: Pruner;
  readonly #depthFirst: DepthFirstSearch;
  #frontier: FrontierSearch | undefined;
  #hintedSteps = 0;

  constructor(model: Model, part: Part, initial: unknown) {
    this.part = part;
    this.#model = model;
    this.#initial = initial;
    this.#law = lawsOf(model, part);
    this.#states = new StateTable(model, part, initial, this.#law?.matters);
    this.#pruner = new Pruner(this.#law, part, this.#states);
    this.#depthFirst = new DepthFirstSearch(part, this.#states, this.#pruner);
  }

  get steps(): number {
    return this.#hintedSteps + this.#depthFirst.steps + (this.#frontier?.steps ?? 0);
  }

  get frontier(): FrontierSearch {
    this.#frontier ??= new FrontierSearch(this.part, this.#states, this.#pruner);
    return this.#frontier;
  }

  /**
   * Cheap and nearly always enough: the order that the service hints at, else depth first alone for
   * about as long as one pass needs.
   */
  first(): void {
    const { length } = this.part.events;
    if (this.part.hinted) {
      const hinted = new HintedOrder(this.part, this.#states, this.#pruner);
      const found = hinted.find(hintedFactor * length + 64);
      this.#hintedSteps = hinted.steps;
      if (found) this.state = 'ok';
      if (found) return;
    }
    this.state = this.#depthFirst.run(8 * length + 64);
  }

  slice(steps: number): void {
    this.state = this.frontier.run(steps);
    if (this.state === 'unfinished') this.state = this.#depthFirst.run(steps);
  }

  #blockedBy(): number {
    const { blockedBy } = this.frontier;
    return blockedBy === -1 ? this.#depthFirst.blockedBy : blockedBy;
  }

  /** Looking ahead tells sooner that something is wrong, and so not what: this does not. */
  #plainFrontier(): FrontierSearch {
    const states = new StateTable(this.#model, this.part, this.#initial);
    return new FrontierSearch(this.part, states, new Pruner(this.#law, this.part, states), 0);
  }

  explain(): Explanation {
    // All states for what they are, to be shown. When that is too much, those that matter.
    let frontier = this.#plainFrontier();
    const shown = frontier.run(explanationBudget) === 'illegal';
    if (!shown) frontier = new FrontierSearch(this.part, this.#states, this.#pruner, 0);
    const shortest = frontier.run(explanationBudget) === 'illegal';
    const blockedBy = shortest ? frontier.blockedBy : Math.max(0, this.#blockedBy());
    const blocked = this.part.operations[blockedBy]!;
    const window = this.part.indexes.filter((_, i) => {
      const other = this.part.operations[i]!;
      return other.invokedAt <= blocked.completedAt && other.completedAt >= blocked.invokedAt;
    });
    return {
      part: this.part.key,
      operation: this.part.indexes[blockedBy]!,
      shortest,
      window,
      statesBefore: shown ? frontier.statesBefore(8) : [],
    };
  }
}

function total(searches: readonly PartSearch[]): number {
  let steps = 0;
  for (const search of searches) steps += search.steps;
  return steps;
}

/** Runs all searches until one part is illegal or nothing is left to be found out. */
function search(searches: readonly PartSearch[], budget: number): PartSearch | undefined {
  let spent = 0;
  let open: PartSearch[] = [];
  for (const one of searches) {
    one.first();
    if (one.state === 'illegal') return one;
    if (one.state === 'unfinished') open.push(one);
    spent += one.steps;
    if (spent >= budget) return undefined;
  }
  // Parts take turns: one that is hard must not hide one that is plainly illegal.
  for (let slice = 1_000; open.length > 0; slice *= 2) {
    for (const one of open) {
      if (spent >= budget) return undefined;
      const before = one.steps;
      one.slice(Math.min(slice, budget - spent));
      spent += one.steps - before;
      if (one.state === 'illegal') return one;
    }
    open = open.filter((one) => one.state === 'unfinished');
  }
  return undefined;
}

/**
 * Judges whether a history is linearizable: whether each operation that happened, and perhaps some
 * that may have, can be given a moment between invocation and completion, so that the sequence is
 * one of the model. The answer is exact; `unknown` is said only when the budget is spent.
 *
 * Parts of the object (keys) are judged apart, which is exact too (Herlihy and Wing 1990: locality).
 */
export function checkHistory(
  model: Model,
  history: readonly HistoryOperation[],
  options: CheckOptions = {},
): HistoryVerdict {
  const initial = options.initial === undefined ? model.initial : options.initial;
  const searches = partsOf(model, history).map((part) => new PartSearch(model, part, initial));
  const illegal = search(searches, options.budget ?? defaultBudget);
  const steps = total(searches);
  if (illegal !== undefined) return { verdict: 'illegal', steps, explanation: illegal.explain() };
  const known = searches.every((one) => one.state === 'ok');
  return { verdict: known ? 'ok' : 'unknown', steps };
}
