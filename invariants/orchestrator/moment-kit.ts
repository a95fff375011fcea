import type { LadderOptions, Outcome, WorldView } from '../../src/index.ts';
import type { ContainerSpec } from '../../src/systems/orchestrator/runtime/container-runtime.ts';
import { type Container, Machine } from '../../src/systems/orchestrator/runtime/machine.ts';
import type { OrchestratorSettings } from '../../src/systems/orchestrator/state/settings.ts';
import { Rig, second } from '../../src/systems/orchestrator/test-rig.ts';
import { simulationTimings } from '../../src/systems/orchestrator/timings.ts';
import { LocalTables } from '../../src/systems/orchestrator/worker/local-tables.ts';
import type { Worker } from '../../src/systems/orchestrator/worker/worker.ts';
import { type HeldTask, WorkerState } from '../../src/systems/orchestrator/worker/worker-state.ts';
import { Asks } from './asks.ts';
import { Verdicts } from './entry-rung.ts';
import { type ContainerChange, Machines, type MountChange } from './machines.ts';
import { Members } from './members.ts';
import type { OrchestratorFacts, OrchestratorMoment } from './moment.ts';
import type { Applied, ClusterOracle } from './oracle.ts';
import { StorePast } from './store-past.ts';
import { StoryOfObjects } from './story-of-objects.ts';

/** One manager, three workers, one client: indexes 0, 1-3 and 4. */
const managers = 1;
const workers = 3;
export const client: number = managers + workers;

/** A worker on paper: tests write what it holds and what is true of its machine. */
export interface PaperWorker {
  connected: boolean;
  leaseHolds: boolean;
  drained: boolean;
  phase: 'recovering' | 'working';
  state: WorkerState;
  readonly secrets: Map<string, Uint8Array>;
  readonly tables: LocalTables;
  readonly options: {
    readonly machine: Machine;
    readonly timings: typeof simulationTimings;
  };
}

function paperWorker(): PaperWorker {
  const options = { machine: new Machine(), timings: simulationTimings };
  const secrets = new Map<string, Uint8Array>();
  const tables = new LocalTables();
  const [connected, leaseHolds, drained] = [true, true, false];
  const phase = 'working';
  return {
    ...{
      connected,
      leaseHolds,
      drained,
      phase,
      state: new WorkerState(),
      secrets,
      tables,
      options,
    },
  };
}

/** A rung that a test asks by itself. */
interface Asked<G> {
  readonly ghost?: () => G;
  check(moment: OrchestratorMoment, ghost: G): Outcome;
}

/**
 * A cluster of which only the store is real: entries are applied by a state machine, everything
 * else is what tests say, lawful or not. Rungs are asked one at a time, at a moment of their own.
 */
export class MomentRig {
  readonly rig: Rig;
  readonly workers: PaperWorker[] = Array.from({ length: workers }, paperWorker);
  readonly damaged: Set<number> = new Set();
  readonly unbounded: Set<number> = new Set();
  readonly facts: OrchestratorFacts;
  readonly moment: OrchestratorMoment;
  readonly #past: StorePast = new StorePast();
  readonly #applied: Applied[] = [];
  #ghosts: Map<object, unknown> = new Map();
  /** True time, beside that of the store. */
  timeUs = 0;

  constructor(settings?: OrchestratorSettings) {
    this.rig = new Rig(settings);
    const world = this.#world();
    const rig = this;
    const oracle = {
      get state() {
        return rig.rig.state;
      },
      get last() {
        return rig.rig.state.applied;
      },
      past: this.#past,
      fault: undefined,
      at: (index: number) => this.#applied[index],
    };
    this.facts = {
      ...{
        world,
        options: { config: {} } as LadderOptions,
        oracle: oracle as unknown as ClusterOracle,
      },
      ...{ verdicts: new Verdicts([]), machines: new Machines(world), members: new Members() },
      ...{ asks: new Asks(), objects: new StoryOfObjects(), phase: 'settle', healedUs: 0 },
      ...{ barrierTerm: 1, barrierUs: 0, appended: new Map(), leader: undefined },
      ...{ downs: [], fences: [], journals: [], idleEntries: 0, lateDecisions: 0 },
    };
    this.moment = {
      ...{ facts: this.facts, message: undefined, peer: -1, timeUs: 0, node: 0 },
      ...{ manager: undefined, worker: undefined, containers: [], mounts: [], answer: undefined },
      ...{ call: undefined, told: undefined, ask: undefined, watched: undefined, watch: undefined },
    };
    this.rig.after = () => this.#follow();
    this.rig.lead({ kind: 'barrier' });
  }

  #follow(): void {
    const { state } = this.rig;
    this.#past.follow(state);
    const { applied: index } = state;
    this.facts.objects.follow(index, this.timeUs, state, this.#past);
    const none = { term: 1, data: 0, session: 0, sequence: 0, reply: null };
    this.#applied[index] = { index, hash: this.rig.machine.hash(), ...none };
  }

  #world(): WorldView {
    const rig = this;
    return {
      get timeUs() {
        return rig.timeUs;
      },
      steps: 0,
      topologyVersion: 1,
      nodeCount: client + 1,
      serverCount: managers + workers,
      nodeId: (node) => (node === client ? 'c1' : `n${node + 1}`),
      nodeIndex: (id) => (id === 'c1' ? client : Number(id.slice(1)) - 1),
      zone: () => 'z1',
      status: () => 'up' as const,
      incarnation: () => 1,
      component: (node) => ({
        name: node < managers ? 'manager' : 'worker',
        create: () => ({}),
      }),
      state: (node) => this.workerAt(node),
      disk: () => ({
        ...{ promisedFiles: () => [], promisedBytes: () => undefined, actualFiles: () => [] },
        ...{ cachedFiles: () => [], actualBytes: () => undefined, images: () => undefined },
      }),
      linkOpen: () => true,
      linkFair: () => true,
      linkLateUntilUs: () => 0,
      monotonicUs: () => rig.timeUs,
      wallUs: () => rig.timeUs,
      clockWithinBounds: (node) => !rig.unbounded.has(node),
      diskHealthy: () => true,
      damaged: (node) => rig.damaged.has(node),
      metIoError: () => false,
    };
  }

  /** The worker at an index of the world, as rungs see it. */
  workerAt(node: number): Worker | undefined {
    const core = this.workers[node - managers];
    return core === undefined ? undefined : ({ core } as unknown as Worker);
  }

  /** What a rung says now of this moment; it remembers what it saw before. */
  ask<G>(rung: Asked<G>, given: Partial<OrchestratorMoment> = {}): Outcome['kind'] {
    if (!this.#ghosts.has(rung)) this.#ghosts.set(rung, rung.ghost?.());
    const moment = { ...this.moment, timeUs: this.timeUs, ...given };
    return rung.check(moment, this.#ghosts.get(rung) as G).kind;
  }

  /** Time goes by, for the world and for the store, and all that is due is done. */
  pass(forUs: number): void {
    this.timeUs += forUs;
    this.rig.pass(forUs);
  }

  /** True time alone goes by: nobody does anything. */
  wait(forUs: number): void {
    this.timeUs += forUs;
  }

  /** As many nodes as there are workers, each certified for its machine. */
  join(): readonly string[] {
    for (let at = 0; at < workers; at += 1) {
      const node = this.rig.node();
      this.facts.members.certified(managers + at, node);
      this.facts.members.registered(node, this.timeUs);
    }
    return this.rig.nodes;
  }

  /** A service of three tasks that run, each with its container. */
  furnish(name: string = 'web', given: Parameters<Rig['service']>[1] = {}): string {
    if (this.rig.nodes.length === 0) this.join();
    const mode = { kind: 'replicated', replicas: 3 } as const;
    const service = this.rig.service(name, { mode, ...given });
    this.pass(second);
    for (const [id, { node }] of this.rig.tasks(service)) this.run(this.machineOf(node), id);
    return service;
  }

  machineOf(node: string): number {
    return this.facts.members.machineOf(node);
  }

  /** A container of a task begins on a machine; gives what rungs are told of it. */
  run(node: number, task: string, given: Partial<ContainerSpec> = {}): ContainerChange[] {
    const row = this.rig.state.tasks.get(task);
    const { machine } = this.workers[node - managers]!.options;
    machine.started += 1;
    const spec: ContainerSpec = {
      ...{ id: task, image: 'app:1', service: row?.service ?? 's', slot: row?.slot ?? '1' },
      ...{ graceUs: second, bound: false, limits: { cpuMillis: 0, memoryBytes: 0 } },
      ...given,
    };
    const number = machine.started;
    const container: Container = {
      ...{ spec, number, phase: 'starting', exit: null, startedUs: this.timeUs },
    };
    machine.containers.set(task, container);
    return this.followMachine(node).containers;
  }

  /** What has changed on a machine since. */
  followMachine(node: number): { containers: ContainerChange[]; mounts: MountChange[] } {
    const [containers, mounts]: [ContainerChange[], MountChange[]] = [[], []];
    const { machine } = this.workers[node - managers]!.options;
    this.facts.machines.follow(node, machine, containers, mounts);
    return { containers, mounts };
  }

  /** The worker holds a task of the store as it is there. */
  hold(node: number, task: string, change: Partial<HeldTask['status']> = {}): HeldTask {
    const row = this.rig.state.tasks.get(task)!;
    const { spec } = this.rig.state.revisions.get(row.service, row.revision)!;
    const { service, slot, revision, desired, address, ports, sequence } = row;
    const held: HeldTask = {
      assigned: {
        ...{ task, service, slot, revision, desired, spec, address, ports, sequence },
        ...{ volumes: [], secrets: [] },
      },
      dropped: false,
      status: {
        ...{ observed: row.observed, health: 'none', sequence, exitCode: 0, reason: '' },
        restarts: [],
        ...change,
      },
    };
    this.workers[node - managers]!.state.tasks.set(task, held);
    return held;
  }
}
