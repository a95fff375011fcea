import { Controllers } from './controllers/controllers.ts';
import { type NodeSpec, nodeSpec } from './specs/node-spec.ts';
import { type ServiceSpec, serviceSpec } from './specs/service-spec.ts';
import { auditState } from './state/audit.ts';
import type { Command, TaskReport } from './state/command.ts';
import { encodeEnvelope } from './state/command-codec.ts';
import { ClusterMachine } from './state/machine.ts';
import type { Reply } from './state/reply.ts';
import type { Task } from './state/rows.ts';
import { defaultSettings, type OrchestratorSettings } from './state/settings.ts';
import type { ClusterState } from './state/state.ts';
import { compareIds } from './state/task-index.ts';
import type { TaskState } from './tasks/task-states.ts';

/** Pools so small that tests cross their ends. */
export const tinySettings: OrchestratorSettings = {
  ...defaultSettings,
  taskAddresses: { first: 1_000, count: 60 },
  serviceAddresses: { first: 2_000, count: 8 },
  nodeAddresses: { first: 3_000, count: 8 },
  hostPorts: { first: 30_000, count: 3 },
  orphanUs: 100_000_000,
  batch: 3,
};

export const second = 1_000_000;

/** What a worker does next with a task, or null for nothing. */
export type Behaviour = (task: Readonly<Task>, id: string) => TaskState | null;

/** A worker that does what is wanted, at once. */
export const obedient: Behaviour = ({ desired, observed }) => {
  if (desired === 'shutdown' || desired === 'remove') return 'shutdown';
  if (observed === 'assigned') return 'preparing';
  if (observed === 'preparing') return 'ready';
  return desired === 'running' && observed === 'ready' ? 'running' : null;
};

/** A machine with a leader's controllers, and workers that are told what to do with their tasks. */
export class Rig {
  readonly machine: ClusterMachine;
  controllers: Controllers;
  timeUs: number = 1;
  term: number = 1;
  behaviour: Behaviour = obedient;
  /** Called after each entry. */
  after: (command: Command, reply: Reply) => void = () => {};
  /** The leader dies after every entry, and another one begins with nothing but the store. */
  failsOver: boolean = false;
  readonly nodes: string[] = [];
  private session: number = 0;
  private sequence: number = 0;
  private readonly silent: Set<string> = new Set();

  constructor(settings: OrchestratorSettings = tinySettings) {
    this.machine = new ClusterMachine(settings);
    this.controllers = new Controllers(this.state);
  }

  get state(): ClusterState {
    return this.machine.state;
  }

  send(session: number, sequence: number, oldest: number, command: Command): Reply {
    const { timeUs, term, machine } = this;
    const data = encodeEnvelope({ session, sequence, oldest, term, timeUs, command });
    const reply = machine.apply({ index: machine.applied + 1, kind: 'command', data })!;
    this.controllers.observe(this.state.changed);
    this.after(command, reply);
    return reply;
  }

  lead(command: Command): Reply {
    return this.send(0, 0, 0, command);
  }

  /** The next request of the rig's client. */
  ask(command: Command): Reply {
    if (this.session === 0) {
      const reply = this.lead({ kind: 'open-session', owner: 'test' });
      this.session = reply.kind === 'session' ? reply.session : 0;
    }
    this.sequence += 1;
    return this.send(this.session, this.sequence, this.sequence, command);
  }

  node(given: Partial<NodeSpec> = {}, cpuMillis: number = 4_000): string {
    const spec = nodeSpec(`n${this.nodes.length + 1}`, given);
    const capacity = { cpuMillis, memoryBytes: 2 ** 30 };
    const description = { architecture: 'amd64', capacity } as const;
    const reply = this.lead({ kind: 'register-node', node: '', spec, description });
    if (reply.kind !== 'registered') throw new Error(JSON.stringify(reply));
    this.nodes.push(reply.node);
    return reply.node;
  }

  service(name: string, given: Parameters<typeof serviceSpec>[2] = {}): string {
    const reply = this.ask({ kind: 'create-service', spec: serviceSpec(name, 'app:1', given) });
    if (reply.kind !== 'object') throw new Error(JSON.stringify(reply));
    return reply.id;
  }

  /** Changes the specification of a service, and by default its image. */
  update(service: string, change: (spec: ServiceSpec) => ServiceSpec): Reply {
    const { spec, version } = this.state.services.get(service)!;
    return this.ask({ kind: 'update-service', service, version, spec: change(spec) });
  }

  image(service: string, image: string): Reply {
    return this.update(service, (spec) => ({ ...spec, template: { ...spec.template, image } }));
  }

  /** Proposes what the controllers find until they find nothing. Gives how many entries that took. */
  drive(): number {
    for (let entries = 0, passes = 0; ; passes++) {
      const commands = this.controllers.pass(this.timeUs);
      if (commands.length === 0) return entries;
      if (passes > 1_000) throw new Error(`it never ends: ${JSON.stringify(commands)}`);
      for (const command of commands) {
        this.lead(command);
        entries += 1;
        if (!this.failsOver) continue;
        this.failOver();
        break;
      }
    }
  }

  failOver(): void {
    this.term += 1;
    this.controllers = new Controllers(this.state);
  }

  down(node: string): void {
    this.silent.add(node);
    this.edge(node, 'down');
  }

  edge(node: string, status: 'down' | 'fenced'): void {
    const { registration } = this.state.nodes.get(node)!;
    this.lead({ kind: 'node-edges', edges: [{ node, registration, status }] });
  }

  up(node: string): void {
    this.silent.delete(node);
    const { spec, description } = this.state.nodes.get(node)!;
    this.lead({ kind: 'register-node', node, spec, description });
  }

  /** Every worker takes the next step with each of its tasks. False when none had any. */
  work(): boolean {
    let worked = false;
    for (const node of this.nodes) {
      const load = this.state.index.loads.get(node);
      if (this.silent.has(node) || this.state.nodes.get(node)?.status !== 'up') continue;
      const reports: TaskReport[] = [];
      for (const id of [...(load?.tasks ?? [])].sort(compareIds)) {
        const task = this.state.tasks.get(id)!;
        const observed = this.behaviour(task, id);
        if (observed !== null) reports.push(report(id, task, observed));
      }
      worked = worked || reports.length > 0;
      if (reports.length > 0) this.report(node, reports);
      this.unmount(node);
    }
    return worked;
  }

  report(node: string, reports: readonly TaskReport[]): Reply {
    const { registration } = this.state.nodes.get(node)!;
    return this.lead({ kind: 'report', node, registration, reports });
  }

  /** The volumes of tasks that are over are closed. */
  private unmount(node: string): void {
    for (const volume of this.state.volumes.keys()) {
      const { claim } = this.state.volumes.get(volume)!;
      if (claim?.node !== node || this.state.index.loads.get(node)?.tasks.has(claim.task)) continue;
      this.lead({ kind: 'unmounted', node, volume, epoch: claim.epoch });
    }
  }

  /** Lets leader and workers act until nothing is left to do without time going by. */
  calm(): void {
    for (let rounds = 0; this.drive() > 0 || this.work(); rounds++) {
      if (rounds > 500) throw new Error('it never calms down');
    }
  }

  /** Lets so much time go by, stopping whenever something is due. */
  pass(forUs: number): void {
    const untilUs = this.timeUs + forUs;
    this.calm();
    while (this.timeUs < untilUs) {
      const nextUs = this.controllers.nextUs ?? untilUs;
      this.timeUs = Math.min(untilUs, Math.max(nextUs, this.timeUs + 1));
      this.calm();
    }
  }

  /** The tasks of a service that are well, as `slot@revision`. */
  running(service: string): string[] {
    return this.tasks(service)
      .filter(([, task]) => task.observed === 'running' && task.desired === 'running')
      .map(([, task]) => `${task.slot}@${task.revision}`)
      .sort();
  }

  tasks(service: string): [string, Readonly<Task>][] {
    const ids = [...(this.state.index.services.get(service)?.slots.values() ?? [])].flat();
    return ids.sort(compareIds).map((id) => [id, this.state.tasks.get(id)!]);
  }

  /** Audits after every entry. */
  audited(): this {
    this.after = (command) => {
      const wrong = auditState(this.state);
      if (wrong.length > 0) throw new Error(`${JSON.stringify(command)}: ${wrong.join('; ')}`);
    };
    return this;
  }
}

/** A report that comes after all others on the task. */
export function report(id: string, task: Readonly<Task>, observed: TaskState): TaskReport {
  const health = observed === 'running' ? 'healthy' : 'none';
  return { task: id, sequence: task.sequence + 1, observed, health, exitCode: 0, reason: '' };
}
