import type { Env, Timers } from '../../sim/env.ts';
import type { Address, Message, NodeId } from '../../sim/message.ts';
import type { RaftCore } from './raft-core.ts';
import type { ProposalOutcome, RaftHost, RaftService, ReadOutcome } from './replicated-machine.ts';
import type { Entry, RaftWireMessage } from './types.ts';
import type { LifePhase } from './view.ts';
import { WaitingCalls } from './waiting-calls.ts';
import type { WriteTrouble } from './write-trouble.ts';

/** What the host asks of its node. */
export interface HostedNode {
  /** Undefined until the disk is read. */
  readonly core: RaftCore | undefined;
  readonly phase: LifePhase;
  readonly trouble: WriteTrouble;
  /** Takes away what the step machine has put out. */
  settle(nowUs: number): void;
}

const unavailable = { status: 'unavailable' } as const;
const diskFull = { status: 'disk-full' } as const;

/** The side of a node that its service sees, and the calls that the service gets. */
export class Host<Own extends Message, Result, Service extends RaftService<Own, Result>>
  implements RaftHost<Own, Result>
{
  readonly env: Env<RaftWireMessage | Own>;
  readonly service: Service;
  /** The node's own code runs: it settles when that is done. */
  busy: boolean = false;
  private readonly node: HostedNode;
  private readonly peers: readonly NodeId[];
  private readonly calls: WaitingCalls<Result>;
  /** The term in which the service was told that it leads; 0: it does not. */
  private ledTerm = 0;

  constructor(
    env: Env<RaftWireMessage | Own>,
    peers: readonly NodeId[],
    node: HostedNode,
    create: (host: RaftHost<Own, Result>) => Service,
  ) {
    this.env = new HostedEnv(env, (callback) => this.onTimer(callback));
    this.node = node;
    this.peers = peers;
    this.calls = new WaitingCalls(env);
    this.service = create(this);
  }

  // ---------------------------------------------------------------- for the service

  get running(): boolean {
    return this.node.phase === 'running';
  }

  get isLeader(): boolean {
    return this.running && this.node.core!.role === 'leader';
  }

  get leader(): NodeId {
    const leader = this.node.core?.leader ?? 0;
    return leader === 0 ? '' : this.peers[leader - 1]!;
  }

  propose(command: Uint8Array, done: (outcome: ProposalOutcome<Result>) => void): boolean {
    const core = this.leading(done);
    if (core === undefined) return false;
    if (!core.accepts(command.length)) {
      const isFull = this.node.trouble.isFullDisk;
      if (isFull) this.env.probe('write refused on a full disk');
      done(isFull ? diskFull : unavailable);
      return false;
    }
    const nowUs = this.env.clock.monotonicUs();
    this.calls.propose(core, command, done, nowUs);
    if (!this.busy) this.node.settle(nowUs);
    return true;
  }

  read(done: (outcome: ReadOutcome) => void): void {
    const core = this.leading(done);
    if (core === undefined) return;
    const nowUs = this.env.clock.monotonicUs();
    this.calls.read(core, done, nowUs);
    if (!this.busy) this.node.settle(nowUs);
  }

  /** The step machine if it leads; else the refusal is told. */
  private leading(
    done: (outcome: { status: 'not-leader'; leader: NodeId } | typeof unavailable) => void,
  ): RaftCore | undefined {
    if (!this.running) done(unavailable);
    else if (this.node.core!.role === 'leader') return this.node.core;
    else done({ status: 'not-leader', leader: this.leader });
    return undefined;
  }

  private onTimer(callback: () => void): void {
    if (this.node.phase === 'withdrawn') return;
    this.busy = true;
    callback();
    this.goOn();
  }

  /** The service's turn is over: what it has proposed goes out. */
  private goOn(): void {
    this.busy = false;
    if (this.running) this.node.settle(this.env.clock.monotonicUs());
  }

  // ---------------------------------------------------------------- for the node

  message(from: Address, message: Own): void {
    this.busy = true;
    this.service.message(from, message);
    this.goOn();
  }

  /** An entry was applied, with this result. */
  applied(entry: Entry, result: Result | undefined): void {
    this.service.applied?.(entry, result);
    this.calls.applied(entry, result);
  }

  /** All that may be applied now is, up to here; `last` if there was any. */
  appliedTo(core: RaftCore, index: number, last: Entry | undefined): void {
    if (this.ledTerm === 0 && last?.term === core.term && core.role === 'leader') {
      this.ledTerm = core.term;
      this.service.beginsToLead?.(core.term);
    }
    this.calls.serveReads(core, index);
  }

  /** Raft has released or refused reads: tells them, and those that they lead to. */
  serveReads(core: RaftCore): void {
    while (core.releasedReads.length + core.refusedReads.length > 0) {
      this.calls.serveReads(core, this.service.machine.applied);
    }
  }

  leadershipLost(): void {
    this.calls.leadershipLost();
    this.ceaseToLead();
  }

  /** The node serves no more in this life. */
  close(): void {
    this.calls.close();
    this.ceaseToLead();
  }

  private ceaseToLead(): void {
    const term = this.ledTerm;
    if (term === 0) return;
    this.ledTerm = 0;
    this.service.ceasesToLead?.(term);
  }
}

/** The node's `Env` with timers apart from Raft's. */
class HostedEnv<M extends Message> implements Env<M>, Timers {
  readonly id: NodeId;
  readonly firstBoot: boolean;
  readonly clock: Env['clock'];
  readonly network: Env<M>['network'];
  readonly disk: Env['disk'];
  readonly random: Env['random'];
  private readonly env: Env<M>;
  private readonly onTimer: (callback: () => void) => void;

  constructor(env: Env<M>, onTimer: (callback: () => void) => void) {
    this.id = env.id;
    this.firstBoot = env.firstBoot;
    this.clock = env.clock;
    this.network = env.network;
    this.disk = env.disk;
    this.random = env.random;
    this.env = env;
    this.onTimer = onTimer;
  }

  get timers(): Timers {
    return this;
  }

  set(name: string, delayUs: number, callback: () => void): void {
    this.env.timers.set(`service ${name}`, delayUs, () => this.onTimer(callback));
  }

  cancel(name: string): void {
    this.env.timers.cancel(`service ${name}`);
  }

  sleep(delayUs: number): Promise<void> {
    return this.env.sleep(delayUs);
  }

  maybe(name: string): boolean {
    return this.env.maybe(name);
  }

  probe(name: string): void {
    this.env.probe(name);
  }

  log(text: string, fields?: Parameters<Env['log']>[1]): void {
    this.env.log(text, fields);
  }
}
