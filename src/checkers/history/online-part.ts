import type { Model } from './model.ts';
import type { OnlineAnswer, OnlineVerdict } from './online.ts';
import type { HistoryOperation } from './operation.ts';
import { valueText } from './values.ts';

/** A state by number. */
type StateId = number;

/**
 * What became of an open operation: `untaken`, `silently` taken, or taken in a certain state, which
 * its answer must fit. For one that observes: the states that it has lived through.
 */
type Mark = number | readonly StateId[];

const untaken = -1;
const silently = -2;

/** One way in which the past can be explained. */
interface Configuration {
  readonly state: StateId;
  /** By slot. */
  readonly marks: readonly Mark[];
  /** By class of operations that may have happened: how many are part of it. */
  readonly used: readonly number[];
}

interface Slot {
  readonly id: number;
  readonly call: HistoryOperation;
  readonly observes: boolean;
  readonly silent: boolean;
}

/** Operations without an answer that do the same. */
interface Lost {
  readonly call: HistoryOperation;
  count: number;
}

/** Configurations without those that another can stand for: the same, and no lost operation more. */
class Front {
  readonly all: Configuration[] = [];
  readonly #groups: Map<string, Configuration[]> = new Map();

  add(one: Configuration): boolean {
    const name = `${one.state}|${one.marks.map((mark) => String(mark)).join('|')}`;
    const group = this.#groups.get(name);
    if (group === undefined) this.#groups.set(name, [one]);
    else {
      if (group.some((other) => other.used.every((count, c) => count <= (one.used[c] ?? 0)))) {
        return false;
      }
      group.push(one);
    }
    this.all.push(one);
    return true;
  }
}

/** What one key can have come to. Lowe's just-in-time linearization, with answers not yet known. */
export class OnlinePart {
  readonly #model: Model;
  readonly #limit: number;
  #slots: Slot[] = [];
  readonly #lost: Lost[] = [];
  #configurations: readonly Configuration[];
  #states: Map<StateId, unknown> = new Map();
  #ids: Map<unknown, StateId> = new Map();
  #nextId = 0;
  #verdict: OnlineVerdict = 'ok';

  constructor(model: Model, initial: unknown, limit: number) {
    this.#model = model;
    this.#limit = limit;
    this.#configurations = [{ state: this.#idOf(initial), marks: [], used: [] }];
  }

  /** Configurations held. */
  get size(): number {
    return this.#configurations.length;
  }

  invoke(id: number, call: HistoryOperation): void {
    if (this.#verdict !== 'ok') return;
    const observes = this.#model.observes?.(call) === true;
    const silent = this.#model.silent?.(call) === true;
    this.#slots.push({ id, call, observes, silent });
    this.#configurations = this.#configurations.map((one) => ({
      ...one,
      marks: [...one.marks, observes ? [one.state] : untaken],
    }));
  }

  complete(id: number, answer: OnlineAnswer): OnlineVerdict {
    if (this.#verdict !== 'ok') return this.#verdict;
    const at = this.#slots.findIndex((slot) => slot.id === id);
    const slot = this.#slots[at]!;
    const found =
      answer.outcome === 'ok'
        ? this.#answered(at, slot, answer)
        : this.#unanswered(at, slot, answer);
    if (found === undefined) this.#verdict = 'unknown';
    else if (found.length === 0) this.#verdict = 'illegal';
    this.#slots = without(this.#slots, at);
    this.#configurations = found ?? [];
    this.#forgetStates();
    return this.#verdict;
  }

  /** Configurations after an operation ended without an answer. */
  #unanswered(at: number, slot: Slot, { outcome }: OnlineAnswer): readonly Configuration[] {
    const front = new Front();
    const lost = outcome === 'info' && !slot.observes ? this.#lostClass(slot.call) : -1;
    for (const { state, marks, used } of this.#configurations) {
      const taken = !slot.observes && marks[at] !== untaken;
      // What certainly had no effect is part of nothing.
      if (taken && outcome === 'fail') continue;
      const now = taken ? used.map((count, c) => (c === lost ? count + 1 : count)) : used;
      front.add({ state, marks: without(marks, at), used: now });
    }
    return front.all;
  }

  #lostClass(call: HistoryOperation): number {
    const name = this.#effectOf(call);
    let found = this.#lost.findIndex((one) => this.#effectOf(one.call) === name);
    if (found < 0) {
      found = this.#lost.length;
      this.#lost.push({ call, count: 0 });
      this.#configurations = this.#configurations.map((one) => ({
        ...one,
        used: [...one.used, 0],
      }));
    }
    this.#lost[found]!.count++;
    return found;
  }

  #effectOf(call: HistoryOperation): string {
    return this.#model.effect?.(call) ?? `${call.op} ${valueText(call.value)}`;
  }

  /** Configurations after an answer; undefined when they are too many. */
  #answered(at: number, slot: Slot, answer: OnlineAnswer): readonly Configuration[] | undefined {
    const known: HistoryOperation = {
      ...slot.call,
      outcome: 'ok',
      ...(answer.value !== undefined && { value: answer.value }),
      result: answer.result ?? null,
    };
    const seen = new Front();
    const survivors = new Front();
    for (const one of this.#configurations) seen.add(one);
    for (const one of seen.all) {
      if (seen.all.length > this.#limit) return undefined;
      const fits = this.#fits(one, at, slot, known);
      if (fits === false) continue;
      if (fits === true) {
        survivors.add({ ...one, marks: without(one.marks, at) });
        continue;
      }
      if (!slot.observes) {
        const next = this.#model.step(this.#states.get(one.state), known);
        if (next !== undefined) {
          const { marks, ...rest } = this.#moved(one, this.#idOf(next));
          survivors.add({ ...rest, marks: without(marks, at) });
        }
      }
      this.#expand(one, at, seen);
    }
    return survivors.all;
  }

  /** Whether a configuration explains the answer; undefined: not yet. */
  #fits(
    { marks }: Configuration,
    at: number,
    slot: Slot,
    known: HistoryOperation,
  ): boolean | undefined {
    const mark = marks[at]!;
    if (typeof mark !== 'number') {
      const fits = mark.some((id) => this.#model.step(this.#states.get(id), known) !== undefined);
      return fits ? true : undefined;
    }
    if (mark === untaken) return undefined;
    if (mark === silently) return true;
    const before = this.#states.get(mark);
    const next = this.#model.step(before, known);
    const assumed = this.#model.step(before, slot.call);
    return next !== undefined && this.#idOf(next) === this.#idOf(assumed);
  }

  /** Adds what one more operation makes of a configuration. */
  #expand(one: Configuration, at: number, seen: Front): void {
    const before = this.#states.get(one.state);
    for (const [i, slot] of this.#slots.entries()) {
      if (i === at || slot.observes || one.marks[i] !== untaken) continue;
      const next = this.#model.step(before, slot.call);
      if (next === undefined) continue;
      const moved = this.#moved(one, this.#idOf(next));
      const mark = slot.silent ? silently : one.state;
      seen.add({ ...moved, marks: moved.marks.map((old, j) => (j === i ? mark : old)) });
    }
    for (const [c, { call, count }] of this.#lost.entries()) {
      if (one.used[c]! >= count) continue;
      const next = this.#model.step(before, call);
      if (next === undefined || this.#idOf(next) === one.state) continue;
      const moved = this.#moved(one, this.#idOf(next));
      seen.add({ ...moved, used: one.used.map((old, d) => (d === c ? old + 1 : old)) });
    }
  }

  /** The same in another state, which those that observe have now lived through as well. */
  #moved(one: Configuration, state: StateId): Configuration {
    if (state === one.state) return one;
    const marks = one.marks.map((mark) => {
      if (typeof mark === 'number' || mark.includes(state)) return mark;
      return [...mark, state].sort((a, b) => a - b);
    });
    return { ...one, state, marks };
  }

  #idOf(state: unknown): StateId {
    const identity = this.#model.identity === undefined ? state : this.#model.identity(state);
    let id = this.#ids.get(identity);
    if (id === undefined) {
      id = this.#nextId++;
      this.#ids.set(identity, id);
      this.#states.set(id, state);
    }
    return id;
  }

  /** Forgets states that no configuration knows of, when they are the larger part. */
  #forgetStates(): void {
    if (this.#states.size < 64 + 4 * this.#configurations.length) return;
    const known = this.#states;
    this.#states = new Map();
    this.#ids = new Map();
    const keep = (id: StateId): void => {
      if (id < 0 || this.#states.has(id)) return;
      const state = known.get(id);
      this.#states.set(id, state);
      this.#ids.set(this.#model.identity === undefined ? state : this.#model.identity(state), id);
    };
    for (const { state, marks } of this.#configurations) {
      keep(state);
      for (const mark of marks) {
        if (typeof mark === 'number') keep(mark);
        else for (const id of mark) keep(id);
      }
    }
  }
}

function without<T>(items: readonly T[], at: number): T[] {
  return [...items.slice(0, at), ...items.slice(at + 1)];
}
