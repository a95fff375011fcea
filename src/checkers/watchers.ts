import type { TriggerBits } from './ledger.ts';

/** Something that wakes for certain events only. */
export interface Watcher {
  readonly watches: readonly string[];
}

/** Whom one kind of event concerns: places on the ladder and among the probes, in order. */
export interface Audience {
  readonly rungs: readonly number[];
  readonly probes: readonly number[];
}

/**
 * Finds those that an event concerns. A step that changed nothing wakes nobody and costs nothing.
 * Holds nothing of a run but what it asked last, so that the runs of one ladder share what was worked out once.
 */
export class Watchers {
  /** Whether anybody watches messages arrive, or leave: most ladders do only one of the two. */
  readonly watchReceived: boolean;
  readonly watchSent: boolean;
  readonly #rungBits: readonly number[];
  readonly #probeBits: readonly number[];
  /** Filled as sets of triggers are met: runs meet some hundred. */
  readonly #byTriggers: Map<number, Audience> = new Map();
  readonly #bySent: ReadonlyMap<string, Audience>;
  /** The answer of last time: what a node tells all others has one kind. */
  #recentKind = '';
  #recent: Audience | undefined;
  readonly #byReceived: ReadonlyMap<string, Audience>;

  constructor(rungs: readonly Watcher[], probes: readonly Watcher[], triggers: TriggerBits) {
    const bitsOf = ({ watches }: Watcher): number =>
      watches.reduce((bits, name) => bits | (triggers[name] ?? 0), 0);
    this.#rungBits = rungs.map(bitsOf);
    this.#probeBits = probes.map(bitsOf);
    this.#bySent = byKind(rungs, probes, 'send:');
    this.#byReceived = byKind(rungs, probes, 'receive:');
    this.watchSent = this.#bySent.size > 0;
    this.watchReceived = this.#byReceived.size > 0;
  }

  /** Those that watch any of these triggers. */
  of(changed: number): Audience {
    return this.#byTriggers.get(changed) ?? this.#meet(changed);
  }

  /** Those that watch a kind of message leave the node that steps; undefined: nobody. */
  ofSent(kind: string): Audience | undefined {
    if (kind !== this.#recentKind) {
      this.#recentKind = kind;
      this.#recent = this.#bySent.get(kind);
    }
    return this.#recent;
  }

  /** Those that watch a kind of message arrive. */
  ofReceived(kind: string): Audience | undefined {
    return this.#byReceived.get(kind);
  }

  #meet(changed: number): Audience {
    const isWoken = (bits: number): boolean => (bits & changed) !== 0;
    const found = {
      rungs: placesOf(this.#rungBits, isWoken),
      probes: placesOf(this.#probeBits, isWoken),
    };
    this.#byTriggers.set(changed, found);
    return found;
  }
}

function placesOf<T>(all: readonly T[], isWoken: (one: T) => boolean): number[] {
  return all.flatMap((one, place) => (isWoken(one) ? [place] : []));
}

function byKind(
  rungs: readonly Watcher[],
  probes: readonly Watcher[],
  prefix: string,
): Map<string, Audience> {
  const found = new Map<string, Audience>();
  for (const { watches } of [...rungs, ...probes]) {
    for (const watch of watches) {
      if (!watch.startsWith(prefix)) continue;
      const isWoken = (watcher: Watcher): boolean => watcher.watches.includes(watch);
      const kind = watch.slice(prefix.length);
      found.set(kind, { rungs: placesOf(rungs, isWoken), probes: placesOf(probes, isWoken) });
    }
  }
  return found;
}
