import { ConfigurationSet, comparisonsPerStep, mix } from './configuration-set.ts';
import type { Part } from './part.ts';
import { lookAhead, type Pruner } from './pruner.ts';
import { impossible, type StateTable } from './state-table.ts';

/** What a search knows after some steps. */
export type SearchState = 'ok' | 'illegal' | 'unfinished';

const frameLength = 4;

/**
 * Searches for a linearization depth first (Wing and Gong 1993; Lowe 2017): it takes any operation
 * that no remaining one precedes, and goes back when nothing fits. Configurations that failed are
 * remembered. Observers that fit are taken without an alternative; operations that may never have
 * happened are tried last, and by class.
 */
export class DepthFirstSearch {
  /** Steps done: transitions looked up, and moves in the tree. */
  steps = 0;
  /** Most operations linearized at once. */
  deepest = 0;
  /** Operation whose completion stopped the deepest attempt; -1: none. */
  blockedBy = -1;
  readonly #part: Part;
  readonly #states: StateTable;
  readonly #pruner: Pruner;
  readonly #count: number;
  // A doubly linked list of the events of remaining operations; 0 is the head, e + 1 is event e.
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #callEntry: Int32Array;
  readonly #returnEntry: Int32Array;
  readonly #taken: Int32Array;
  /** Uses per class, then 1 when the last operation taken was one that may not have happened. */
  readonly #used: Int32Array;
  readonly #visited: ConfigurationSet;
  /** Of the candidates that are alike: the one that must be over first. */
  readonly #foremost: Int32Array;
  /** Frames: operation (or -1 - class), state before, flag before, 1 when there is no alternative. */
  #stack = new Int32Array(64 * frameLength);
  #depth = 0;
  #state = 0;
  #bitsHash = 0;
  #linearized = 0;
  /** A configuration was just entered: nothing was tried in it. */
  #fresh = true;
  /** Rank of the certain operation tried last. */
  #triedRank = -1;
  /** Entry of the first completion ahead. */
  #firstReturn = 0;
  #nextClass = 0;
  #result: SearchState = 'unfinished';

  constructor(part: Part, states: StateTable, pruner: Pruner) {
    this.#part = part;
    this.#states = states;
    this.#pruner = pruner;
    this.#count = part.operations.length;
    this.#taken = new Int32Array((this.#count + 31) >> 5);
    this.#used = new Int32Array(part.maybe.length === 0 ? 0 : part.maybe.length + 1);
    this.#visited = new ConfigurationSet(this.#used.length);
    this.#foremost = new Int32Array(part.alikeCount);
    this.#callEntry = new Int32Array(this.#count);
    this.#returnEntry = new Int32Array(this.#count);
    this.#next = new Int32Array(part.events.length + 2);
    this.#previous = new Int32Array(part.events.length + 2);
    this.#link();
  }

  #link(): void {
    let last = 0;
    const { events } = this.#part;
    for (let e = 0; e < events.length; e++) {
      const event = events[e]!;
      if (event < 0) continue;
      if ((event & 1) === 0) this.#callEntry[event >> 1] = e + 1;
      else this.#returnEntry[event >> 1] = e + 1;
      this.#next[last] = e + 1;
      this.#previous[e + 1] = last;
      last = e + 1;
    }
    this.#next[last] = 0;
  }

  /** Goes on for about `steps` steps. */
  run(steps: number): SearchState {
    const until = this.steps + steps;
    while (this.#result === 'unfinished' && this.steps < until) {
      this.steps++;
      if (this.#fresh) {
        if (this.#linearized === this.#count) {
          this.#result = 'ok';
          break;
        }
        if (this.#takeObserver()) continue;
        this.#fresh = false;
        this.#triedRank = -1;
        this.#nextClass = 0;
      }
      if (this.#takeCertain() || this.#takeMaybe()) continue;
      this.#note();
      if (!this.#goBack()) this.#result = 'illegal';
    }
    return this.#result;
  }

  #takeObserver(): boolean {
    const { events, observes } = this.#part;
    for (let entry = this.#next[0]!; ; entry = this.#next[entry]!) {
      const event = events[entry - 1]!;
      if ((event & 1) === 1) return false;
      const operation = event >> 1;
      if (observes[operation] === 0) continue;
      this.steps++;
      if (this.#states.next(this.#state, operation) === impossible) continue;
      this.#push(operation, 1);
      this.#setTaken(operation);
      this.#lift(operation);
      this.#setFlag(0);
      return true;
    }
  }

  /** Tries the operations that happened and that no remaining one precedes, by rank. */
  #takeCertain(): boolean {
    const flagged = this.#flag() === 1;
    for (;;) {
      const operation = this.#nextCertain(flagged);
      if (operation === -1) return false;
      this.#triedRank = this.#part.rank[operation]!;
      this.steps++;
      const next = this.#states.next(this.#state, operation);
      if (next === impossible) continue;
      this.#push(operation, 0);
      this.#setTaken(operation);
      this.#setFlag(0);
      if (this.#isNew(next)) {
        this.#lift(operation);
        this.#enter(next);
        return true;
      }
      this.#setTaken(operation);
      this.#depth--;
      if (flagged) this.#setFlag(1);
    }
  }

  /** The candidate with the lowest rank that was not tried, or -1. */
  #nextCertain(flagged: boolean): number {
    const { alike, events, observes, overwrites, rank } = this.#part;
    if (this.#foremost.length > 0) this.#findForemost();
    let best = -1;
    let bestRank = Infinity;
    let entry = this.#next[0]!;
    for (let event = events[entry - 1]!; (event & 1) === 0; event = events[entry - 1]!) {
      const operation = event >> 1;
      const its = rank[operation]!;
      if (its > this.#triedRank && its < bestRank && observes[operation] === 0) {
        const kind = alike[operation]!;
        if (
          (!flagged || overwrites[operation] === 0) &&
          (kind === -1 || this.#foremost[kind] === operation)
        ) {
          best = operation;
          bestRank = its;
        }
      }
      entry = this.#next[entry]!;
    }
    this.#firstReturn = entry;
    return best;
  }

  #findForemost(): void {
    const { alike, events } = this.#part;
    this.#foremost.fill(-1);
    let entry = this.#next[0]!;
    for (let event = events[entry - 1]!; (event & 1) === 0; event = events[entry - 1]!) {
      const operation = event >> 1;
      const kind = alike[operation]!;
      if (kind !== -1) {
        const other = this.#foremost[kind]!;
        if (other === -1 || this.#returnEntry[operation]! < this.#returnEntry[other]!) {
          this.#foremost[kind] = operation;
        }
      }
      entry = this.#next[entry]!;
    }
  }

  /** Tries the operations that may have happened and were invoked before the first completion. */
  #takeMaybe(): boolean {
    const { maybe, eventAt } = this.#part;
    if (maybe.length === 0) return false;
    const before = eventAt[this.#firstReturn - 1]!;
    const flag = this.#flag();
    for (let c = this.#nextClass; c < maybe.length; c++) {
      const one = maybe[c]!;
      const used = this.#used[c]!;
      if (used >= one.invokedAt.length || one.invokedAt[used]! > before) continue;
      if (flag === 1 && one.overwrites) continue;
      this.steps++;
      const next = this.#states.next(this.#state, this.#count + c);
      if (next === impossible || next === this.#state) continue;
      const useful = this.#pruner.useful(this.#state, c, next, this.#taken);
      this.steps += this.#pruner.work;
      this.#pruner.work = 0;
      if (!useful) continue;
      this.#push(-1 - c, 0);
      this.#used[c] = used + 1;
      this.#setFlag(1);
      if (this.#isNew(next)) {
        this.#enter(next);
        return true;
      }
      this.#used[c] = used;
      this.#setFlag(flag);
      this.#depth--;
    }
    return false;
  }

  #isNew(state: number): boolean {
    if (!this.#viable(state)) return false;
    const hash = mix(state) ^ this.#bitsHash;
    const added = this.#visited.add(hash, state, this.#taken, this.#used);
    this.steps += this.#visited.compared >> comparisonsPerStep;
    this.#visited.compared &= (1 << comparisonsPerStep) - 1;
    return added;
  }

  /** Whether the first completion ahead that demands a state may still get it. */
  #viable(state: number): boolean {
    const { events } = this.#part;
    const { demands } = this.#pruner;
    let entry = this.#next[0]!;
    for (let looked = 0; entry !== 0 && looked < lookAhead; entry = this.#next[entry]!, looked++) {
      const event = events[entry - 1]!;
      const operation = event >> 1;
      if ((event & 1) === 0 || demands[operation] === 0) continue;
      if ((this.#taken[operation >> 5]! & (1 << (operation & 31))) !== 0) continue;
      return this.#pruner.viable(state, operation, this.#taken, this.#used);
    }
    return true;
  }

  #enter(state: number): void {
    this.#state = state;
    this.#fresh = true;
  }

  #flag(): number {
    return this.#used.length === 0 ? 0 : this.#used[this.#used.length - 1]!;
  }

  #setFlag(flag: number): void {
    if (this.#used.length > 0) this.#used[this.#used.length - 1] = flag;
  }

  #push(operation: number, forced: number): void {
    if ((this.#depth + 1) * frameLength > this.#stack.length) {
      const grown = new Int32Array(2 * this.#stack.length);
      grown.set(this.#stack);
      this.#stack = grown;
    }
    const at = this.#depth * frameLength;
    this.#stack[at] = operation;
    this.#stack[at + 1] = this.#state;
    this.#stack[at + 2] = this.#flag();
    this.#stack[at + 3] = forced;
    this.#depth++;
  }

  /** Flips whether an operation is taken. */
  #setTaken(operation: number): void {
    const word = operation >> 5;
    const bit = 1 << (operation & 31);
    this.#taken[word] = this.#taken[word]! ^ bit;
    this.#linearized += (this.#taken[word]! & bit) === 0 ? -1 : 1;
    this.#bitsHash ^= mix(operation + 0x5bd1e995);
  }

  #lift(operation: number): void {
    this.#unlink(this.#callEntry[operation]!);
    this.#unlink(this.#returnEntry[operation]!);
  }

  #unlink(entry: number): void {
    const previous = this.#previous[entry]!;
    const next = this.#next[entry]!;
    this.#next[previous] = next;
    this.#previous[next] = previous;
  }

  #relink(entry: number): void {
    this.#next[this.#previous[entry]!] = entry;
    this.#previous[this.#next[entry]!] = entry;
  }

  #note(): void {
    if (this.blockedBy !== -1 && this.#linearized <= this.deepest) return;
    this.deepest = this.#linearized;
    this.blockedBy = this.#part.events[this.#firstReturn - 1]! >> 1;
  }

  /** Undoes operations up to the last one with an alternative; false when there is none. */
  #goBack(): boolean {
    while (this.#depth > 0) {
      this.#depth--;
      const at = this.#depth * frameLength;
      const operation = this.#stack[at]!;
      this.#state = this.#stack[at + 1]!;
      if (operation >= 0) {
        this.#relink(this.#returnEntry[operation]!);
        this.#relink(this.#callEntry[operation]!);
        this.#setTaken(operation);
      } else {
        this.#used[-1 - operation] = this.#used[-1 - operation]! - 1;
      }
      this.#setFlag(this.#stack[at + 2]!);
      if (this.#stack[at + 3] === 1) continue;
      if (operation >= 0) {
        this.#triedRank = this.#part.rank[operation]!;
        this.#nextClass = 0;
      } else {
        this.#triedRank = this.#count;
        this.#nextClass = -operation;
      }
      return true;
    }
    return false;
  }
}
