import type { Model } from './model.ts';
import { OnlinePart } from './online-part.ts';
import type { HistoryOperation } from './operation.ts';

/** What is known after an event. `illegal` and `unknown` are final. */
export type OnlineVerdict = 'ok' | 'illegal' | 'unknown';

/** What a client asks for. */
export type OnlineCall = Pick<HistoryOperation, 'process' | 'op' | 'key' | 'value'>;

/** What it was told; what it was not told stays as it was. */
export interface OnlineAnswer {
  readonly outcome: HistoryOperation['outcome'];
  /** For operations that answer with a value. */
  readonly value?: unknown;
  /** For operations that answer yes or no. */
  readonly result?: boolean | null;
}

/** How to judge while a history grows. */
export interface OnlineOptions {
  /** The first state; default: the model's. */
  readonly initial?: unknown;
  /** Configurations looked at for one event before giving up; default 20,000. */
  readonly limit?: number;
}

const defaultLimit = 20_000;

/**
 * Judges a history while it grows, event by event: `illegal` is said at the completion that makes it
 * certain. It keeps what the past can have led to (states, and which open operations were part of
 * it), never the past itself, so that its memory depends on what is open and lost, not on the length.
 *
 * Keys are judged apart; other partitions of a model need the whole history and are not used.
 */
export class OnlineChecker {
  /** What is known so far: the worst of all keys. */
  verdict: OnlineVerdict = 'ok';
  /** The key that is not linearizable, or that became too hard; undefined: none. */
  worst: string | undefined = undefined;
  readonly #model: Model;
  readonly #initial: unknown;
  readonly #limit: number;
  readonly #parts: Map<string, OnlinePart> = new Map();
  readonly #keyOf: Map<number, string> = new Map();

  constructor(model: Model, options: OnlineOptions = {}) {
    this.#model = model;
    this.#initial = options.initial === undefined ? model.initial : options.initial;
    this.#limit = options.limit ?? defaultLimit;
  }

  /** Configurations held, over all keys. */
  get size(): number {
    let size = 0;
    for (const part of this.#parts.values()) size += part.size;
    return size;
  }

  /**
   * An operation begins.
   * @param id any number that no open operation has
   */
  invoke(id: number, call: OnlineCall): void {
    let part = this.#parts.get(call.key);
    if (part === undefined) {
      part = new OnlinePart(this.#model, this.#initial, this.#limit);
      this.#parts.set(call.key, part);
    }
    this.#keyOf.set(id, call.key);
    part.invoke(id, {
      ...call,
      result: null,
      outcome: 'info',
      invokedAt: 0,
      completedAt: Number.POSITIVE_INFINITY,
    });
  }

  /**
   * An operation ends.
   * @throws RangeError when none with this id is open
   */
  complete(id: number, answer: OnlineAnswer): OnlineVerdict {
    const key = this.#keyOf.get(id);
    if (key === undefined) throw new RangeError(`operation ${id} is not open`);
    this.#keyOf.delete(id);
    const verdict = this.#parts.get(key)!.complete(id, answer);
    if (verdict !== 'ok' && this.verdict !== 'illegal' && this.verdict !== verdict) {
      this.verdict = verdict;
      this.worst = key;
    }
    return this.verdict;
  }
}
