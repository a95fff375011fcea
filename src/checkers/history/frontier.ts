import { ConfigurationSet, comparisonsPerStep, mix } from './configuration-set.ts';
import type { SearchState } from './depth-first.ts';
import type { Part } from './part.ts';
import { lookAhead, type Pruner } from './pruner.ts';
import { impossible, type StateTable } from './state-table.ts';

/** The most operations that are open at once. */
function mostOpen(part: Part): number {
  let open = 0;
  let most = 0;
  for (const event of part.events) {
    if (event < 0) continue;
    open += (event & 1) === 0 ? 1 : -1;
    if (open > most) most = open;
  }
  return most;
}

/**
 * Follows the history in real time and keeps all configurations that it permits (Lowe 2017,
 * "just-in-time linearization"): operations are linearized only when a completion asks for one.
 * Without looking ahead it finds the shortest prefix of the history that cannot be explained.
 *
 * A configuration is a row: state, which open operations were taken (by slot), uses per class of
 * operations that may not have happened, and whether the last one taken was such.
 */
export class FrontierSearch {
  /** Steps done: transitions looked up, and configurations looked at. */
  steps = 0;
  /** When illegal: the operation whose completion no configuration permits; else -1. */
  blockedBy = -1;
  readonly #part: Part;
  readonly #states: StateTable;
  readonly #pruner: Pruner;
  readonly #ahead: number;
  readonly #count: number;
  readonly #words: number;
  readonly #width: number;
  readonly #slotOf: Int32Array;
  readonly #slotOperation: number[] = [];
  readonly #freeSlots: number[] = [];
  readonly #invoked: Int32Array;
  readonly #seen: ConfigurationSet;
  /** Of the open operations that are alike and not taken: the one that must be over first. */
  readonly #foremost: Int32Array;
  /** Operations whose completion is past; while a row is judged, those that it took as well. */
  readonly #taken: Int32Array;
  /** Rows that stand, and how many. */
  #rows: Int32Array;
  #rowCount = 1;
  /** Rows to be looked at for the completion under way. */
  #queue: Int32Array;
  #queueCount = 0;
  #queueHead = 0;
  #survivors: Int32Array;
  #survivorCount = 0;
  #event = 0;
  #inEvent = false;
  /** The row under construction, with views of its bits and uses. */
  readonly #row: Int32Array;
  readonly #rowBits: Int32Array;
  readonly #rowUsed: Int32Array;
  #result: SearchState = 'unfinished';

  /** @param ahead how many events to look ahead for demands that can no longer be met */
  constructor(part: Part, states: StateTable, pruner: Pruner, ahead: number = lookAhead) {
    this.#ahead = ahead;
    this.#part = part;
    this.#states = states;
    this.#pruner = pruner;
    this.#count = part.operations.length;
    this.#words = Math.max(1, (mostOpen(part) + 31) >> 5);
    const used = part.maybe.length === 0 ? 0 : part.maybe.length + 1;
    this.#width = 1 + this.#words + used;
    this.#taken = new Int32Array((this.#count + 31) >> 5);
    this.#slotOf = new Int32Array(this.#count);
    this.#invoked = new Int32Array(part.maybe.length);
    this.#foremost = new Int32Array(part.alikeCount);
    this.#seen = new ConfigurationSet(used);
    this.#rows = new Int32Array(16 * this.#width);
    this.#queue = new Int32Array(16 * this.#width);
    this.#survivors = new Int32Array(16 * this.#width);
    this.#row = new Int32Array(this.#width);
    this.#rowBits = this.#row.subarray(1, 1 + this.#words);
    this.#rowUsed = this.#row.subarray(1 + this.#words);
  }

  /** Goes on for about `steps` steps. */
  run(steps: number): SearchState {
    const until = this.steps + steps;
    while (this.#result === 'unfinished' && this.steps < until) {
      if (this.#inEvent) this.#work(until);
      else if (this.#event === this.#part.events.length) this.#result = 'ok';
      else this.#begin(this.#part.events[this.#event]!);
    }
    return this.#result;
  }

  /** Whether an operation that may have happened is part of some explanation. */
  usesUncertain(): boolean {
    const from = 1 + this.#words;
    for (let r = 0; r < this.#rowCount; r++) {
      for (let c = 0; c < this.#part.maybe.length; c++) {
        if (this.#rows[r * this.#width + from + c]! > 0) return true;
      }
    }
    return false;
  }

  /** States in which the history could be just before the completion that nothing permits. */
  statesBefore(limit: number): unknown[] {
    const found = new Set<number>();
    for (let r = 0; r < this.#rowCount && found.size < limit; r++) {
      found.add(this.#rows[r * this.#width]!);
    }
    return [...found].map((state) => this.#states.value(state));
  }

  #begin(event: number): void {
    this.steps++;
    if (event < 0) {
      this.#invoked[-1 - event] = this.#invoked[-1 - event]! + 1;
      this.#event++;
    } else if ((event & 1) === 0) {
      const slot = this.#freeSlots.pop() ?? this.#slotOperation.length;
      this.#slotOf[event >> 1] = slot;
      this.#slotOperation[slot] = event >> 1;
      this.#event++;
    } else {
      this.#beginCompletion();
    }
  }

  #beginCompletion(): void {
    this.#inEvent = true;
    this.#seen.clear();
    this.#queueCount = 0;
    this.#queueHead = 0;
    this.#survivorCount = 0;
    for (let r = 0; r < this.#rowCount; r++) {
      this.#load(this.#rows, r);
      this.#enqueue();
    }
  }

  #work(until: number): void {
    const operation = this.#part.events[this.#event]! >> 1;
    const slot = this.#slotOf[operation]!;
    while (this.#queueHead < this.#queueCount) {
      if (this.steps >= until) return;
      this.steps++;
      const at = this.#queueHead++;
      const bits = this.#queue[at * this.#width + 1 + (slot >> 5)]!;
      if ((bits & (1 << (slot & 31))) !== 0) this.#survive(at, slot);
      else this.#expand(at);
    }
    if (this.#survivorCount === 0) {
      this.blockedBy = operation;
      this.#result = 'illegal';
      return;
    }
    const rows = this.#rows;
    this.#rows = this.#survivors;
    this.#rowCount = this.#survivorCount;
    this.#survivors = rows;
    this.#flip(operation);
    this.#slotOperation[slot] = -1;
    this.#freeSlots.push(slot);
    this.#inEvent = false;
    this.#event++;
  }

  #survive(at: number, slot: number): void {
    const width = this.#width;
    if ((this.#survivorCount + 1) * width > this.#survivors.length) {
      this.#survivors = doubled(this.#survivors);
    }
    const to = this.#survivorCount++ * width;
    for (let i = 0; i < width; i++) this.#survivors[to + i] = this.#queue[at * width + i]!;
    const word = to + 1 + (slot >> 5);
    this.#survivors[word] = this.#survivors[word]! & ~(1 << (slot & 31));
  }

  /** Enqueues what one more operation can make of a configuration. */
  #expand(at: number): void {
    const { alike, overwrites, observes, maybe } = this.#part;
    this.#load(this.#queue, at);
    if (this.#foremost.length > 0) this.#findForemost();
    const flagged = this.#flag() === 1;
    for (let slot = 0; slot < this.#slotOperation.length; slot++) {
      const operation = this.#slotOperation[slot]!;
      // Observers that fit were taken when the row was made.
      if (operation === -1 || observes[operation] === 1) continue;
      const bit = 1 << (slot & 31);
      if ((this.#rowBits[slot >> 5]! & bit) !== 0) continue;
      if (flagged && overwrites[operation] === 1) continue;
      const kind = alike[operation]!;
      if (kind !== -1 && this.#foremost[kind] !== operation) continue;
      const next = this.#transition(operation);
      if (next === impossible) continue;
      this.#row[0] = next;
      this.#rowBits[slot >> 5] = this.#rowBits[slot >> 5]! | bit;
      this.#setFlag(0);
      this.#enqueue();
      this.#load(this.#queue, at);
    }
    for (let c = 0; c < maybe.length; c++) {
      if (this.#rowUsed[c]! >= this.#invoked[c]! || (flagged && maybe[c]!.overwrites)) continue;
      const next = this.#transition(this.#count + c);
      if (next === impossible || next === this.#row[0]) continue;
      const useful = this.#pruner.useful(this.#row[0]!, c, next, this.#taken);
      this.steps += this.#pruner.work;
      this.#pruner.work = 0;
      if (!useful) continue;
      this.#row[0] = next;
      this.#rowUsed[c] = this.#rowUsed[c]! + 1;
      this.#setFlag(1);
      this.#enqueue();
      this.#load(this.#queue, at);
    }
  }

  #findForemost(): void {
    const { alike, operations } = this.#part;
    this.#foremost.fill(-1);
    for (let slot = 0; slot < this.#slotOperation.length; slot++) {
      const operation = this.#slotOperation[slot]!;
      if (operation === -1 || alike[operation] === -1) continue;
      if ((this.#rowBits[slot >> 5]! & (1 << (slot & 31))) !== 0) continue;
      const other = this.#foremost[alike[operation]!]!;
      const until = operations[operation]!.completedAt;
      if (other === -1 || until < operations[other]!.completedAt) {
        this.#foremost[alike[operation]!] = operation;
      }
    }
  }

  #transition(operation: number): number {
    this.steps++;
    return this.#states.next(this.#row[0]!, operation);
  }

  /** Takes the open observers that fit, then enqueues the row unless another can do as much. */
  #enqueue(): void {
    const { observes } = this.#part;
    for (let slot = 0; slot < this.#slotOperation.length; slot++) {
      const operation = this.#slotOperation[slot]!;
      if (operation === -1 || observes[operation] === 0) continue;
      const bit = 1 << (slot & 31);
      if ((this.#rowBits[slot >> 5]! & bit) !== 0) continue;
      if (this.#transition(operation) === impossible) continue;
      this.#rowBits[slot >> 5] = this.#rowBits[slot >> 5]! | bit;
      this.#setFlag(0);
    }
    if (!this.#viable()) return;
    let hash = mix(this.#row[0]!);
    for (let i = 0; i < this.#words; i++) hash = mix(hash ^ this.#rowBits[i]!);
    const added = this.#seen.add(hash, this.#row[0]!, this.#rowBits, this.#rowUsed);
    this.steps += this.#seen.compared >> comparisonsPerStep;
    this.#seen.compared &= (1 << comparisonsPerStep) - 1;
    if (!added) return;
    const width = this.#width;
    if ((this.#queueCount + 1) * width > this.#queue.length) this.#queue = doubled(this.#queue);
    this.#queue.set(this.#row, this.#queueCount++ * width);
  }

  /** Whether the first completion ahead that demands a state may still get it. */
  #viable(): boolean {
    const { events } = this.#part;
    this.#flipTakenByRow();
    let viable = true;
    const end = Math.min(events.length, this.#event + this.#ahead);
    for (let e = this.#event; e < end; e++) {
      const event = events[e]!;
      const operation = event >> 1;
      if (event < 0 || (event & 1) === 0 || this.#pruner.demands[operation] === 0) continue;
      if ((this.#taken[operation >> 5]! & (1 << (operation & 31))) !== 0) continue;
      viable = this.#pruner.viable(this.#row[0]!, operation, this.#taken, this.#rowUsed);
      break;
    }
    this.#flipTakenByRow();
    return viable;
  }

  #flipTakenByRow(): void {
    for (let slot = 0; slot < this.#slotOperation.length; slot++) {
      const operation = this.#slotOperation[slot]!;
      if (operation === -1) continue;
      if ((this.#rowBits[slot >> 5]! & (1 << (slot & 31))) !== 0) this.#flip(operation);
    }
  }

  #flip(operation: number): void {
    this.#taken[operation >> 5] = this.#taken[operation >> 5]! ^ (1 << (operation & 31));
  }

  #load(rows: Int32Array, at: number): void {
    const width = this.#width;
    for (let i = 0; i < width; i++) this.#row[i] = rows[at * width + i]!;
  }

  #flag(): number {
    return this.#rowUsed.length === 0 ? 0 : this.#rowUsed[this.#rowUsed.length - 1]!;
  }

  #setFlag(flag: number): void {
    if (this.#rowUsed.length > 0) this.#rowUsed[this.#rowUsed.length - 1] = flag;
  }
}

function doubled(rows: Int32Array): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(2 * rows.length);
  grown.set(rows);
  return grown;
}
