import type { Address } from '../../../sim/message.ts';
import { type Alarm, callOff } from '../../common/alarms.ts';
import type { CacheKey, Recalled } from '../messages/metadata-messages.ts';
import { givenForUs } from '../timings.ts';
import type { Leadership } from './leadership.ts';
import { everything } from './touched-keys.ts';

/** Somebody may keep an answer that depends on this. */
interface KeyLeases {
  readonly key: CacheKey;
  /** When each session's lease is over. */
  readonly until: Map<number, number>;
}

type Keys = readonly CacheKey[] | typeof everything;

/** A change that waits until nobody has what it touches in a cache, or is on its way into the log. */
export interface Change {
  readonly session: number;
  readonly keysOf: () => Keys;
  readonly go: () => void;
  /** What it occupies; none while it waits for another change of the same name. */
  keys: Keys;
}

/** A session was asked to give up what a change touches. */
interface Recall {
  readonly id: number;
  readonly session: number;
  readonly keys: readonly CacheKey[];
  readonly untilUs: number;
  readonly wakes: Change;
  alarm: Alarm | null;
}

/**
 * Who may keep which answers in a cache, and until when. A change of what somebody keeps waits until
 * all others have given it up or their time is over; while it waits and until it is applied, nobody
 * gets a lease on the same. A new leader does not know what its predecessors gave out, and lets no
 * change through before the longest lease is over.
 */
export class CacheLeases {
  private readonly lead: Leadership;
  private readonly addressOf: (session: number) => Address | undefined;
  private readonly leases: Map<string, KeyLeases> = new Map();
  /** Leases in the order in which they end, to be forgotten. */
  private readonly ends: { readonly name: string; readonly session: number; untilUs: number }[] =
    [];
  private ended = 0;
  /** Changes on their way, by key; and the changes that wait for a name. */
  private readonly busy: Map<string, number> = new Map();
  private readonly queues: Map<string, Change[]> = new Map();
  private busyWithEverything = 0;
  private readonly recalls: Map<number, Recall> = new Map();
  private readonly openOf: Map<Change, number> = new Map();
  private lastRecall = 0;
  private lastUntilUs = 0;
  private early: Change[] | null = [];

  constructor(lead: Leadership, addressOf: (session: number) => Address | undefined) {
    this.lead = lead;
    this.addressOf = addressOf;
    const { cacheLeaseUs, driftBoundPpm } = lead.timings;
    const waitUs = cacheLeaseUs === 0 ? 0 : givenForUs(cacheLeaseUs, driftBoundPpm);
    if (waitUs === 0) this.early = null;
    else lead.alarms.after(waitUs, () => this.begin());
  }

  /** How many leases may be in force. */
  get size(): number {
    return this.ends.length - this.ended;
  }

  /** The sessions that may keep what depends on a key, and until when: for who watches. */
  holders(key: CacheKey): ReadonlyMap<number, number> {
    return this.leases.get(nameOf(key))?.until ?? nobody;
  }

  private begin(): void {
    const early = this.early ?? [];
    this.early = null;
    for (const change of early) this.enter(change);
  }

  // ---------------------------------------------------------------- leases

  /**
   * Lets a session keep an answer with these keys; gives for how long, 0 for not at all.
   * `isHeldBack` says of an inode that somebody else may write it without a word to the leader.
   */
  lease(
    session: number,
    keys: readonly CacheKey[],
    isHeldBack: (inode: number) => boolean,
  ): number {
    const { cacheLeaseUs, driftBoundPpm } = this.lead.timings;
    if (cacheLeaseUs === 0 || session === 0 || keys.length === 0) return 0;
    if (this.busyWithEverything > 0) return 0;
    for (const key of keys) {
      if (this.busy.has(nameOf(key)) || (key.name === '' && isHeldBack(key.inode))) return 0;
    }
    this.forget();
    const untilUs = this.lead.nowUs + givenForUs(cacheLeaseUs, driftBoundPpm);
    this.lastUntilUs = untilUs;
    for (const key of keys) this.give(session, key, untilUs);
    return cacheLeaseUs;
  }

  private give(session: number, key: CacheKey, untilUs: number): void {
    const name = nameOf(key);
    const leases = this.leases.get(name);
    if (leases === undefined) {
      this.leases.set(name, { key, until: new Map([[session, untilUs]]) });
    } else {
      leases.until.set(session, untilUs);
    }
    this.ends.push({ name, session, untilUs });
  }

  /** Forgets what is over. Each lease is looked at once. */
  private forget(): void {
    const { nowUs } = this.lead;
    while (this.ended < this.ends.length && this.ends[this.ended]!.untilUs <= nowUs) {
      const { name, session, untilUs } = this.ends[this.ended++]!;
      if (this.leases.get(name)?.until.get(session) === untilUs) this.drop(name, session);
    }
    if (this.ended > 1_000 && this.ended * 2 > this.ends.length) {
      this.ends.splice(0, this.ended);
      this.ended = 0;
    }
  }

  private drop(name: string, session: number): void {
    const leases = this.leases.get(name);
    if (leases === undefined) return;
    leases.until.delete(session);
    if (leases.until.size === 0) this.leases.delete(name);
  }

  // ---------------------------------------------------------------- changes

  /**
   * Calls `go` when nobody but `session` keeps any of the keys. From then on the change is on its way,
   * until `finished` is called with it. `keysOf` is asked when its answer can be relied on.
   */
  change(session: number, keysOf: () => Keys, go: (change: Change) => void): void {
    const change: Change = { session, keysOf, go: () => go(change), keys: [] };
    const keys = keysOf();
    if (keys !== everything && keys.length === 0) change.go();
    else if (this.early !== null) this.early.push(change);
    else this.enter(change);
  }

  private enter(change: Change): void {
    const keys = change.keysOf();
    if (keys !== everything) {
      // Which inode a name leads to is settled only when no other change of the name is under way.
      const taken = keys.find((key) => key.name !== '' && this.busy.has(nameOf(key)));
      if (taken !== undefined) {
        const queue = this.queues.get(nameOf(taken));
        if (queue === undefined) this.queues.set(nameOf(taken), [change]);
        else queue.push(change);
        return;
      }
    }
    change.keys = keys;
    this.occupy(change);
    this.recall(change);
  }

  private occupy({ keys }: Change): void {
    if (keys === everything) {
      this.busyWithEverything += 1;
      return;
    }
    for (const key of keys) {
      const name = nameOf(key);
      this.busy.set(name, (this.busy.get(name) ?? 0) + 1);
    }
  }

  /** The change was applied, or will never be. */
  finished({ keys }: Change): void {
    if (keys === everything) {
      this.busyWithEverything -= 1;
      return;
    }
    for (const key of keys) {
      const name = nameOf(key);
      const count = (this.busy.get(name) ?? 1) - 1;
      if (count > 0) {
        this.busy.set(name, count);
        continue;
      }
      this.busy.delete(name);
      const next = this.queues.get(name);
      if (next === undefined) continue;
      this.queues.delete(name);
      for (const change of next) this.enter(change);
    }
  }

  // ---------------------------------------------------------------- recalls

  private recall(change: Change): void {
    const { nowUs } = this.lead;
    const asked: Recall[] = [];
    if (change.keys === everything) {
      const untilUs = this.lastUntilUs;
      if (untilUs > nowUs) asked.push(this.ask(change, 0, [], untilUs));
    } else {
      const bySession: Map<number, { keys: CacheKey[]; untilUs: number }> = new Map();
      for (const key of change.keys) {
        const until = this.leases.get(nameOf(key))?.until;
        if (until === undefined) continue;
        for (const [session, untilUs] of until) {
          if (session === change.session || untilUs <= nowUs) continue;
          const kept = bySession.get(session);
          if (kept === undefined) bySession.set(session, { keys: [key], untilUs });
          else {
            kept.keys.push(key);
            kept.untilUs = Math.max(kept.untilUs, untilUs);
          }
        }
      }
      for (const [session, { keys, untilUs }] of bySession) {
        asked.push(this.ask(change, session, keys, untilUs));
      }
    }
    if (asked.length === 0) {
      change.go();
      return;
    }
    this.lead.env.probe('caches recalled');
    this.openOf.set(change, asked.length);
    for (const recall of asked) this.remind(recall);
  }

  private ask(wakes: Change, session: number, keys: readonly CacheKey[], untilUs: number): Recall {
    const recall: Recall = { id: ++this.lastRecall, session, keys, untilUs, wakes, alarm: null };
    this.recalls.set(recall.id, recall);
    return recall;
  }

  /** Asks, again and again, until the answer comes or the time is over. */
  private remind(recall: Recall): void {
    const { lead } = this;
    const leftUs = recall.untilUs - lead.nowUs;
    if (leftUs <= 0) {
      lead.env.probe('a lease of a cache waited out');
      this.over(recall);
      return;
    }
    const address = this.addressOf(recall.session);
    if (address !== undefined) {
      const { id, session, keys } = recall;
      const { term } = lead;
      lead.send(address, { kind: 'recall', recall: id, term, session, keys, chunkIndex: null });
    }
    const againUs = Math.min(leftUs, Math.ceil(lead.timings.callTimeoutUs / 4));
    recall.alarm = lead.alarms.after(againUs, () => this.remind(recall));
  }

  /** A session has given up what it was asked for. */
  recalled({ recall: id, term, session }: Recalled): void {
    const recall = this.recalls.get(id);
    if (recall === undefined || term !== this.lead.term || recall.session !== session) return;
    for (const key of recall.keys) this.drop(nameOf(key), session);
    this.over(recall);
  }

  private over(recall: Recall): void {
    this.recalls.delete(recall.id);
    callOff(recall.alarm);
    const open = this.openOf.get(recall.wakes)! - 1;
    if (open > 0) {
      this.openOf.set(recall.wakes, open);
      return;
    }
    this.openOf.delete(recall.wakes);
    recall.wakes.go();
  }
}

const nobody: ReadonlyMap<number, number> = new Map();

function nameOf({ inode, name }: CacheKey): string {
  return `${inode}/${name}`;
}
