import type { Address, NodeId } from '../../../sim/message.ts';
import type { Entry, RaftHost, RaftService } from '../../raft/index.ts';
import type { Ask } from '../messages/metadata-messages.ts';
import type { StorageMessage } from '../messages/storage-codec.ts';
import { MetadataMachine } from '../metadata/machine.ts';
import type { Reply } from '../metadata/reply.ts';
import type { StorageSettings } from '../metadata/settings.ts';
import type { StorageClass } from '../placement/storage-class.ts';
import type { StorageTimings } from '../timings.ts';
import { answerTo } from './answers.ts';
import { Indexes } from './indexes.ts';
import { Leader } from './leader.ts';
import { Leadership } from './leadership.ts';

/** Entries between two hashes of the tables that are remembered, and how many are. */
const hashEntries = 32;
const hashesKept = 64;

export interface MasterOptions {
  /** Names of all nodes of the cluster; masters first, and a server's id is its place, from 1. */
  readonly peers: readonly NodeId[];
  readonly settings: StorageSettings;
  readonly timings: StorageTimings;
  /** What the first leader defines; the root gets the first of them. */
  readonly classes: readonly StorageClass[];
}

/** A master: the metadata replicated by Raft, and on the leader the shell that acts by them. */
export class MasterService implements RaftService<StorageMessage, Reply> {
  readonly machine: MetadataMachine;
  readonly indexes: Indexes = new Indexes();
  /** While this node leads, and its machine has all that was acknowledged before. */
  leader: Leader | null = null;
  /** Hashes of the tables at some of the last indexes, for who follows and compares. */
  readonly hashes: Map<number, string> = new Map();
  protected readonly host: RaftHost<StorageMessage, Reply>;
  private readonly options: MasterOptions;

  constructor(host: RaftHost<StorageMessage, Reply>, options: MasterOptions) {
    this.host = host;
    this.options = options;
    this.machine = new MetadataMachine(options.settings);
  }

  message(from: Address, message: StorageMessage): void {
    this.leader?.message(from, message);
    if (message.kind === 'ask') this.ask(from, message);
    else if (message.kind === 'hash-probe') this.tellHash(from, message.index);
    else if (this.leader === null) this.refuse(from, message);
  }

  applied(_entry: Entry, _result: Reply | undefined): void {
    const { state } = this.machine;
    this.indexes.follow(state);
    this.leader?.changed(state.changed);
    if (state.applied % hashEntries === 0) this.keepHash(state.applied, state.hash());
  }

  private keepHash(index: number, hash: string): void {
    this.hashes.set(index, hash);
    this.hashes.delete(index - hashEntries * hashesKept);
    this.hashKept(index, hash);
  }

  /** For those that compare it. */
  protected hashKept(_index: number, _hash: string): void {}

  beginsToLead(term: number): void {
    const { host, indexes, options } = this;
    indexes.attach(this.machine.state);
    const { peers, timings } = options;
    const state = () => this.machine.state;
    this.leader = new Leader(new Leadership({ host, term, indexes, timings, peers, state }));
    this.leader.begin(options.classes);
  }

  ceasesToLead(): void {
    this.leader?.end();
    this.leader = null;
  }

  private tellHash(to: Address, index: number): void {
    if (!this.host.isLeader) return;
    const hash = this.hashes.get(index) ?? '';
    this.host.env.network.send(to, { kind: 'hash-told', index, hash });
  }

  /** Whoever asks is told who leads, or to come again. */
  private refuse(from: Address, message: StorageMessage): void {
    if (
      message.kind !== 'call' &&
      message.kind !== 'parts-ready' &&
      message.kind !== 'write-failed'
    ) {
      return;
    }
    const { host } = this;
    const outcome = host.running && !host.isLeader ? 'not-leader' : 'unavailable';
    const { leader } = host;
    const { request } = message;
    const none = { index: 0, reply: null, granted: null };
    host.env.network.send(from, { kind: 'call-done', request, outcome, leader, ...none });
  }

  private ask(from: Address, ask: Ask): void {
    const { host } = this;
    const { request } = ask;
    host.read(({ status }) => {
      const { leader } = host;
      if (status !== 'fresh') {
        const none = { index: 0, answer: null, leaseUs: 0 };
        host.env.network.send(from, {
          kind: 'answered',
          request,
          outcome: status,
          leader,
          ...none,
        });
        return;
      }
      const { state } = this.machine;
      const answer = answerTo(state, ask.session, ask.query, this.options.peers);
      const leaseUs = answer.kind === 'error' ? 0 : (this.leader?.leaseFor(ask) ?? 0);
      if (answer.kind === 'location') this.leader?.told(answer.location);
      const index = state.applied;
      const outcome = 'done';
      host.env.network.send(from, {
        kind: 'answered',
        request,
        outcome,
        leader,
        index,
        answer,
        leaseUs,
      });
    });
  }
}
