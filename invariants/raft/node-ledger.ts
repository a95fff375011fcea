import type { Member } from '../../src/systems/raft/types.ts';
import type { RaftView } from '../../src/systems/raft/view.ts';
import { Chain } from './chain.ts';
import type { DurableLog } from './durable-log.ts';
import { LogMirror } from './log-mirror.ts';
import { emptyView } from './marks.ts';
import { LogConfigurations } from './membership.ts';
import { remember } from './remember.ts';

/** The end of a candidate's log, as it told a voter. */
export interface LogEnd {
  readonly lastIndex: number;
  readonly lastTerm: number;
}

/** Whether a log that ends at `a` is at least as up to date as one that ends at `b`. */
export function atLeastAsUpToDate(a: LogEnd, b: LogEnd): boolean {
  return a.lastTerm > b.lastTerm || (a.lastTerm === b.lastTerm && a.lastIndex >= b.lastIndex);
}

/** How far appends and snapshots of one leader reach that a node has received in this life. */
export interface Coverage {
  term: number;
  leader: Member;
  upTo: number;
}

/** Entries kept about votes of long ago, for messages that come late. */
const rememberedTerms = 64;

/** What the checker knows of one node, over all its lives. */
export class NodeLedger {
  readonly index: number;
  readonly member: Member;
  readonly durable: DurableLog;
  readonly log: LogMirror = new LogMirror();
  readonly configurations: LogConfigurations = new LogConfigurations();
  incarnation = 0;
  /** The newest marks of this life. */
  view: RaftView = emptyView();
  /** Whether a life is under way, and whether it has got through recovery. */
  alive = false;
  running = false;
  /**
   * Whether a repair has begun since the last life that ran was over: what such a start cuts may
   * come to light, and its repair come to its end, in a later one.
   */
  wasRepaired = false;
  /** Whether this identity has lost its disk since its first boot. */
  lostDisk = false;
  /** Whether the previous life ended while it was still recovering. */
  diedRecovering = false;
  /** Ends of candidates' logs as received in requests for votes. */
  readonly #requests: Map<string, LogEnd> = new Map();
  /** Whether the step that is being looked at took the decision to vote for another node. */
  decidedNow = false;
  /** The candidate that this node decided to vote for, by term. */
  readonly decided: Map<number, Member> = new Map();
  /** The candidate that was first sent a grant, by term. */
  readonly granted: Map<number, Member> = new Map();
  /** The leader that this node recognised first, by term. */
  readonly recognised: Map<number, Member> = new Map();
  readonly coverage: Coverage = { term: 0, leader: 0, upTo: 0 };
  /** By its own clock: when it heard last in this life from a leader that it follows. */
  leaderHeardUs: number = Number.NEGATIVE_INFINITY;
  /** When clients asked it last; and for a write. */
  askedUs = -1;
  writeAskedUs = -1;
  /** By term: when it heard last from the leader of that term. */
  readonly heardUs: Map<number, number> = new Map();
  /** Terms of campaigns that a leader ordered. */
  readonly ordered: Map<number, true> = new Map();
  /** What the next recovery must bring back: the durable log up to here is in memory as well. */
  mustKeepIndex = 0;
  mustKeepPrefix = 0;
  /** The log that the last life had in memory when it ended. */
  lastLog: Chain = new Chain();
  /** The highest index whose storage this node has acknowledged and not lawfully cut since. */
  ackedIndex = 0;
  /** When the last life ended, and how: for probes. */
  lastEnd: 'none' | 'killed' | 'power-lost' = 'none';

  constructor(index: number, durable: DurableLog) {
    this.index = index;
    this.member = index + 1;
    this.durable = durable;
  }

  noteRequest(candidate: Member, term: number, { lastIndex, lastTerm }: LogEnd): void {
    const end = { lastIndex, lastTerm };
    remember(this.#requests, `${term} ${candidate}`, end, rememberedTerms);
  }

  request(candidate: Member, term: number): LogEnd | undefined {
    return this.#requests.get(`${term} ${candidate}`);
  }

  noteDecision(term: number, candidate: Member): void {
    // A life that died before its vote was durable may have decided otherwise: the last one counts.
    remember(this.decided, term, candidate, rememberedTerms);
  }

  noteGrant(term: number, candidate: Member): void {
    if (!this.granted.has(term)) remember(this.granted, term, candidate, rememberedTerms);
  }

  noteHeard(term: number, timeUs: number): void {
    remember(this.heardUs, term, timeUs, rememberedTerms);
  }

  noteOrdered(term: number): void {
    remember(this.ordered, term, true, rememberedTerms);
  }

  noteLeader(term: number, leader: Member): void {
    if (leader === 0 || this.recognised.has(term)) return;
    remember(this.recognised, term, leader, rememberedTerms);
  }

  noteCoverage(term: number, leader: Member, upTo: number): void {
    const { coverage } = this;
    if (term < coverage.term) return;
    if (term > coverage.term || leader !== coverage.leader) {
      coverage.term = term;
      coverage.leader = leader;
      coverage.upTo = upTo;
    } else if (upTo > coverage.upTo) {
      coverage.upTo = upTo;
    }
  }

  /** A life begins: its memory is empty, what it promised is not. */
  begin(): void {
    this.alive = true;
    this.running = false;
    this.view = emptyView();
    this.log.forget();
    this.coverage.term = 0;
    this.leaderHeardUs = Number.NEGATIVE_INFINITY;
  }

  /** A life ends, or a machine whose process is dead loses power. */
  end(how: 'killed' | 'power-lost'): void {
    this.lastEnd = how;
    if (this.alive) {
      this.diedRecovering = !this.running;
      if (this.running) {
        this.wasRepaired = false;
        this.#noteMustKeep();
      }
    }
    this.alive = false;
    this.running = false;
    // What survives a power loss is on the medium, and so as good as promised.
    if (how === 'power-lost') this.durable.readAll();
  }

  /**
   * What was durable, and not about to be replaced, has to come back. It was durable once the node
   * had heard so: bytes whose sync was done, but whose directory sync failed, the node writes
   * again elsewhere, and their file may be gone with the power.
   */
  #noteMustKeep(): void {
    const { durable, log, view } = this;
    let index = Math.min(durable.chain.last, log.chain.last, view.stableIndex);
    const floor = Math.max(durable.chain.base, log.chain.base);
    while (index > floor && durable.chain.prefix(index) !== log.chain.prefix(index)) index -= 1;
    this.mustKeepIndex = index;
    this.mustKeepPrefix = log.chain.prefix(index);
    this.lastLog = log.handOver();
  }

  /** The disk is another, empty one. What was promised stays owed: others may have counted on it. */
  wiped(): void {
    this.lostDisk = true;
    this.mustKeepIndex = 0;
    this.ackedIndex = 0;
  }
}
