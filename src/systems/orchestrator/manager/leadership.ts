import type { Env } from '../../../sim/env.ts';
import type { Address } from '../../../sim/message.ts';
import { Alarms } from '../../common/alarms.ts';
import { FreshReads, type ProposalOutcome, type RaftHost } from '../../raft/index.ts';
import type { OrchestratorMessage } from '../messages/orchestrator-codec.ts';
import type { Command, Envelope } from '../state/command.ts';
import { encodeEnvelope } from '../state/command-codec.ts';
import type { Reply } from '../state/reply.ts';
import type { ClusterState } from '../state/state.ts';
import type { OrchestratorTimings } from '../timings.ts';
import type { ClusterClock } from './cluster-clock.ts';
import type { ManagerCounts } from './manager-metrics.ts';

/** A proposal of the leader's own that came to nothing is tried again after this time. */
export const proposeAgainUs = 50_000;

/** What a term of leadership is made of. */
export interface LeadershipOptions {
  readonly host: RaftHost<OrchestratorMessage, Reply>;
  readonly term: number;
  readonly timings: OrchestratorTimings;
  /** Names of all managers. */
  readonly managers: readonly string[];
  readonly counts: ManagerCounts;
  /** What this manager knows of the time. */
  readonly clock: ClusterClock;
  /** The store as it is now. */
  state(): ClusterState;
}

/**
 * One term in which this node leads, for the parts of the leader's shell: its clock, its alarms, its
 * way into the log. All of it ends with the term.
 */
export class Leadership {
  readonly host: RaftHost<OrchestratorMessage, Reply>;
  readonly env: Env;
  readonly term: number;
  readonly timings: OrchestratorTimings;
  readonly managers: readonly string[];
  readonly counts: ManagerCounts;
  readonly alarms: Alarms;
  /** It has ended. */
  over: boolean = false;
  private readonly options: LeadershipOptions;
  private readonly reads: FreshReads;
  /** What is added to the monotonic clock to give the time of entries. */
  private readonly offsetUs: number;

  constructor(options: LeadershipOptions) {
    this.options = options;
    this.host = options.host;
    this.env = options.host.env as Env;
    this.term = options.term;
    this.timings = options.timings;
    this.managers = options.managers;
    this.counts = options.counts;
    this.alarms = new Alarms(options.host.env, 'alarms');
    this.reads = new FreshReads(options.host);
    // Never back: a clock that had been ahead would stop all delays until the others are there.
    this.offsetUs = Math.max(options.clock.nowUs(), this.state.timeUs) - this.nowUs;
  }

  get state(): ClusterState {
    return this.options.state();
  }

  /** The monotonic clock. */
  get nowUs(): number {
    return this.host.env.clock.monotonicUs();
  }

  /** The time as entries carry it. */
  get timeUs(): number {
    return this.nowUs + this.offsetUs;
  }

  send(to: Address, message: OrchestratorMessage): void {
    this.host.env.network.send(to, message);
  }

  /**
   * Proposes a command of the leader's own. `done` gets the reply, or null when it was not taken or
   * nobody knows; it is not called once the term is over.
   */
  propose(command: Command, done?: (reply: Reply | null, index: number) => void): void {
    this.proposeFor({ session: 0, sequence: 0, oldest: 0 }, command, (outcome) => {
      if (this.over || done === undefined) return;
      if (outcome.status === 'committed') done(outcome.result, outcome.index);
      else done(null, 0);
    });
  }

  /** Proposes a request of a session; `done` is called in any case. */
  proposeFor(
    { session, sequence, oldest }: Pick<Envelope, 'session' | 'sequence' | 'oldest'>,
    command: Command,
    done: (outcome: ProposalOutcome<Reply>) => void,
  ): void {
    const { term, timeUs } = this;
    this.counts.proposed(command.kind);
    const data = encodeEnvelope({ session, sequence, oldest, term, timeUs, command });
    this.host.propose(data, done);
  }

  /** Calls back if a quorum confirms that this node still leads now; else never. */
  confirmed(done: () => void): void {
    this.reads.ask(({ status }) => {
      if (status === 'fresh' && !this.over) done();
    });
  }

  end(): void {
    this.over = true;
    this.alarms.clear();
  }
}
