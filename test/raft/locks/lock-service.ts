import type { Component } from '../../../src/sim/component.ts';
import type { Address } from '../../../src/sim/message.ts';
import type { SystemDefinition } from '../../../src/sim/system-definition.ts';
import {
  type Entry,
  noticedDamage,
  type RaftHost,
  type RaftNode,
  type RaftService,
  type RaftSettings,
  type RaftView,
  type RaftWireMessage,
  raftComponent,
  raftKnobs,
  settingsFrom,
} from '../../../src/systems/raft/index.ts';
import { encodeCommand, type Grant, LockMachine } from './lock-machine.ts';
import { type Ask, type LockMessage, lockCodec } from './lock-messages.ts';

const tickUs = 50_000;

/** Locks on Raft: a service with a leader that keeps time for all, by a timer. */
export class LockService implements RaftService<LockMessage, Grant> {
  readonly machine = new LockMachine();
  /** The term that this node's shell leads; 0: none. */
  ledTerm = 0;
  /** What the shell began with. */
  appliedAtBegin = 0;
  /** Entries that this node was told of, as a follower of the log would keep them. */
  followed = 0;
  lastFollowed = 0;
  protected readonly host: RaftHost<LockMessage, Grant>;

  constructor(host: RaftHost<LockMessage, Grant>) {
    this.host = host;
  }

  message(from: Address, message: LockMessage): void {
    if (message.kind === 'acquire') this.acquire(from, message);
    else if (message.kind === 'look') this.look(from, message);
  }

  private acquire(from: Address, ask: Ask): void {
    const { request, lock } = ask;
    const command = encodeCommand({ kind: 'acquire', request, lock });
    this.host.propose(command, (outcome) => {
      this.host.env.probe(`acquire ${outcome.status}`);
      // The client asks again, elsewhere: the machine knows its request.
      if (outcome.status === 'committed') this.tell(from, ask, outcome.result);
    });
  }

  protected look(from: Address, ask: Ask): void {
    this.host.read(({ status }) => {
      this.host.env.probe(`look ${status}`);
      if (status === 'fresh') this.tell(from, ask, this.machine.holders.get(ask.lock)?.fence ?? 0);
    });
  }

  protected tell(to: Address, { request, lock }: Ask, fence: number): void {
    this.host.env.network.send(to, { kind: 'told', request, lock, fence });
  }

  applied(entry: Entry): void {
    this.followed += 1;
    this.lastFollowed = entry.index;
  }

  beginsToLead(term: number): void {
    this.ledTerm = term;
    this.appliedAtBegin = this.machine.applied;
    this.armTick();
  }

  ceasesToLead(term: number): void {
    if (term !== this.ledTerm) throw new Error(`led ${this.ledTerm}, told of ${term}`);
    this.ledTerm = 0;
    this.host.env.timers.cancel('tick');
    this.host.env.probe('shell ended');
  }

  protected armTick(): void {
    // Raft has a timer of that name too.
    this.host.env.timers.set('tick', tickUs, () => {
      this.host.propose(encodeCommand({ kind: 'tick', term: this.ledTerm }), ({ status }) =>
        this.host.env.probe(`tick ${status}`),
      );
      this.armTick();
    });
  }
}

export type LockNode = RaftNode<LockMessage, Grant, LockService>;

export function lockComponent(
  peers: readonly string[],
  index: number,
  settings: RaftSettings,
  Service: typeof LockService = LockService,
): Component<LockNode, RaftWireMessage | LockMessage, RaftView> {
  return raftComponent<LockMessage, Grant, LockService>({
    name: 'locks',
    peers,
    index,
    settings,
    codec: lockCodec,
    service: (host) => new Service(host),
  });
}

/** Three voters and a learner. */
export function locks(Service: typeof LockService = LockService): SystemDefinition {
  return {
    name: 'locks',
    knobs: { ...raftKnobs, nodes: { kind: 'one of', values: [4] } },
    node: (config, peers, index) => {
      const settings = { ...settingsFrom(config), spares: 0, learners: 1 };
      return lockComponent(peers, index, settings, Service);
    },
    noticedDamage,
    countsOnClocks: (config) => settingsFrom(config).leaseReads,
  };
}
