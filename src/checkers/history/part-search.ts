import { DepthFirstSearch, type SearchState } from './depth-first.ts';
import { FrontierSearch } from './frontier.ts';
import { HintedOrder } from './hinted-order.ts';
import type { Model } from './model.ts';
import { lawsOf, type Part } from './part.ts';
import { Pruner } from './pruner.ts';
import { StateTable } from './state-table.ts';

const hintedFactor = 64;

/** The searches on one part. They fail on different inputs, so both run in slices. */
export class PartSearch {
  readonly part: Part;
  state: SearchState = 'unfinished';
  readonly #states: StateTable;
  readonly #pruner: Pruner;
  readonly #depthFirst: DepthFirstSearch;
  #frontier: FrontierSearch | undefined;
  #hintedSteps = 0;

  constructor(model: Model, part: Part, initial: unknown) {
    this.part = part;
    const law = lawsOf(model, part);
    this.#states = new StateTable(model, part, initial, law?.matters);
    this.#pruner = new Pruner(law, part, this.#states);
    this.#depthFirst = new DepthFirstSearch(part, this.#states, this.#pruner);
  }

  get steps(): number {
    return this.#hintedSteps + this.#depthFirst.steps + (this.#frontier?.steps ?? 0);
  }

  /**
   * Cheap and nearly always enough: the order that the service hints at, else depth first alone for
   * about as long as one pass needs.
   */
  first(budget: number): void {
    const { length } = this.part.events;
    if (this.part.hinted) {
      const hinted = new HintedOrder(this.part, this.#states, this.#pruner);
      const found = hinted.find(Math.min(budget, hintedFactor * length + 64));
      this.#hintedSteps = hinted.steps;
      if (found) this.state = 'ok';
      if (found) return;
    }
    this.state = this.#depthFirst.run(Math.min(budget, 8 * length + 64));
  }

  slice(steps: number): void {
    this.#frontier ??= new FrontierSearch(this.part, this.#states, this.#pruner);
    this.state = this.#frontier.run(steps);
    if (this.state === 'unfinished') this.state = this.#depthFirst.run(steps);
  }
}
