import type { DiskDone, DiskError } from '../../sim/disk-contract.ts';
import type { Env } from '../../sim/env.ts';
import type { Address, Message, NodeId } from '../../sim/message.ts';
import { Late } from './late.ts';
import { Launch, type Launched } from './launch.ts';
import { RaftLog } from './log.ts';
import { isRafts } from './message-numbers.ts';
import { OrderCalls } from './order-calls.ts';
import type { RaftCore } from './raft-core.ts';
import { Host, type HostedNode } from './raft-host.ts';
import type { Repair } from './repair.ts';
import type { RepairMessage } from './repair-messages.ts';
import { RepairSource } from './repair-source.ts';
import type { RaftHost, RaftService } from './replicated-machine.ts';
import { Sealer } from './sealer.ts';
import type { RaftSettings } from './settings.ts';
import { encodeSnapshot, type Snapshot } from './snapshot-format.ts';
import type { SnapshotStore } from './snapshot-store.ts';
import type { Entry, Member, RaftWireMessage } from './types.ts';
import type { LifePhase, RaftStateReader } from './view.ts';
import type { Wal } from './wal.ts';
import { WriteTrouble } from './write-trouble.ts';

/** How long a snapshot that could not be written waits for the next try. */
const snapshotRetryUs = 100_000;
/** How long writes are held back where `env.maybe` asks for it, and how many times that, applying. */
const volunteeredDelayUs = 500;
const mostApplyDelays = 200;

/**
 * One life of a node: carries messages, time and disk to the step machine and its outputs away, runs
 * the state machine of its service, and decides what a failing disk means. The same on a simulated
 * and on a real machine.
 *
 * @typeParam Own the messages of the service, beside Raft's
 */
export class RaftNode<
  Own extends Message = Message,
  Result = unknown,
  Service extends RaftService<Own, Result> = RaftService<Own, Result>,
> implements RaftStateReader<Service['machine']>, HostedNode
{
  readonly env: Env<RaftWireMessage | Own>;
  readonly self: Member;
  readonly service: Service;
  readonly machine: Service['machine'];
  phase: LifePhase = 'recovering';
  /** Undefined until the disk is read. */
  core: RaftCore | undefined;

  private readonly settings: RaftSettings;
  private readonly peers: readonly NodeId[];
  private readonly memberOf: Map<Address, Member> = new Map();
  private readonly host: Host<Own, Result, Service>;
  private readonly orders: OrderCalls;
  private readonly emptyLog: RaftLog = new RaftLog(0, 0);
  private wal: Wal | undefined;
  private snapshots: SnapshotStore | undefined;
  private timerUs = Number.POSITIVE_INFINITY;
  private leadershipsLost = 0;
  readonly trouble: WriteTrouble;
  /** A failed write waits for its retry, or a volunteered delay runs. */
  private writeHeld = false;
  private applyHeld = false;
  private readonly lateInstall: Late;
  private saving: Snapshot | undefined;
  private noSnapshotBeforeUs = 0;
  private sealer: Sealer | undefined;
  /** While this life gets back what its disk has lost. */
  private repair: Repair | undefined;
  private readonly repairSource: RepairSource;

  constructor(
    env: Env<RaftWireMessage | Own>,
    peers: readonly NodeId[],
    self: Member,
    settings: RaftSettings,
    create: (host: RaftHost<Own, Result>) => Service,
  ) {
    this.env = env;
    this.self = self;
    this.settings = settings;
    this.peers = peers;
    this.host = new Host(env, peers, this, create);
    this.service = this.host.service;
    this.machine = this.service.machine;
    this.lateInstall = new Late(env, 'raft installs late');
    this.repairSource = new RepairSource(settings);
    this.orders = new OrderCalls(env, peers);
    this.trouble = new WriteTrouble(env, settings.heartbeatUs);
    peers.forEach((peer, index) => {
      this.memberOf.set(peer, index + 1);
      this.memberOf.set(`${peer}:main`, index + 1);
    });
  }

  get log(): RaftLog {
    return this.core === undefined ? this.emptyLog : this.core.log;
  }

  /** A write failed and was not made good yet. */
  get diskFailing(): boolean {
    return this.trouble.failures > 0;
  }

  // ---------------------------------------------------------------- start

  start(): void {
    const launch = new Launch(this.env, this.settings, this.peers, this.self, this.machine, {
      repairing: (repair) => {
        this.phase = 'repairing';
        this.repair = repair;
      },
      withdrawn: (probe, reason) => this.withdraw(probe, reason),
      launched: (launched) => this.run(launched),
    });
    launch.begin();
  }

  private run({ core, wal, snapshots }: Launched): void {
    const { env } = this;
    this.repair = undefined;
    this.core = core;
    this.wal = wal;
    this.snapshots = snapshots;
    this.sealer = new Sealer(env, wal, this.settings.heartbeatUs);
    this.phase = 'running';
    core.begin(env.clock.monotonicUs());
    if (core.snapshot !== undefined) this.wal!.trim(core.snapshot.index);
    env.probe('recovery finished');
    this.settle(env.clock.monotonicUs());
  }

  /** Serves, votes and acknowledges nothing any more in this life. */
  private withdraw(probe: string, reason: string): void {
    const { env, core } = this;
    this.phase = 'withdrawn';
    env.probe(probe);
    env.log('withdrawn', { reason });
    env.timers.cancel('tick');
    this.host.close();
    this.orders.leadershipLost(core?.commit ?? 0);
    if (core === undefined) return;
    core.stepDown(env.clock.monotonicUs());
    core.outCount = 0;
  }

  // ---------------------------------------------------------------- inputs

  message(from: Address, message: RaftWireMessage | Own): void {
    if (!isRafts(message)) {
      this.host.message(from, message as Own);
      return;
    }
    if (message.kind === 'order-reply') return;
    if (message.kind === 'repair-request' || message.kind === 'repair-reply') {
      this.repairMessage(from, message);
      return;
    }
    const { core } = this;
    if (core === undefined || this.phase !== 'running') {
      if (message.kind === 'order') this.orders.refuse(from, message);
      return;
    }
    const nowUs = this.env.clock.monotonicUs();
    if (message.kind === 'order') {
      this.orders.take(from, message, core, nowUs);
    } else {
      const member = this.memberOf.get(from);
      if (member === undefined) return;
      core.step(member, message, nowUs);
    }
    this.settle(nowUs);
  }

  private repairMessage(from: Address, message: RepairMessage): void {
    const { core, repair } = this;
    if (message.kind === 'repair-reply') repair?.take(from, message);
    else if (repair !== undefined) repair.answer(from, message);
    else if (core !== undefined && this.phase === 'running') {
      const newest = () => (core.installing === undefined ? this.snapshotNow(core) : undefined);
      this.env.network.send(from, this.repairSource.answerFrom(core, from, message, newest));
    }
  }

  private readonly onTimer = (): void => {
    this.timerUs = Number.POSITIVE_INFINITY;
    if (this.phase !== 'running') return;
    const nowUs = this.env.clock.monotonicUs();
    this.core!.tick(nowUs);
    this.settle(nowUs);
  };

  // ---------------------------------------------------------------- outputs

  /** Takes away what the step machine has put out, until it is quiet. */
  settle(nowUs: number): void {
    this.host.busy = true;
    this.carryOut(this.core!, nowUs);
    this.host.busy = false;
  }

  private carryOut(core: RaftCore, nowUs: number): void {
    if (core.lostData !== '') {
      this.withdraw('damage noticed', core.lostData);
      return;
    }
    if (core.leadershipsLost !== this.leadershipsLost) {
      this.leadershipsLost = core.leadershipsLost;
      this.host.leadershipLost();
      this.orders.leadershipLost(core.commit);
    } else this.orders.committed(core.commit);
    if (core.commit > core.applied && !this.applyHeld) this.apply(core);
    this.host.serveReads(core);
    this.flush(core);
    const { sealer } = this;
    if (core.needsWrite && !this.writeHeld && !sealer!.busy) this.write(core);
    else if (sealer!.isDue) sealer!.arm(this.goOn, this.maySeal);
    if (core.installing !== undefined) this.install(core, core.installing);
    else if (this.snapshotDue(core, nowUs)) this.takeSnapshot(core);
    this.arm(core, nowUs);
  }

  private flush(core: RaftCore): void {
    const { outbox, outTo } = core;
    const count = core.outCount;
    for (let i = 0; i < count; i++) {
      this.env.network.send(this.peers[outTo[i]! - 1]!, outbox[i]!);
    }
    core.outCount = 0;
  }

  /** Sets the timer if something is due before it rings; a deadline that moved away is left to it. */
  private arm(core: RaftCore, nowUs: number): void {
    const { deadlineUs } = core;
    if (deadlineUs >= this.timerUs) return;
    this.timerUs = deadlineUs;
    this.env.timers.set('tick', deadlineUs > nowUs ? deadlineUs - nowUs : 0, this.onTimer);
  }

  // ---------------------------------------------------------------- applying

  private apply(core: RaftCore): void {
    if (this.env.maybe('raft applies late')) {
      this.applyHeld = true;
      const delays = this.env.random.between(1, mostApplyDelays, 'late');
      this.env.timers.set('apply', delays * volunteeredDelayUs, this.onApplyTimer);
      return;
    }
    const { machine, host } = this;
    const limit = this.applyLimit(core);
    let last: Entry | undefined;
    while (machine.applied < limit) {
      last = core.log.entry(machine.applied + 1)!;
      host.applied(last, machine.apply(last) as Result);
    }
    core.appliedTo(machine.applied);
    host.appliedTo(core, machine.applied, last);
  }

  private readonly onApplyTimer = (): void => {
    this.applyHeld = false;
    if (this.phase === 'running') this.settle(this.env.clock.monotonicUs());
  };

  /**
   * All that is committed; but when a snapshot is due only what is durable here, so that the
   * snapshot never runs ahead of this node's own log.
   */
  private applyLimit(core: RaftCore): number {
    const { commit, log } = core;
    if (commit <= log.stableIndex) return commit;
    const since = this.machine.applied - (core.snapshot?.index ?? 0);
    if (since < this.settings.snapshotEntries) return commit;
    return log.stableIndex > this.machine.applied ? log.stableIndex : this.machine.applied;
  }

  // ---------------------------------------------------------------- the log on the disk

  private write(core: RaftCore): void {
    if (this.env.maybe('raft writes late')) {
      this.writeHeld = true;
      this.env.timers.set('write', volunteeredDelayUs, this.onWriteTimer);
      return;
    }
    core.beginWrite();
    const { log, snapshot } = core;
    const reset = core.write.reset;
    const write = {
      term: core.term,
      votedFor: core.votedFor,
      resetIndex: reset ? snapshot!.index : 0,
      resetTerm: reset ? snapshot!.term : 0,
      log,
      fromIndex: log.stableIndex + 1,
    };
    this.wal!.commit(write, this.onWritten);
  }

  private readonly onWriteTimer = (): void => {
    this.writeHeld = false;
    if (this.phase === 'running') this.settle(this.env.clock.monotonicUs());
  };

  private readonly maySeal = (): boolean =>
    this.phase === 'running' && !this.core!.needsWrite && !this.writeHeld;

  private readonly goOn = (): void => {
    if (this.phase === 'running') this.settle(this.env.clock.monotonicUs());
  };

  private readonly onWritten: DiskDone = (error) => {
    if (this.phase !== 'running') return;
    const core = this.core!;
    const nowUs = this.env.clock.monotonicUs();
    if (error === null) {
      if (this.trouble.failures > 0) {
        this.trouble.end();
        core.diskFailing = false;
      }
      core.writeDone(nowUs);
    } else {
      this.writeFailed(core, error, nowUs);
    }
    this.settle(nowUs);
  };

  /**
   * Nothing of the write counts. It will be repeated from memory in a new segment; until that has
   * worked the node takes no proposals and does not campaign, and after a second failure it leaves
   * leadership to a node that can write.
   */
  private writeFailed(core: RaftCore, error: DiskError, nowUs: number): void {
    core.writeFailed();
    core.diskFailing = true;
    const retryUs = this.trouble.failed(error);
    if (this.trouble.failures > 1) core.stepDown(nowUs);
    this.writeHeld = true;
    this.env.timers.set('write', retryUs, this.onWriteTimer);
  }

  // ---------------------------------------------------------------- snapshots

  private snapshotDue(core: RaftCore, nowUs: number): boolean {
    const { machine } = this;
    return (
      machine.applied - (core.snapshot?.index ?? 0) >= this.settings.snapshotEntries &&
      machine.applied <= core.log.stableIndex &&
      nowUs >= this.noSnapshotBeforeUs &&
      !this.snapshots!.busy
    );
  }

  private takeSnapshot(core: RaftCore): void {
    this.saving = this.snapshotNow(core);
    this.snapshots!.save(this.saving, this.onSaved);
  }

  private snapshotNow(core: RaftCore): Snapshot {
    const index = this.machine.applied;
    const configuration = core.configurations.at(index);
    return encodeSnapshot(index, core.log.term(index), configuration, this.machine.save());
  }

  private readonly onSaved: DiskDone = (error) => {
    if (this.phase !== 'running') return;
    const core = this.core!;
    const snapshot = this.saving!;
    this.saving = undefined;
    const nowUs = this.env.clock.monotonicUs();
    if (error === null) {
      core.snapshotTaken(snapshot, this.settings.trailingEntries, nowUs);
      this.wal!.trim(snapshot.index);
    } else {
      this.noSnapshotBeforeUs = nowUs + snapshotRetryUs;
    }
    this.settle(nowUs);
  };

  /** Makes a snapshot that has come in durable; until then the machine takes no entries. */
  private install(core: RaftCore, snapshot: Snapshot): void {
    if (this.snapshots!.busy) return;
    // For longer than it may take to elect another leader.
    if (this.lateInstall.holds(snapshot, 4 * this.settings.electionTimeoutUs, this.goOn)) return;
    this.saving = undefined;
    this.snapshots!.save(snapshot, (error) => {
      if (this.phase !== 'running') return;
      const nowUs = this.env.clock.monotonicUs();
      if (error === null) {
        this.machine.restore(snapshot.machine);
        core.installed();
        this.wal!.trim(snapshot.index);
        this.env.probe('snapshot installed');
      } else {
        core.installFailed();
      }
      this.settle(nowUs);
    });
  }
}
