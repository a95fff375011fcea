import { type HistoryOperation, kvModel } from '../../src/index.ts';
import type { RaftFacts } from './moment.ts';

/** An operation with the true time of its invocation. */
export type Timed = HistoryOperation & { readonly timeUs: number };

/** What committed entries made of one key, in order. Place 0 is before all of them. */
interface KeyChain {
  /** Place of the first value that is kept. */
  base: number;
  readonly values: (string | null)[];
  /** Index of the entry that left each value. */
  readonly indexes: number[];
  /** Whether a write that was answered stands there. */
  readonly claimed: boolean[];
  /** The latest place at which something that is over took effect. */
  floor: number;
  /** Floors at their invocation of operations that are open. */
  readonly open: Map<number, number>;
}

const trimFrom = 256;

/**
 * The committed chain as a witness of linearizability, while a run goes on. Each write takes effect
 * where the chain has it; a read takes effect at the first place from its floor on at which it found
 * its answer. If every operation stands after all that were over before it began, that order explains
 * the history, whatever the chain is. A failure says nothing: another order may do.
 *
 * Memory: the values of each key since the oldest open operation on it began.
 */
export class ChainWitness {
  readonly #facts: RaftFacts;
  readonly #keys: Map<string, KeyChain> = new Map();
  #followed = 0;
  /** Part of the chain was gone before it was followed. */
  #gap = false;

  constructor(facts: RaftFacts) {
    this.#facts = facts;
  }

  /** Takes what has been committed since. */
  follow(): void {
    const { canonical, machine } = this.#facts;
    while (this.#followed < canonical.last) {
      const effect = machine.effect(++this.#followed);
      if (effect === undefined) {
        this.#gap = true;
        continue;
      }
      if (effect.key === '') continue;
      const chain = this.#chainOf(effect.key);
      chain.values.push(effect.value ?? null);
      chain.indexes.push(this.#followed);
      chain.claimed.push(false);
    }
  }

  invoked(id: number, key: string): void {
    const chain = this.#chainOf(key);
    chain.open.set(id, chain.floor);
  }

  /** An operation ended without an answer, or without effect. */
  gaveUp(id: number, key: string): void {
    this.#chainOf(key).open.delete(id);
  }

  /** Whether an answer is explained. */
  answered(id: number, operation: Timed): boolean {
    const chain = this.#chainOf(operation.key);
    const floor = chain.open.get(id);
    chain.open.delete(id);
    if (floor === undefined || this.#gap) return false;
    const place =
      operation.op === 'get' ? readPlace(chain, floor, operation) : this.#place(chain, operation);
    if (place === undefined || place < floor) return false;
    // Nothing that was over before a write began may stand at its place.
    if (operation.op !== 'get' && place === floor) return false;
    chain.floor = Math.max(chain.floor, place);
    trim(chain);
    return true;
  }

  /**
   * The place of a write: where its answer says, if what the chain has there gives the same answer
   * and no other write that was answered stands there. I41 sees to it that answers name their own
   * entries.
   */
  #place(chain: KeyChain, operation: Timed): number | undefined {
    const { hint = 0 } = operation;
    const at = hint === 0 ? -1 : chain.indexes.lastIndexOf(hint);
    if (at < 1 || chain.claimed[at] === true) return undefined;
    const after = kvModel.step(chain.values[at - 1]!, operation);
    if (after !== chain.values[at]) return undefined;
    chain.claimed[at] = true;
    return chain.base + at;
  }

  #chainOf(key: string): KeyChain {
    let chain = this.#keys.get(key);
    if (chain === undefined) {
      chain = {
        base: 0,
        values: [null],
        indexes: [0],
        claimed: [false],
        floor: 0,
        open: new Map(),
      };
      this.#keys.set(key, chain);
    }
    return chain;
  }
}

function readPlace(chain: KeyChain, floor: number, { value }: Timed): number | undefined {
  for (let at = floor - chain.base; at < chain.values.length; at += 1) {
    if (chain.values[at] === value) return chain.base + at;
  }
  return undefined;
}

/** Drops what no open or later operation can refer to. */
function trim(chain: KeyChain): void {
  if (chain.values.length < trimFrom) return;
  let least = chain.floor;
  for (const floor of chain.open.values()) least = Math.min(least, floor);
  const stale = least - chain.base;
  if (stale < trimFrom / 2) return;
  chain.values.splice(0, stale);
  chain.indexes.splice(0, stale);
  chain.claimed.splice(0, stale);
  chain.base += stale;
}
