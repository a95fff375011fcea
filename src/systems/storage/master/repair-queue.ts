import { type Alarm, callOff, Reminder } from '../../common/alarms.ts';
import { fragmentBytes, isBusy } from '../metadata/chunk-life.ts';
import { neededParts } from '../placement/storage-class.ts';
import type { BadFragments } from './bad-fragments.ts';
import type { PlannedWork } from './indexes.ts';
import { proposeAgainUs } from './leadership.ts';
import { type Standing, standingOf } from './redundancy.ts';
import { Throttle } from './throttle.ts';
import { type ChunkWork, placeChunk } from './write-grants.ts';
import type { WriterPauses } from './writer-pauses.ts';

/** Plans for repairs and moves that may be under way at a time. */
const mostAtOnce = 24;
/** Items of one rank that are looked at in vain in one go; those behind wait for their turn. */
const lookedAt = 16;
/** Chunks of a server that are looked at in one go, and the time between. */
const sliceChunks = 32;
const sliceUs = 2_000;
/** Behind all repairs. */
const drainRank = 256;

interface Item {
  readonly chunk: number;
  rank: number;
  position: number;
  margin: number;
  /** Its plan is being proposed, or was and is not done. */
  running: boolean;
  /** Not before this, as it failed or found no place. */
  notBeforeUs: number;
  /** Rings at that time; null for an item that does not sleep. */
  alarm: Alarm | null;
}

/**
 * Chunks that lack parts, those with the least left first; among equals those that a lost region would
 * take; then the oldest. Behind them comes what is to leave servers that are being emptied. An item
 * stays until the chunk lacks nothing, however often its plan fails.
 */
export class RepairQueue {
  private readonly work: ChunkWork;
  private readonly bad: BadFragments;
  private readonly pauses: WriterPauses;
  /** Of all that goes from server to server. */
  readonly throttle: Throttle;
  private readonly items: Map<number, Item> = new Map();
  /**
   * Items that wait, by rank, the oldest first. Those that sleep are not among them: however many
   * they are, they keep nobody from being looked at.
   */
  private readonly waiting: Map<number, Item>[] = [];
  private runningCount = 0;
  private readonly reminder: Reminder;

  constructor(work: ChunkWork, bad: BadFragments, pauses: WriterPauses) {
    this.work = work;
    this.bad = bad;
    this.pauses = pauses;
    this.throttle = new Throttle(work.lead);
    this.reminder = new Reminder(work.lead.alarms, () => this.pump());
  }

  /** Chunks in the queue. */
  get size(): number {
    return this.items.size;
  }

  begin(): void {
    for (const chunk of this.work.lead.indexes.lacking) this.look(chunk);
  }

  /** A server is lost, or was found again, or is to be emptied: looks at all that it has. */
  serverChanged(server: number): void {
    const chunks = this.work.lead.indexes.chunksOf.get(server);
    if (chunks !== undefined) this.slice(chunks.values());
    this.reminder.within(0);
  }

  private slice(chunks: IterableIterator<number>): void {
    for (let left = sliceChunks; left > 0; left--) {
      const { done, value } = chunks.next();
      if (done === true) return;
      this.look(value);
    }
    this.work.lead.alarms.after(sliceUs, () => this.slice(chunks));
  }

  standing(chunk: number): Standing | null {
    const row = this.work.lead.state.chunks.get(chunk);
    if (row === undefined || row.version === 0) return null;
    return standingOf(this.work, this.bad, chunk, row);
  }

  /** Finds out whether a chunk lacks something. */
  look(chunk: number): void {
    this.pauses.look(chunk);
    const wish = this.wishOf(chunk);
    const item = this.items.get(chunk);
    if (wish === null) {
      if (item !== undefined) this.remove(item);
      return;
    }
    const running = this.hasMove(chunk);
    if (item === undefined) {
      const fresh: Item = { chunk, ...wish, running: false, notBeforeUs: 0, alarm: null };
      this.items.set(chunk, fresh);
      this.place(fresh, running);
    } else if (item.rank === wish.rank && item.running === running) {
      // It keeps its turn.
      Object.assign(item, wish);
    } else {
      this.take(item);
      Object.assign(item, wish);
      this.place(item, running);
    }
    this.reminder.within(0);
  }

  private wishOf(chunk: number): Pick<Item, 'rank' | 'position' | 'margin'> | null {
    const row = this.work.lead.state.chunks.get(chunk);
    // What is being written, recovered or converted is looked at when that is over.
    if (row === undefined || row.version === 0) return null;
    if (isBusy(row)) return null;
    const standing = standingOf(this.work, this.bad, chunk, row);
    const { margin, missing, leaving, survivesRegion } = standing;
    if (margin < 0) return null;
    if (missing.length > 0) {
      const rank = margin * 2 + (survivesRegion ? 1 : 0);
      return { rank, position: missing[0]!, margin };
    }
    return leaving.length > 0 ? { rank: drainRank, position: leaving[0]!, margin } : null;
  }

  private hasMove(chunk: number): boolean {
    const { plans } = this.work.lead.state;
    return plans.keys(chunk).some((id) => plans.get(chunk, id)!.kind === 'move');
  }

  private place(item: Item, running: boolean): void {
    item.running = running;
    if (running) {
      this.runningCount += 1;
      return;
    }
    const { nowUs, alarms } = this.work.lead;
    if (nowUs < item.notBeforeUs) {
      item.alarm = alarms.after(item.notBeforeUs - nowUs, () => this.wake(item));
      return;
    }
    let rank = this.waiting[item.rank];
    if (rank === undefined) {
      rank = new Map();
      this.waiting[item.rank] = rank;
    }
    rank.set(item.chunk, item);
  }

  private take(item: Item): void {
    if (item.running) this.runningCount -= 1;
    else if (item.alarm === null) this.waiting[item.rank]?.delete(item.chunk);
    callOff(item.alarm);
    item.alarm = null;
  }

  /** An item sleeps a while; one whose plan is under way, when that is over. */
  private postpone(item: Item, us: number): void {
    item.notBeforeUs = this.work.lead.nowUs + us;
    if (item.running || this.items.get(item.chunk) !== item) return;
    this.take(item);
    this.place(item, false);
  }

  private wake(item: Item): void {
    item.alarm = null;
    this.place(item, false);
    this.reminder.within(0);
  }

  private remove(item: Item): void {
    this.take(item);
    this.items.delete(item.chunk);
  }

  // ---------------------------------------------------------------- starting

  /** A plan came to nothing: its chunk waits a little. */
  failed({ chunk }: PlannedWork): void {
    const item = this.items.get(chunk);
    if (item !== undefined) this.postpone(item, this.work.lead.timings.taskTimeoutUs);
  }

  private pump(): void {
    const { timings } = this.work.lead;
    let isLeft = false;
    // Ranks are few; those that nobody ever had are holes.
    for (const rank of this.waiting) {
      if (rank === undefined) continue;
      let inVain = 0;
      for (const item of rank.values()) {
        if (this.runningCount >= mostAtOnce || inVain === lookedAt) {
          isLeft = true;
          break;
        }
        if (this.start(item)) continue;
        inVain += 1;
        isLeft = true;
      }
    }
    if (isLeft) this.reminder.within(timings.taskTimeoutUs / 4);
  }

  /** Proposes the plan of an item; false when it has to wait. */
  private start(item: Item): boolean {
    const { lead } = this.work;
    const { chunk } = item;
    const row = lead.state.chunks.get(chunk);
    if (row === undefined) return false;
    const storageClass = lead.state.classes.get(row.classId)!;
    const { missing, sources } = standingOf(this.work, this.bad, chunk, row);
    // With room for some of what is missing only, the first of it gets a place.
    const position = item.rank < drainRank ? (missing[0] ?? item.position) : item.position;
    const held = row.members.map((member, at) =>
      missing.includes(at) || at === position ? 0 : member,
    );
    // Who must still erase a fragment of the chunk cannot get it again before that is done.
    const { plans } = lead.state;
    const busy = plans.keys(chunk).map((id) => plans.get(chunk, id)!.server);
    const excluded = [...row.members, ...busy];
    const to = placeChunk(this.work, storageClass, chunk, held, excluded)[position] ?? 0;
    if (to === 0) {
      lead.env.probe('a repair found no place');
      this.postpone(item, lead.timings.downGraceUs);
      return false;
    }
    const here = sources[position] ?? 0;
    const givers = here !== 0 ? [here] : sources.filter((server) => server !== 0);
    const from = givers.slice(0, here !== 0 ? 1 : neededParts(storageClass.redundancy));
    const bytes = fragmentBytes(lead.state, storageClass);
    // As it stands now: a server may have come back since the chunk was looked at.
    const isUrgent = this.standing(chunk)?.margin === 0 && item.rank < drainRank;
    if (!this.throttle.take(to, from, bytes, isUrgent)) {
      lead.env.probe('a repair waits for its turn');
      return false;
    }
    this.take(item);
    this.place(item, true);
    lead.env.probe(item.rank < drainRank ? 'a repair begins' : 'a part leaves a drained server');
    lead.propose({ kind: 'plan-move', chunk, position, to }, (reply) => {
      // A log that is full takes it before long: others must not pass it by for a whole time-out.
      const againUs = reply === null ? proposeAgainUs : lead.timings.taskTimeoutUs;
      if (reply?.kind !== 'plan') this.postpone(item, againUs);
      this.look(chunk);
    });
    return true;
  }
}
