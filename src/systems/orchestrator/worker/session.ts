import type { NodeId } from '../../../sim/message.ts';
import { type Alarm, callOff } from '../../common/alarms.ts';
import { BeatLease } from '../../common/beat-lease.ts';
import type { Assign, SessionBegins, Tables, UnmountedHeard } from '../messages/worker-messages.ts';
import { deliveryKey, openDelivered } from '../secrets/delivery.ts';
import { heldLeaseUs } from '../timings.ts';
import { Reports } from './reports.ts';
import { secretKey } from './secret-store.ts';
import type { WorkerCore } from './worker-core.ts';
import { claimKey } from './worker-state.ts';

/** What a session needs of its worker. */
export interface SessionHost {
  /** Nothing came back for too long. */
  lost(): void;
  /** Tasks came, went, or are wanted otherwise; or the lease is a longer one. */
  driveAll(): void;
  drive(task: string): void;
  drain(deadlineUs: number): void;
}

/** One session with a manager: beats, reports, and what is to be done. */
export class Session {
  readonly manager: NodeId;
  readonly begun: SessionBegins;
  readonly reports: Reports;
  private readonly core: WorkerCore;
  private readonly host: SessionHost;
  private readonly lease: BeatLease;
  private readonly key: Uint8Array | null;
  private readonly heldUs: number;
  private nextBeat: Alarm | null = null;
  private patience: Alarm | null = null;
  /** `to` of the last assignment on the disk, and of the last one that is on its way there. */
  private assigned = 0;
  private taking = 0;
  private over = false;

  constructor(core: WorkerCore, manager: NodeId, begun: SessionBegins, host: SessionHost) {
    this.core = core;
    this.manager = manager;
    this.begun = begun;
    this.host = host;
    this.lease = new BeatLease(core.env.clock);
    this.reports = new Reports(core, manager, begun.session);
    const { ciphers, timings } = core.options;
    const seed = core.state.member.meshSeed!;
    this.key = deliveryKey(ciphers, seed, begun.managerKey, begun.session);
    const { leaseUs } = begun;
    this.heldUs = heldLeaseUs({ ...timings, leaseUs });
    core.tables.upTo = 0;
    this.beat();
  }

  /** Ends it: nothing of it is sent or taken any more. */
  end(): void {
    this.over = true;
    callOff(this.nextBeat);
    callOff(this.patience);
    this.reports.stop();
  }

  private beat(): void {
    if (this.over) return;
    const { core } = this;
    const { timings } = core.options;
    callOff(this.nextBeat);
    const beat = this.lease.nextBeat();
    core.send(this.manager, {
      kind: 'beat',
      session: this.begun.session,
      beat,
      assigned: this.assigned,
      mesh: core.mesh?.revision ?? 0,
      tables: core.tables.upTo,
      trusts: newestRoot(core),
      serial: core.state.member.identity.current?.certificate.serial ?? 0,
    });
    this.giveClaimsBack();
    // One that gets lost is sent again before the session is given up.
    this.nextBeat = core.alarms.after(Math.ceil(timings.callTimeoutUs / 2), () => this.beat());
    this.patience ??= core.alarms.after(timings.callTimeoutUs, () => this.host.lost());
  }

  /** A beat counted: from when it was sent, not from now. */
  heardBeat(beat: number): void {
    const { core } = this;
    this.lease.heard(beat, this.heldUs);
    callOff(this.patience);
    this.patience = null;
    callOff(this.nextBeat);
    const { beatJitterUs } = core.options.timings;
    const jitterUs = core.env.random.between(-beatJitterUs, beatJitterUs, 'beat', beat);
    const waitUs = Math.max(1, this.begun.beatUs + jitterUs);
    this.nextBeat = core.alarms.after(waitUs, () => this.beat());
    if (this.lease.untilUs <= core.leaseUntilUs) return;
    const heldBefore = core.leaseHolds;
    core.leaseUntilUs = this.lease.untilUs;
    core.runtime.hold(core.leaseUntilUs);
    const leftUs = core.leaseUntilUs - core.env.clock.monotonicUs();
    // At its end, unless it has become a longer one, tasks that need it are stopped.
    core.alarms.after(leftUs, () => {
      if (!core.leaseHolds) this.host.driveAll();
    });
    if (!heldBefore) this.host.driveAll();
  }

  take(message: Assign): void {
    const { full, from, to, tasks, removed, secrets, forgotten } = message;
    if (full ? to <= this.taking : from !== this.taking) {
      if (to > this.taking) this.beat();
      return;
    }
    const { core } = this;
    const before = this.taking;
    this.taking = to;
    core.tryCommit({ kind: 'assign', full, tasks, removed }, (error) => {
      if (this.over) {
        this.host.driveAll();
        return;
      }
      if (error !== null) {
        if (this.taking === to) this.taking = before;
        core.alarms.after(core.options.timings.batchUs, () => this.beat());
        return;
      }
      this.assigned = to;
      core.synced = true;
      this.open(secrets);
      for (const key of forgotten) core.secrets.forget(key);
      this.host.drain(message.drainDeadlineUs);
      const touched = tasks.map(({ task }) => task);
      for (const task of full ? core.state.tasks.keys() : touched) this.reports.note(task);
      if (full || secrets.length > 0) this.host.driveAll();
      else for (const task of [...touched, ...removed]) this.host.drive(task);
      this.beat();
    });
  }

  private open(secrets: Assign['secrets']): void {
    const { core, key } = this;
    if (key === null) return;
    for (const delivered of secrets) {
      const { ciphers } = core.options;
      const value = openDelivered(ciphers, key, this.begun.session, delivered);
      if (value === null) core.env.log('a secret does not open', { name: delivered.name });
      else core.secrets.put(secretKey(delivered), value);
    }
  }

  takeTables({ full, from, to, tables }: Tables): void {
    if (!this.core.tables.learn(full, from, to, tables)) this.beat();
  }

  /** Claims of tasks that are over are given back until somebody has heard it. */
  giveClaimsBack(): void {
    const { session } = this.begun;
    for (const { volume, epoch } of this.core.state.owed.values()) {
      this.core.send(this.manager, { kind: 'unmounted', session, volume, epoch });
    }
  }

  heardUnmounted({ volume, epoch }: UnmountedHeard): void {
    const { core } = this;
    if (!core.state.owed.has(claimKey({ volume, epoch }))) return;
    // Should that fail, it is said and heard again.
    core.tryCommit({ kind: 'released', volume, epoch }, () => {});
  }
}

export function newestRoot({ state }: Pick<WorkerCore, 'state'>): number {
  return state.member.roots.reduce((newest, { id }) => Math.max(newest, id), 0);
}
