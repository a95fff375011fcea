import type { RaftCore } from './raft-core.ts';
import type { RaftEnv } from './raft-env.ts';
import type { ProposalOutcome, ReadOutcome } from './replicated-machine.ts';
import type { Entry } from './types.ts';

/** A command in the log of this leadership that somebody waits for. */
interface Proposal<Result> {
  readonly term: number;
  readonly done: (outcome: ProposalOutcome<Result>) => void;
}

type ReadDone = (outcome: ReadOutcome) => void;

const unknown = { status: 'unknown' } as const;
const unavailable = { status: 'unavailable' } as const;
const fresh = { status: 'fresh' } as const;

/**
 * Proposals and reads that Raft has taken and not settled. Every one is told its end, at the latest
 * when leadership is lost.
 */
export class WaitingCalls<Result> {
  private readonly env: RaftEnv;
  /** By index of the entry. */
  private readonly proposals: Map<number, Proposal<Result>> = new Map();
  private readonly reads: Map<number, ReadDone> = new Map();
  private lastRead = 0;
  /** Reads whose leadership is confirmed and whose index is not applied yet. */
  private readonly confirmed: number[] = [];
  private readonly confirmedAt: number[] = [];

  constructor(env: RaftEnv) {
    this.env = env;
  }

  /** The node leads, and accepts a proposal of this size. */
  propose(
    core: RaftCore,
    command: Uint8Array,
    done: Proposal<Result>['done'],
    nowUs: number,
  ): void {
    const { index, term } = core.propose('command', command, nowUs);
    this.proposals.set(index, { term, done });
  }

  /** The node leads. */
  read(core: RaftCore, done: ReadDone, nowUs: number): void {
    const read = ++this.lastRead;
    this.reads.set(read, done);
    core.readIndex(read, nowUs);
  }

  /** An entry was applied, with this result. */
  applied(entry: Entry, result: Result | undefined): void {
    const { index, term } = entry;
    const proposal = this.proposals.get(index);
    if (proposal === undefined) return;
    this.proposals.delete(index);
    if (proposal.term !== term) proposal.done(unknown);
    else proposal.done({ status: 'committed', index, result: result as Result });
  }

  /** Serves the reads that Raft has released, once their index is applied; refuses the others. */
  serveReads(core: RaftCore, applied: number): void {
    const { releasedReads, releasedAt, refusedReads } = core;
    if (refusedReads.length > 0) {
      for (const read of refusedReads.splice(0)) this.endRead(read, unavailable);
    }
    for (let i = 0; i < releasedReads.length; i++) {
      this.confirmed.push(releasedReads[i]!);
      this.confirmedAt.push(releasedAt[i]!);
    }
    releasedReads.length = 0;
    releasedAt.length = 0;
    let served = 0;
    while (served < this.confirmed.length && this.confirmedAt[served]! <= applied) served++;
    if (served === 0) return;
    this.confirmedAt.splice(0, served);
    for (const read of this.confirmed.splice(0, served)) this.endRead(read, fresh);
  }

  private endRead(read: number, outcome: ReadOutcome): void {
    const done = this.reads.get(read)!;
    this.reads.delete(read);
    done(outcome);
  }

  /**
   * Leadership is lost: commands in the log may take effect or not. Reads that were confirmed before
   * stay: what they may see does not depend on who leads now.
   */
  leadershipLost(): void {
    if (this.proposals.size === 0) return;
    this.env.probe('leader change under load');
    const lost = [...this.proposals.values()];
    this.proposals.clear();
    for (const { done } of lost) done(unknown);
  }

  /** The node serves no more in this life: ends everything. */
  close(): void {
    this.leadershipLost();
    const lost = [...this.reads.values()];
    this.reads.clear();
    this.confirmed.length = 0;
    this.confirmedAt.length = 0;
    for (const done of lost) done(unavailable);
  }
}
