import { type Alarm, callOff } from '../../common/alarms.ts';
import type { ContainerStatus, Exit } from '../runtime/container-runtime.ts';
import { isTerminal, type TaskState } from '../tasks/task-states.ts';
import type { TaskStatus } from './journal-format.ts';
import { Prober } from './prober.ts';
import { restartAfterUs, withRestart } from './restart.ts';
import { secretKey } from './secret-store.ts';
import type { WorkerCore } from './worker-core.ts';
import { contend, type HeldTask, maySay, needsLease } from './worker-state.ts';

const pullAttempts = 4;
const pullRetryUs = 500_000;
/** An end of a container that nobody saw: the power was lost with it. */
const vanished: Exit = { code: 137, reason: 'its machine lost power' };

/**
 * Brings one task from what is on the disk to what is wanted of it, a step at a time. Whatever it is
 * about to do is on the disk before it does it, so that a life that follows finds what may be there:
 * the container that is named after the task, or none.
 */
export class TaskManager {
  private readonly core: WorkerCore;
  private readonly task: string;
  private readonly changed: (task: string) => void;
  /** A record of it is on its way to the disk. */
  private busy = false;
  private pulling = false;
  private pulls = 0;
  private retry: Alarm | null = null;
  private prober: Prober | null = null;
  /** Its container was asked to stop because the lease ended. */
  private fencing = false;
  private over = false;

  /** @param changed called when the status on the disk has changed, or the task is forgotten */
  constructor(core: WorkerCore, task: string, changed: (task: string) => void) {
    this.core = core;
    this.task = task;
    this.changed = changed;
  }

  /** Takes the next step, if there is one to take. Called whenever anything may have changed. */
  drive(): void {
    const held = this.core.state.tasks.get(this.task);
    if (this.busy || this.over || held === undefined) return;
    const container = this.core.runtime.status(this.task);
    if (container?.phase !== 'running') this.stopProbing();
    if (isTerminal(held.status.observed)) this.cleanUp(held, container);
    else if (this.isUnwanted(held)) this.wind(held, container);
    else this.advance(held, container);
  }

  private isUnwanted({ dropped, assigned: { desired } }: HeldTask): boolean {
    return dropped || desired === 'shutdown' || desired === 'remove' || this.core.drained;
  }

  /** The task is over: nothing of it stays behind. */
  private cleanUp(held: HeldTask, container: ContainerStatus | undefined): void {
    callOff(this.retry);
    if (!this.emptied(container)) return;
    if (held.dropped) this.forget();
  }

  /** Whether nothing of it runs or is open; what does is told to stop. */
  private emptied(container: ContainerStatus | undefined): boolean {
    const { runtime } = this.core;
    if (container !== undefined && container.phase !== 'exited') {
      runtime.stop(this.task);
      return false;
    }
    runtime.unmount(this.task);
    if (container !== undefined) runtime.remove(this.task);
    return true;
  }

  private wind(held: HeldTask, container: ContainerStatus | undefined): void {
    callOff(this.retry);
    const exitCode = container?.exit?.code ?? 0;
    const reason = container?.exit?.reason ?? '';
    if (!this.emptied(container)) return;
    if (held.dropped) this.forget();
    else this.say(held, { observed: 'shutdown', health: 'none', exitCode, reason });
  }

  private forget(): void {
    this.busy = true;
    this.core.commit({ kind: 'gone', task: this.task }, () => {
      this.over = true;
      this.changed(this.task);
    });
  }

  private advance(held: HeldTask, container: ContainerStatus | undefined): void {
    const { observed } = held.status;
    switch (observed) {
      case 'assigned':
      case 'accepted':
        this.say(held, { observed: 'preparing' });
        return;
      case 'preparing':
        this.prepare(held);
        return;
      case 'ready':
        if (held.assigned.desired === 'running' && this.mayStart(held)) {
          this.say(held, { observed: 'starting' });
        }
        return;
      case 'starting':
      case 'running':
        this.tend(held, container);
    }
  }

  private prepare(held: HeldTask): void {
    if (this.pulling) return;
    this.pulling = true;
    this.core.runtime.pull(held.assigned.spec.template.image, (fault) => {
      this.pulling = false;
      const now = this.core.state.tasks.get(this.task);
      if (this.busy || now === undefined || now.status.observed !== 'preparing') return;
      if (this.isUnwanted(now)) this.drive();
      else if (fault === null) this.say(now, { observed: 'ready' });
      else if (fault === 'missing' || ++this.pulls >= pullAttempts) {
        this.say(now, { observed: 'rejected', health: 'none', reason: `image: ${fault}` });
      } else this.later(pullRetryUs * this.pulls);
    });
  }

  /** The container is there, or should be. */
  private tend(held: HeldTask, container: ContainerStatus | undefined): void {
    if (container === undefined) {
      if (held.status.observed === 'starting') this.start(held);
      else this.ended(held, vanished);
      return;
    }
    if (container.phase === 'exited') {
      this.ended(held, container.exit ?? vanished);
      return;
    }
    if (needsLease(held.assigned) && !this.core.leaseHolds) {
      this.fencing = true;
      this.core.env.probe('worker fences a task');
      this.core.runtime.stop(this.task);
      return;
    }
    if (container.phase !== 'running') return;
    if (held.status.observed === 'starting') this.say(held, { observed: 'running' });
    else if (held.status.health === 'unhealthy') this.core.runtime.stop(this.task);
    else this.probe(held);
  }

  /** What a start needs besides a wish: secrets, and for some tasks a lease and claims of this session. */
  private mayStart({ assigned }: HeldTask): boolean {
    const { core } = this;
    const { secrets } = assigned.spec.template;
    for (const [at, { source }] of secrets.entries()) {
      const version = assigned.secrets[at] ?? 0;
      if (!core.secrets.has(secretKey({ name: source, version }))) return false;
    }
    return !needsLease(assigned) || (core.leaseHolds && core.synced);
  }

  /** `starting` or `running` is on the disk. Without what it needs nothing happens until it is there. */
  private start(held: HeldTask): void {
    if (!this.mayStart(held)) return;
    if (this.isCrowded(held)) {
      this.later(pullRetryUs);
      return;
    }
    const { runtime } = this.core;
    const {
      assigned,
      assigned: { spec },
    } = held;
    const graceUs = spec.template.stopGraceUs;
    for (const { volume, exclusive, epoch } of assigned.volumes) {
      if (!exclusive) continue;
      const open = runtime.mounts().some((one) => one.volume === volume && one.task === this.task);
      if (epoch > 0 && (open || runtime.mount({ volume, task: this.task, epoch, graceUs })))
        continue;
      this.later(pullRetryUs);
      return;
    }
    this.fencing = false;
    runtime.start({
      ...{ id: this.task, service: assigned.service, slot: assigned.slot, graceUs },
      ...{ image: spec.template.image, limits: spec.template.limits },
      bound: needsLease(assigned),
    });
  }

  /**
   * What runs here has its address or one of its ports, or may have them, as nobody knows what it is.
   * The managers give them to others when they have given a task up, whether it still runs or not.
   */
  private isCrowded({ assigned }: HeldTask): boolean {
    const { runtime, state } = this.core;
    return runtime.list().some(({ id, phase }) => {
      if (id === this.task || phase === 'exited') return false;
      const other = state.tasks.get(id);
      return other === undefined || contend(other.assigned, assigned);
    });
  }

  /** The container has ended while it was wanted. */
  private ended(held: HeldTask, exit: Exit): void {
    const { core } = this;
    const bound = needsLease(held.assigned);
    // Ended for want of a lease: it is started again under the next one, unless it is unwanted by then.
    if (bound && held.status.health !== 'unhealthy' && (this.fencing || exit.reason === lapsed)) {
      if (this.retry?.callback || !this.mayStart(held)) return;
      this.startAgain(held, held.status.restarts);
      return;
    }
    const nowUs = core.env.clock.wallUs();
    const { restart } = held.assigned.spec.template;
    const { restarts } = held.status;
    const replaceable = core.connected && exit !== vanished;
    const code = held.status.health === 'unhealthy' ? vanished.code : exit.code;
    const delayUs = replaceable ? null : restartAfterUs(restart, code, restarts, nowUs);
    if (delayUs === null) {
      this.finish(held, exit);
      return;
    }
    if (this.retry?.callback) return;
    this.retry = core.alarms.after(delayUs, () => {
      this.retry = null;
      const now = core.state.tasks.get(this.task);
      if (this.busy || now === undefined || this.isUnwanted(now)) this.drive();
      else if (!this.mayStart(now)) this.later(pullRetryUs);
      else {
        core.env.probe('worker restarts a task by itself');
        this.startAgain(now, withRestart(restart, restarts, core.env.clock.wallUs()));
      }
    });
  }

  private finish(held: HeldTask, exit: Exit): void {
    if (!this.emptied(this.core.runtime.status(this.task))) return;
    const unwell = held.status.health === 'unhealthy';
    this.say(held, {
      observed: exit.code === 0 && !unwell ? 'complete' : 'failed',
      health: 'none',
      exitCode: exit.code,
      reason: unwell ? 'unhealthy' : exit.reason,
    });
  }

  /** Says on the disk that it starts anew, then starts it. */
  private startAgain(held: HeldTask, restarts: readonly number[]): void {
    const health = held.assigned.spec.template.health === null ? 'none' : 'starting';
    this.say(held, { health, restarts }, (now) => {
      if (!this.isUnwanted(now)) this.start(now);
    });
  }

  private probe(held: HeldTask): void {
    const check = held.assigned.spec.template.health;
    if (check === null || this.prober !== null) return;
    this.prober = new Prober(this.core, this.task, check, (well) => {
      const now = this.core.state.tasks.get(this.task);
      if (this.busy || now === undefined || now.status.observed !== 'running') return;
      const health = well ? 'healthy' : 'unhealthy';
      if (now.status.health !== health) this.say(now, { health });
    });
  }

  private stopProbing(): void {
    this.prober?.stop();
    this.prober = null;
  }

  private later(delayUs: number): void {
    if (this.retry?.callback) return;
    this.retry = this.core.alarms.after(delayUs, () => {
      this.retry = null;
      this.drive();
    });
  }

  /** Puts a new status on the disk, then goes on. */
  private say(
    held: HeldTask,
    change: Partial<Omit<TaskStatus, 'sequence'>> & { readonly observed?: TaskState },
    then?: (held: HeldTask) => void,
  ): void {
    const { status, assigned } = held;
    const sequence = Math.max(status.sequence, assigned.sequence) + 1;
    const next: TaskStatus = { ...status, ...change, sequence };
    if (!maySay(held, next)) {
      throw new Error(`${this.task} may not go from ${status.observed} to ${next.observed}`);
    }
    this.busy = true;
    this.core.commit({ kind: 'status', task: this.task, status: next }, () => {
      this.busy = false;
      this.changed(this.task);
      const now = this.core.state.tasks.get(this.task);
      if (now !== undefined) then?.(now);
      this.drive();
    });
  }
}

const lapsed = 'ended with its lease';
