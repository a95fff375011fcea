import type { DiskError } from '../../../sim/disk-contract.ts';
import type { Env } from '../../../sim/env.ts';
import type { NodeId } from '../../../sim/message.ts';
import { type Alarm, callOff } from '../../common/alarms.ts';
import { diskIn } from '../../common/directory-disk.ts';
import { readDirectory } from '../../common/read-directory.ts';
import type { OrchestratorWireMessage } from '../messages/orchestrator-codec.ts';
import type { Mesh as MeshMessage } from '../messages/worker-messages.ts';
import { isTerminal } from '../tasks/task-states.ts';
import { type RecoveredWorker, recoverWorker } from './recovery.ts';
import { Registration } from './registration.ts';
import { secretKey } from './secret-store.ts';
import { Session, type SessionHost } from './session.ts';
import { TaskManager } from './task-manager.ts';
import { diskRetryUs, WorkerCore, type WorkerOptions, workerDirectory } from './worker-core.ts';

/** One life of a worker's agent. */
export class Worker implements SessionHost {
  readonly core: WorkerCore;
  session: Session | null = null;
  private readonly registration: Registration;
  private readonly managers: Map<string, TaskManager> = new Map();
  private drainAlarm: Alarm | null = null;
  private drainUs = 0;

  constructor(env: Env<OrchestratorWireMessage>, options: WorkerOptions) {
    this.core = new WorkerCore(env, options);
    this.registration = new Registration(this.core, (manager, begun) => {
      this.session?.end();
      this.core.connected = true;
      this.core.synced = false;
      this.session = new Session(this.core, manager, begun, this);
    });
    this.core.exited = (task) => this.drive(task);
  }

  start(): void {
    const { env } = this.core;
    const directory = diskIn(env.disk, workerDirectory);
    const again = ({ operation, code }: DiskError): void => {
      env.log('start waits for the disk', { operation, code });
      env.timers.set('start', diskRetryUs, () => this.start());
    };
    readDirectory(
      directory,
      () => true,
      again,
      (files) => this.take(recoverWorker(files), [...files.keys()]),
    );
  }

  /**
   * No sync of a life before is trusted: what was read is written anew before anything is done. A
   * worker that has lost what it promised knows nothing of what runs here: it ends all of it, and joins
   * as another node.
   */
  private take(recovered: RecoveredWorker, names: readonly string[]): void {
    const { core } = this;
    const { env, journal } = core;
    const { state, lost, empty, nextIndex, highestSequence, reason } = recovered;
    if (lost || (empty && !env.firstBoot)) {
      env.probe('worker lost its disk');
      env.log('worker lost its disk', { reason });
    }
    core.state = state;
    journal.begin(nextIndex, highestSequence, state.checkpoint(), names, (error) => {
      if (error === null) this.work();
      else env.timers.set('start', diskRetryUs, () => this.take(recovered, names));
    });
  }

  private work(): void {
    const { core } = this;
    core.phase = 'working';
    for (const { id } of core.runtime.list()) if (!core.state.tasks.has(id)) this.evict(id);
    this.driveAll();
    this.registration.begin('');
  }

  /** A container that no task here speaks of. */
  private evict(id: string): void {
    const { runtime, alarms } = this.core;
    if (this.core.state.tasks.has(id)) return;
    const status = runtime.status(id);
    if (status === undefined) return;
    if (status.phase === 'exited') {
      runtime.remove(id);
      return;
    }
    runtime.stop(id);
    alarms.after(diskRetryUs, () => this.evict(id));
  }

  drive(task: string): void {
    if (this.core.phase !== 'working') return;
    let manager = this.managers.get(task);
    if (manager === undefined) {
      if (!this.core.state.tasks.has(task)) return;
      manager = new TaskManager(this.core, task, (changed) => this.changed(changed));
      this.managers.set(task, manager);
    }
    manager.drive();
  }

  driveAll(): void {
    for (const task of [...this.core.state.tasks.keys()]) this.drive(task);
    // What came for a task that has ended meanwhile is not kept either.
    this.forgetSecrets();
  }

  private changed(task: string): void {
    const { state } = this.core;
    const held = state.tasks.get(task);
    if (held === undefined) this.managers.delete(task);
    else this.session?.reports.note(task);
    if (held === undefined || isTerminal(held.status.observed)) {
      this.forgetSecrets();
      this.session?.giveClaimsBack();
    }
  }

  /** Values that no task needs any more are not kept. */
  private forgetSecrets(): void {
    const { state, secrets } = this.core;
    if (secrets.size === 0) return;
    const needed = new Set<string>();
    for (const { assigned, status } of state.tasks.values()) {
      if (isTerminal(status.observed)) continue;
      for (const [at, { source }] of assigned.spec.template.secrets.entries()) {
        needed.add(secretKey({ name: source, version: assigned.secrets[at] ?? 0 }));
      }
    }
    secrets.keepOnly(needed);
  }

  lost(): void {
    this.core.env.probe('worker lost its session');
    this.seek('');
  }

  private seek(hint: NodeId): void {
    this.session?.end();
    this.session = null;
    this.core.connected = false;
    this.core.synced = false;
    this.registration.begin(hint);
    // What nobody else replaces now is started again here.
    this.driveAll();
  }

  drain(deadlineUs: number): void {
    if (deadlineUs === this.drainUs) return;
    this.drainUs = deadlineUs;
    callOff(this.drainAlarm);
    if (deadlineUs === 0) {
      this.core.drained = false;
      return;
    }
    this.drainAlarm = this.core.alarms.after(deadlineUs, () => {
      this.core.drained = true;
      this.driveAll();
    });
  }

  message(from: NodeId, message: OrchestratorWireMessage): void {
    const { registration, core } = this;
    if (core.phase !== 'working') return;
    switch (message.kind) {
      case 'certified':
        registration.certified(message);
        return;
      case 'challenge':
        registration.challenged(message);
        return;
      case 'session':
        registration.sessionBegins(from, message);
        return;
      case 'turned-away':
        registration.turnedAway(message);
        return;
      case 'call-done':
      case 'told':
        core.tokens.message(from, message);
        return;
      default:
        if (this.session !== null) this.ofSession(this.session, from, message);
    }
  }

  /** Members and roots, unless newer ones are known: messages overtake each other. */
  private learn({ membership, roots }: MeshMessage): void {
    const { mesh } = this.core;
    if (mesh !== null && membership.revision < mesh.revision) return;
    mesh?.learn(membership);
    this.registration.trust(roots);
  }

  private ofSession(session: Session, from: NodeId, message: OrchestratorWireMessage): void {
    const name = session.begun.session;
    if (from !== session.manager || !('session' in message) || message.session !== name) return;
    switch (message.kind) {
      case 'beat-heard':
        session.heardBeat(message.beat);
        this.registration.considerRenewal(from, name);
        return;
      case 'report-heard':
        session.reports.heard(message.report);
        // Before their ends are known the claims of tasks are not taken.
        session.giveClaimsBack();
        return;
      case 'unmounted-heard':
        session.heardUnmounted(message);
        return;
      case 'assign':
        session.take(message);
        return;
      case 'tables':
        session.takeTables(message);
        return;
      case 'mesh':
        this.learn(message);
        return;
      case 'session-over':
        this.seek(message.leader);
    }
  }
}
