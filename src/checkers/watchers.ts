import type { TriggerBits } from './ledger.ts';

/** Something that wakes for certain events only. */
export interface Watcher {
  /** Place on the ladder; lower ones wake first. */
  readonly order: number;
  readonly watches: readonly string[];
  /** Set to wake it no more. */
  asleep: boolean;
}

/** Whom one kind of event concerns, in order. */
export interface Audience<R extends Watcher, P extends Watcher> {
  readonly rungs: readonly R[];
  readonly probes: readonly P[];
}

/** Finds those that an event concerns. A step that changed nothing wakes nobody and costs nothing. */
export class Watchers<R extends Watcher, P extends Watcher> {
  /** Whether anybody watches messages arrive, or leave: most ladders do only one of the two. */
  readonly watchReceived: boolean;
  readonly watchSent: boolean;
  readonly #rungs: readonly R[];
  readonly #probes: readonly P[];
  readonly #triggers: TriggerBits;
  /** Filled as sets of triggers are met: a run meets a few dozen. */
  readonly #byTriggers: Map<number, Audience<R, P>> = new Map();
  readonly #bySent: ReadonlyMap<string, Audience<R, P>>;
  readonly #byReceived: ReadonlyMap<string, Audience<R, P>>;

  constructor(rungs: readonly R[], probes: readonly P[], triggers: TriggerBits) {
    this.#rungs = rungs;
    this.#probes = probes;
    this.#triggers = triggers;
    this.#bySent = byKind(rungs, probes, 'send:');
    this.#byReceived = byKind(rungs, probes, 'receive:');
    this.watchSent = this.#bySent.size > 0;
    this.watchReceived = this.#byReceived.size > 0;
  }

  /** Those that watch any of these triggers. */
  of(changed: number): Audience<R, P> {
    return this.#byTriggers.get(changed) ?? this.#meet(changed);
  }

  /** Those that watch a kind of message leave the node that steps; undefined: nobody. */
  ofSent(kind: string): Audience<R, P> | undefined {
    return this.#bySent.get(kind);
  }

  /** Those that watch a kind of message arrive. */
  ofReceived(kind: string): Audience<R, P> | undefined {
    return this.#byReceived.get(kind);
  }

  #meet(changed: number): Audience<R, P> {
    const isWoken = ({ watches }: Watcher): boolean =>
      watches.some((name) => ((this.#triggers[name] ?? 0) & changed) !== 0);
    const found = { rungs: this.#rungs.filter(isWoken), probes: this.#probes.filter(isWoken) };
    this.#byTriggers.set(changed, found);
    return found;
  }
}

function byKind<R extends Watcher, P extends Watcher>(
  rungs: readonly R[],
  probes: readonly P[],
  prefix: string,
): Map<string, Audience<R, P>> {
  const found = new Map<string, Audience<R, P>>();
  for (const { watches } of [...rungs, ...probes]) {
    for (const watch of watches) {
      if (!watch.startsWith(prefix)) continue;
      const isWoken = (watcher: Watcher): boolean => watcher.watches.includes(watch);
      const kind = watch.slice(prefix.length);
      found.set(kind, { rungs: rungs.filter(isWoken), probes: probes.filter(isWoken) });
    }
  }
  return found;
}
