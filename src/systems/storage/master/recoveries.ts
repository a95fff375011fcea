import { presentCount } from '../metadata/chunk-life.ts';
import type { GrantReply } from '../metadata/reply.ts';
import { minimumDurable, neededParts } from '../placement/storage-class.ts';
import { prove } from './proofs.ts';
import { patienceOf, Round } from './set-versions.ts';
import { type ChunkWork, grantReply } from './write-grants.ts';

/** Recoveries under way at a time. */
const mostAtOnce = 16;

/**
 * Brings the replicas of chunks into line whose writer vanished. Nobody reads such a chunk before, and
 * nothing repairs or moves it. Each replica has all that was acknowledged, so one is enough; but those
 * that may come back are waited for, as whoever is left out is of no use any more.
 */
export class Recoveries {
  private readonly work: ChunkWork;
  private readonly queue: Set<number> = new Set();
  private readonly running: Map<number, Round | null> = new Map();

  constructor(work: ChunkWork) {
    this.work = work;
  }

  /** Recoveries under way, and those that wait. */
  get size(): number {
    return this.queue.size + this.running.size;
  }

  begin(): void {
    const { indexes } = this.work.lead;
    for (const chunk of indexes.unsettled) this.queue.add(chunk);
    // An earlier leader may have begun some.
    for (const chunk of indexes.granted) this.queue.add(chunk);
    this.next();
  }

  /** The row of a chunk has changed: it may have lost its writer. */
  chunkChanged(chunk: number): void {
    if (!this.work.lead.indexes.unsettled.has(chunk)) {
      this.work.passedOver.forget(chunk);
      return;
    }
    if (this.running.has(chunk)) return;
    this.queue.add(chunk);
    this.next();
  }

  private next(): void {
    for (const chunk of this.queue) {
      if (this.running.size >= mostAtOnce) return;
      this.queue.delete(chunk);
      this.recover(chunk);
    }
  }

  private recover(chunk: number): void {
    const { lead } = this.work;
    const row = lead.state.chunks.get(chunk);
    if (row === undefined) return;
    if (row.grant?.session === 0) {
      this.running.set(chunk, null);
      this.agree(grantReply(chunk, row, row.grant));
      return;
    }
    if (!row.unsettled || row.grant !== null) return;
    this.running.set(chunk, null);
    lead.env.probe('a chunk is recovered');
    lead.propose({ kind: 'recover-chunk', chunk }, (reply) => {
      if (reply?.kind === 'grant') this.agree(reply);
      else this.over(chunk, lead.timings.taskTimeoutUs / 4);
    });
  }

  private agree(reply: GrantReply): void {
    const { lead, tasks, servers } = this.work;
    const { chunk, version, fence, generation } = reply;
    const row = lead.state.chunks.get(chunk);
    if (row?.grant?.fence !== fence) {
      this.over(chunk, lead.timings.taskTimeoutUs / 4);
      return;
    }
    const { redundancy } = lead.state.classes.get(row.classId)!;
    const { serverLeaseUs } = lead.timings;
    const none = { copyOf: 0, copyVersion: 0, copyGeneration: 0 };
    const aim = { chunk, version, fence, generation, from: row.version, ...none };
    const members = this.work.passedOver.take(chunk, row.members);
    const minimum = Math.min(minimumDurable(redundancy), presentCount(members));
    const patience = patienceOf(servers, minimum, serverLeaseUs, 4 * serverLeaseUs);
    const formed = (durable: readonly number[]): void => {
      if (presentCount(durable) >= neededParts(redundancy)) this.commit(chunk, fence, durable);
      // None can be had: the old version stays what it is, and is tried again.
      else {
        lead.env.probe('a recovery found no member');
        this.giveUp(chunk, fence, serverLeaseUs);
      }
    };
    const round = new Round(lead, tasks, { ...aim, members }, patience, (durable) => {
      if (round.passedOver.length > 0) {
        this.work.passedOver.note(chunk, round.passedOver);
        this.giveUp(chunk, fence, lead.timings.taskTimeoutUs / 4);
      } else if (presentCount(durable) < presentCount(row.members)) {
        prove(this.work, aim, durable, formed);
      } else formed(durable);
    });
    this.running.set(chunk, round);
    round.begin();
  }

  private commit(chunk: number, fence: number, members: readonly number[]): void {
    const { lead } = this.work;
    lead.propose({ kind: 'commit-version', chunk, fence, members }, () => {
      this.over(chunk, lead.timings.taskTimeoutUs / 4);
    });
  }

  /** The next attempt is under another fence. */
  private giveUp(chunk: number, fence: number, againUs: number): void {
    this.work.lead.propose({ kind: 'expire-lease', chunk, fence }, () => {
      this.over(chunk, againUs);
    });
  }

  /** Looks once more after a while, if the chunk is not in order then. */
  private over(chunk: number, againUs: number): void {
    this.running.delete(chunk);
    const { lead } = this.work;
    const row = lead.state.chunks.get(chunk);
    if (row !== undefined && (row.unsettled || row.grant?.session === 0)) {
      lead.alarms.after(againUs, () => {
        if (this.running.has(chunk)) return;
        this.queue.add(chunk);
        this.next();
      });
    }
    this.next();
  }
}
