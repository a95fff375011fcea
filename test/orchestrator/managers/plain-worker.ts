import { nodeCiphers } from '../../../src/node-crypto/node-ciphers.ts';
import type { Component } from '../../../src/sim/component.ts';
import type { Env } from '../../../src/sim/env.ts';
import { bytesOfHex, derivedKey, hexOf } from '../../../src/systems/orchestrator/crypto/bytes.ts';
import {
  type Certificate,
  challengeBytes,
  signingRequest,
} from '../../../src/systems/orchestrator/identity/certificates.ts';
import {
  type OrchestratorWireMessage,
  orchestratorCodec,
} from '../../../src/systems/orchestrator/messages/orchestrator-codec.ts';
import type {
  Assign,
  AssignedTask,
  SessionBegins,
  Tables,
} from '../../../src/systems/orchestrator/messages/worker-messages.ts';
import { NameTable } from '../../../src/systems/orchestrator/network/name-table.ts';
import type { TaskReport } from '../../../src/systems/orchestrator/state/command.ts';
import { isTerminal, type TaskState } from '../../../src/systems/orchestrator/tasks/task-states.ts';
import {
  heldLeaseUs,
  type OrchestratorTimings,
} from '../../../src/systems/orchestrator/timings.ts';
import { Caller } from './caller.ts';
import { RecordFile } from './record-file.ts';

type WorkerEnv = Env<OrchestratorWireMessage>;

export interface PlainWorkerOptions {
  readonly managers: readonly string[];
  readonly index: number;
  readonly timings: OrchestratorTimings;
}

/** What it knows after a restart. */
interface Saved {
  seed: string;
  certificate: Certificate | null;
  roots: readonly { readonly id: number }[];
  /** By task. */
  tasks: Record<string, { sequence: number; observed: TaskState }>;
  /** Claims of tasks that have come here, until they are given back: by volume and epoch. */
  claims: Record<string, { task: string; volume: string; epoch: number }>;
}

interface Running {
  task: AssignedTask;
  observed: TaskState;
  sequence: number;
  /** Its end is known to the managers. */
  told: boolean;
}

const tickUs = 40_000;

/** Tasks of this image fail as soon as they run. */
export const badImage = 'bad:1';

/**
 * A worker that does as it is told and tells the truth about it: all that managers see of one. Its
 * tasks take some ticks to begin and to stop, and are gone with its life.
 */
export class PlainWorker {
  readonly caller: Caller;
  readonly tasks: Map<string, Running> = new Map();
  tables: NameTable = new NameTable();
  session: SessionBegins | null = null;
  /** Volumes that are open, by the task that has them. */
  readonly mounted: Map<string, string> = new Map();
  private readonly env: WorkerEnv;
  private readonly options: PlainWorkerOptions;
  private manager = '';
  private saved: Saved = { seed: '', certificate: null, roots: [], tasks: {}, claims: {} };
  private beats = 0;
  private reports = 0;
  private assigned = 0;
  private tablesTo = 0;
  private meshRevision = 0;
  /** When the beats were sent that are not answered. */
  private readonly sentUs: Map<number, number> = new Map();
  private leaseFromUs = -1;
  private registeredUs = 0;
  /** Reports that are not answered. */
  private readonly unheard: Map<number, readonly TaskReport[]> = new Map();
  private readonly file: RecordFile;

  constructor(env: WorkerEnv, options: PlainWorkerOptions) {
    this.env = env;
    this.options = options;
    this.file = new RecordFile(env.disk, () => JSON.stringify(this.saved));
    const { managers, timings, index } = options;
    this.caller = new Caller(env, managers, timings.callTimeoutUs, index);
  }

  // ---------------------------------------------------------------- its disk

  start(): void {
    this.env.disk.read('worker', (error, bytes) => {
      if (error === null && bytes !== undefined && bytes.length > 0) {
        this.saved = JSON.parse(new TextDecoder().decode(bytes)) as Saved;
      }
      if (this.saved.seed === '') this.saved.seed = hexOf(this.draw());
      this.save(() => (this.saved.certificate === null ? this.join() : this.register()));
    });
  }

  private draw(): Uint8Array {
    const bytes = new Uint8Array(32);
    for (let at = 0; at < 32; at++) bytes[at] = this.env.random.below(256, 'worker-key', at);
    return derivedKey(nodeCiphers, bytes, 'worker', this.options.index);
  }

  private save(done: () => void): void {
    this.file.save(done);
  }

  // ---------------------------------------------------------------- coming

  private get seed(): Uint8Array {
    return bytesOfHex(this.saved.seed)!;
  }

  private get about() {
    const capacity = { cpuMillis: 8_000, memoryBytes: 2 ** 30 };
    const description = { architecture: 'amd64', capacity } as const;
    return { description, meshKey: nodeCiphers.agreementKey(this.seed) };
  }

  /** An operator's word, which it gives itself: a token for one. */
  private join(): void {
    const row = {
      id: 0,
      role: 'worker',
      digest: new Uint8Array(0),
      expiresUs: 0,
      uses: 1,
    } as const;
    const lifetimeUs = 600_000_000;
    this.caller.call({ kind: 'create-token', row, lifetimeUs, rotate: 0 }, (reply, token) => {
      if (reply?.kind === 'object') this.joinWith(token);
      else this.env.timers.set('join', 50_000, () => this.join());
    });
  }

  private joinWith(token: string): void {
    const signing = signingRequest(nodeCiphers, this.seed, this.env.id, 'worker');
    this.caller.ask({ kind: 'join', request: 0, token, signing, ...this.about }, (answer) => {
      if (answer.kind !== 'certified') return;
      if (answer.certificate === null) {
        this.env.probe('a join was refused');
        this.env.timers.set('join', 50_000, () => this.join());
        return;
      }
      this.saved.certificate = answer.certificate;
      this.saved.roots = answer.roots.map(({ id }) => ({ id }));
      this.save(() => this.register());
    });
  }

  private register(challenge = ''): void {
    const certificate = this.saved.certificate!;
    const bytes = challengeBytes(challenge, certificate.serial);
    const signature = challenge === '' ? '' : hexOf(nodeCiphers.sign(this.seed, bytes));
    const trusts = Math.max(...this.saved.roots.map(({ id }) => id));
    const shown = { certificate, challenge, signature, trusts, ...this.about };
    const sentUs = this.env.clock.monotonicUs();
    this.caller.ask({ kind: 'register', request: 0, ...shown }, (answer, from) => {
      this.caller.turnTo(from);
      if (answer.kind === 'challenge') this.register(answer.challenge);
      else if (answer.kind === 'session') this.begin(answer, from, sentUs);
      else this.env.timers.set('register', 100_000, () => this.register());
    });
  }

  private begin(session: SessionBegins, from: string, sentUs: number): void {
    this.session = session;
    this.manager = from;
    this.assigned = 0;
    this.tablesTo = 0;
    this.beats = 0;
    this.leaseFromUs = sentUs;
    this.registeredUs = this.env.clock.monotonicUs();
    this.sentUs.clear();
    // What was not answered is told to the new session.
    const open = [...this.unheard.values()].flat();
    this.unheard.clear();
    if (open.length > 0) this.report(open);
    this.env.timers.set('tick', tickUs, this.tick);
    this.beat();
  }

  private readonly beat = (): void => {
    const { session, env } = this;
    if (session === null) return;
    this.beats += 1;
    const nowUs = env.clock.monotonicUs();
    this.sentUs.set(this.beats, nowUs);
    const trusts = Math.max(...this.saved.roots.map(({ id }) => id));
    const progress = { assigned: this.assigned, mesh: this.meshRevision, tables: this.tablesTo };
    const name = session.session;
    env.network.send(this.manager, {
      ...{ kind: 'beat', session: name, beat: this.beats, trusts },
      serial: this.saved.certificate?.serial ?? 0,
      ...progress,
    });
    for (const [number, reports] of this.unheard) this.sendReport(number, reports);
    this.giveBack(name);
    // Nobody answers any more: somebody else may lead.
    if (nowUs - Math.max(this.leaseFromUs, this.registeredUs) > 3 * session.beatUs) {
      this.leave();
      return;
    }
    env.timers.set('beat', session.beatUs, this.beat);
  };

  /** Claims of tasks that are over here, or of which nobody wants anything any more. */
  private giveBack(session: string): void {
    if (this.assigned === 0) return;
    for (const { task, volume, epoch } of Object.values(this.saved.claims)) {
      const observed = this.tasks.get(task)?.observed;
      if (observed !== undefined && !isTerminal(observed)) continue;
      this.env.network.send(this.manager, { kind: 'unmounted', session, volume, epoch });
    }
  }

  private leave(): void {
    this.session = null;
    this.env.timers.cancel('beat');
    this.register();
  }

  // ---------------------------------------------------------------- its tasks

  private readonly tick = (): void => {
    const { env, options } = this;
    const heldUs = heldLeaseUs(options.timings);
    const isCutOff = env.clock.monotonicUs() - this.leaseFromUs > heldUs;
    const reports: TaskReport[] = [];
    for (const [id, running] of this.tasks) {
      const next = this.next(running, isCutOff);
      if (next === null) continue;
      this.step(id, running, next);
      reports.push(this.reportOf(id, running));
    }
    if (reports.length > 0) this.save(() => this.report(reports));
    env.timers.set('tick', tickUs, this.tick);
  };

  private next({ task, observed }: Running, isCutOff: boolean): TaskState | null {
    if (isTerminal(observed)) return null;
    const { template } = task.spec;
    const isExclusive = task.volumes.some(({ exclusive }) => exclusive);
    if (isCutOff && (isExclusive || template.disconnect.kind === 'fence')) return 'shutdown';
    if (task.desired === 'shutdown' || task.desired === 'remove') return 'shutdown';
    if (observed === 'assigned') return 'preparing';
    if (observed === 'preparing') return 'ready';
    if (observed === 'ready') return task.desired === 'running' ? 'running' : null;
    return template.image === badImage ? 'failed' : null;
  }

  private step(id: string, running: Running, next: TaskState): void {
    running.observed = next;
    running.sequence += 1;
    this.saved.tasks[id] = { sequence: running.sequence, observed: next };
    for (const { volume, exclusive } of running.task.volumes) {
      if (!exclusive) continue;
      if (next === 'running') this.mounted.set(id, volume);
      if (isTerminal(next)) this.mounted.delete(id);
    }
  }

  private reportOf(task: string, { observed, sequence }: Running): TaskReport {
    const health = observed === 'running' ? 'healthy' : 'none';
    return { task, sequence, observed, health, exitCode: 0, reason: '' };
  }

  private report(reports: readonly TaskReport[]): void {
    this.reports += 1;
    this.unheard.set(this.reports, reports);
    this.sendReport(this.reports, reports);
  }

  private sendReport(report: number, reports: readonly TaskReport[]): void {
    if (this.session === null) return;
    const { session } = this.session;
    this.env.network.send(this.manager, { kind: 'report', session, report, reports });
  }

  private assign(assign: Assign): void {
    if (!assign.full && assign.from !== this.assigned) return;
    if (assign.full && assign.to <= this.assigned) return;
    this.assigned = assign.to;
    const named = new Set(assign.tasks.map(({ task }) => task));
    const gone = assign.full
      ? [...this.tasks.keys()].filter((id) => !named.has(id))
      : assign.removed;
    for (const id of gone) this.forget(id);
    const reports: TaskReport[] = [];
    for (const task of assign.tasks) {
      const running = this.tasks.get(task.task);
      if (running === undefined) reports.push(...this.take(task));
      else {
        running.task = task;
        // It was told before; the managers may have lost that.
        if (assign.full && running.sequence > task.sequence) {
          reports.push(this.reportOf(task.task, running));
        }
      }
    }
    this.save(() => {
      if (reports.length > 0) this.report(reports);
    });
  }

  /** A task that is new here; one of an earlier life has ended with it. */
  private take(task: AssignedTask): TaskReport[] {
    const before = this.saved.tasks[task.task];
    const sequence = Math.max(task.sequence, before?.sequence ?? 0);
    const running: Running = { task, observed: 'assigned', sequence, told: false };
    this.tasks.set(task.task, running);
    for (const { volume, exclusive, epoch } of task.volumes) {
      if (!exclusive || epoch === 0) continue;
      this.saved.claims[`${volume}/${epoch}`] = { task: task.task, volume, epoch };
    }
    if (before === undefined) return [];
    running.observed = before.observed;
    if (!isTerminal(before.observed)) {
      const wanted = task.desired === 'ready' || task.desired === 'running';
      this.step(task.task, running, wanted ? 'failed' : 'shutdown');
    } else this.step(task.task, running, before.observed);
    return [this.reportOf(task.task, running)];
  }

  private forget(id: string): void {
    const running = this.tasks.get(id);
    if (running !== undefined && !isTerminal(running.observed)) this.step(id, running, 'shutdown');
    this.tasks.delete(id);
    delete this.saved.tasks[id];
  }

  private learn({ full, from, to, tables }: Tables): void {
    if (full ? to < this.tablesTo : from !== this.tablesTo) return;
    this.tablesTo = to;
    if (full) this.tables = new NameTable();
    for (const { table } of tables) this.tables.learn(table);
  }

  // ---------------------------------------------------------------- messages

  message(from: string, message: OrchestratorWireMessage): void {
    this.caller.answered(from, message);
    const name = this.session?.session;
    if (name === undefined || !('session' in message) || message.session !== name) return;
    switch (message.kind) {
      case 'session-over':
        this.leave();
        return;
      case 'beat-heard': {
        const sentUs = this.sentUs.get(message.beat);
        if (sentUs !== undefined) this.leaseFromUs = Math.max(this.leaseFromUs, sentUs);
        for (const beat of this.sentUs.keys()) if (beat <= message.beat) this.sentUs.delete(beat);
        return;
      }
      case 'report-heard':
        this.unheard.delete(message.report);
        return;
      case 'unmounted-heard':
        delete this.saved.claims[`${message.volume}/${message.epoch}`];
        return;
      case 'assign':
        this.assign(message);
        return;
      case 'tables':
        this.learn(message);
        return;
      case 'mesh':
        this.meshRevision = message.membership.revision;
        this.saved.roots = message.roots.map(({ id }) => ({ id }));
        return;
      default:
    }
  }
}

export function plainWorker(
  options: PlainWorkerOptions,
): Component<PlainWorker, OrchestratorWireMessage> {
  return {
    name: 'plain-worker',
    codec: orchestratorCodec,
    create: (env) => new PlainWorker(env, options),
    start: (worker) => worker.start(),
    message: (worker, _env, from, message) => worker.message(from, message),
  };
}
