import type { TriggerBits } from './ledger.ts';

/** Something that wakes for certain events only. */
export interface Watcher {
  /** Place on the ladder; lower ones wake first. */
  readonly order: number;
  readonly watches: readonly string[];
  /** Set to wake it no more. */
  asleep: boolean;
}

/** Finds those that an event concerns. A step that changed nothing wakes nobody and costs nothing. */
export class Watchers<W extends Watcher> {
  readonly #all: readonly W[];
  readonly #bitsOf: readonly number[];
  /** Filled as sets of triggers are met: a run meets a few dozen. */
  readonly #byTriggers: Map<number, readonly W[]> = new Map();
  readonly #bySent: ReadonlyMap<string, readonly W[]>;
  readonly #byReceived: ReadonlyMap<string, readonly W[]>;

  constructor(all: readonly W[], triggers: TriggerBits) {
    this.#all = all;
    this.#bitsOf = all.map(({ watches }) =>
      watches.reduce((bits, name) => bits | (triggers[name] ?? 0), 0),
    );
    this.#bySent = byKind(all, 'send:');
    this.#byReceived = byKind(all, 'receive:');
  }

  /** Those that watch any of these triggers, in order. */
  of(changed: number): readonly W[] {
    let found = this.#byTriggers.get(changed);
    if (found === undefined) {
      found = this.#all.filter(
        (_, position) => ((this.#bitsOf[position] as number) & changed) !== 0,
      );
      this.#byTriggers.set(changed, found);
    }
    return found;
  }

  /** Those that watch a kind of message leave the node that steps; undefined: nobody. */
  ofSent(kind: string): readonly W[] | undefined {
    return this.#bySent.get(kind);
  }

  /** Those that watch a kind of message arrive. */
  ofReceived(kind: string): readonly W[] | undefined {
    return this.#byReceived.get(kind);
  }
}

function byKind<W extends Watcher>(all: readonly W[], prefix: string): Map<string, readonly W[]> {
  const found = new Map<string, W[]>();
  for (const watcher of all) {
    for (const watch of watcher.watches) {
      if (!watch.startsWith(prefix)) continue;
      const kind = watch.slice(prefix.length);
      const sameKind = found.get(kind);
      if (sameKind === undefined) found.set(kind, [watcher]);
      else sameKind.push(watcher);
    }
  }
  return found;
}
