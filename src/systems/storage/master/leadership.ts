import type { Env } from '../../../sim/env.ts';
import type { Address, NodeId } from '../../../sim/message.ts';
import { Alarms } from '../../common/alarms.ts';
import { FreshReads, type RaftHost } from '../../raft/index.ts';
import type { StorageMessage } from '../messages/storage-codec.ts';
import type { Command } from '../metadata/command.ts';
import { encodeEnvelope } from '../metadata/command-codec.ts';
import type { Reply } from '../metadata/reply.ts';
import type { MetadataState } from '../metadata/state.ts';
import type { StorageTimings } from '../timings.ts';
import type { Indexes } from './indexes.ts';

/** A proposal of the leader's own that came to nothing is tried again after this time. */
export const proposeAgainUs = 50_000;

/** What a term of leadership is made of. */
export interface LeadershipOptions {
  readonly host: RaftHost<StorageMessage, Reply>;
  readonly term: number;
  readonly indexes: Indexes;
  readonly timings: StorageTimings;
  /** Names of all nodes of the cluster: a server's id is its place among them, from 1. */
  readonly peers: readonly NodeId[];
  /** The tables as they are now. */
  state(): MetadataState;
}

/**
 * One term in which this node leads, for the parts of the leader's shell: its clock, its alarms, its
 * way into the log. All of it ends with the term.
 */
export class Leadership {
  readonly host: RaftHost<StorageMessage, Reply>;
  readonly env: Env;
  readonly term: number;
  readonly indexes: Indexes;
  readonly timings: StorageTimings;
  readonly peers: readonly NodeId[];
  readonly alarms: Alarms;
  private readonly reads: FreshReads;
  /** When it began, on the monotonic clock. */
  readonly beganUs: number;
  private readonly options: LeadershipOptions;
  private over = false;

  constructor(options: LeadershipOptions) {
    this.options = options;
    this.host = options.host;
    this.env = options.host.env as Env;
    this.term = options.term;
    this.indexes = options.indexes;
    this.timings = options.timings;
    this.peers = options.peers;
    this.alarms = new Alarms(options.host.env, 'alarms');
    this.reads = new FreshReads(options.host);
    this.beganUs = this.nowUs;
  }

  get state(): MetadataState {
    return this.options.state();
  }

  get nowUs(): number {
    return this.host.env.clock.monotonicUs();
  }

  /** The name of a server's node; empty for 0 and for servers that no node can be. */
  nodeOf(server: number): NodeId {
    return this.peers[server - 1] ?? '';
  }

  namesOf(members: readonly number[]): readonly NodeId[] {
    return members.map((member) => this.nodeOf(member));
  }

  send(to: Address, message: StorageMessage): void {
    this.host.env.network.send(to, message);
  }

  /**
   * Proposes a command of the leader's own. `done` gets the reply, or null when it was not taken or
   * nobody knows; it is not called once the term is over. `leastUs`: the tables' time is at least this
   * afterwards, whatever the wall clock says.
   */
  propose(command: Command, done?: (reply: Reply | null) => void, leastUs: number = 0): void {
    const data = encodeEnvelope({
      session: 0,
      sequence: 0,
      oldest: 0,
      timeUs: Math.max(leastUs, wallUs(this.env)),
      command,
    });
    this.host.propose(data, (outcome) => {
      if (this.over || done === undefined) return;
      done(outcome.status === 'committed' ? outcome.result : null);
    });
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

/** The time of day as entries carry it. */
export function wallUs(env: Pick<Env, 'clock'>): number {
  return Math.max(0, env.clock.wallUs());
}
