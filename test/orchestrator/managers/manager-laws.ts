import {
  broken,
  held,
  type Ladder,
  ladder,
  type PlainMoment,
  plainLedger,
  premiseFalse,
  rung,
} from '../../../src/index.ts';
import type { WorldView } from '../../../src/sim/world-view.ts';
import { ByteWriter } from '../../../src/systems/common/bytes.ts';
import { hasEnded } from '../../../src/systems/orchestrator/deployments/deployment.ts';
import type { ManagerNode } from '../../../src/systems/orchestrator/manager/manager-component.ts';
import type { OrchestratorMessage } from '../../../src/systems/orchestrator/messages/orchestrator-codec.ts';
import { isWell } from '../../../src/systems/orchestrator/services/slots.ts';
import { trafficOf } from '../../../src/systems/orchestrator/services/traffic.ts';
import {
  type ServiceSpec,
  serviceField,
} from '../../../src/systems/orchestrator/specs/service-spec.ts';
import { auditState } from '../../../src/systems/orchestrator/state/audit.ts';
import type { ClusterState } from '../../../src/systems/orchestrator/state/state.ts';
import type { PlainClient } from './plain-client.ts';
import { badImage, type PlainWorker } from './plain-worker.ts';

export const managerCount = 3;
export const workerCount = 4;

type Moment = PlainMoment<ManagerNode, OrchestratorMessage>;

const isManager = (node: number): boolean => node >= 0 && node < managerCount;

/** Equal specifications have equal texts, whatever the order of their fields. */
function textOf(spec: ServiceSpec): string {
  const writer = new ByteWriter();
  serviceField.write(writer, spec);
  return writer.finish().join();
}

/** The store of whoever has applied most. */
function newest(world: WorldView): ClusterState | undefined {
  let best: ManagerNode | undefined;
  for (let node = 0; node < managerCount; node++) {
    const state = world.state(node) as ManagerNode | undefined;
    if (state?.phase !== 'running') continue;
    if (best === undefined || state.machine.applied > best.machine.applied) best = state;
  }
  return best?.service.machine.state;
}

function workersOf(world: WorldView): readonly PlainWorker[] {
  const workers: PlainWorker[] = [];
  for (let node = managerCount; node < managerCount + workerCount; node++) {
    const state = world.state(node) as PlainWorker | undefined;
    if (state !== undefined) workers.push(state);
  }
  return workers;
}

function clientsOf(world: WorldView): readonly PlainClient[] {
  const clients: PlainClient[] = [];
  for (let node = world.serverCount; node < world.nodeCount; node++) {
    const state = world.state(node) as PlainClient | undefined;
    if (state !== undefined) clients.push(state);
  }
  return clients;
}

const sameState = rung<Moment, Map<number, string>>({
  id: 'O1',
  title: 'same state',
  statement: 'Managers that have applied the same index have the same hash.',
  source: 'Schneider 1990, state machine replication',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['step'],
  ghost: () => new Map(),
  check({ node, state }, hashes) {
    if (!isManager(node) || state === undefined || state.machine.applied === 0) return premiseFalse;
    const { applied } = state.machine;
    const own = state.service.machine.hash();
    const other = hashes.get(applied) ?? own;
    hashes.set(applied, other);
    return other === own ? held : broken({ nodes: [node], values: { applied, own, other } });
  },
});

const acknowledgedOnce = rung<Moment>({
  id: 'O2',
  title: 'acknowledged once',
  statement: 'In the end each service is as its owner was told: made once, changed once a request.',
  source: 'src/systems/orchestrator/README.md, requests',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  clientVisible: true,
  watches: ['end'],
  check({ world }) {
    const state = newest(world);
    if (state === undefined) return premiseFalse;
    let known = 0;
    for (const { owned, unsure } of clientsOf(world)) {
      for (const [name, one] of owned) {
        if (unsure.has(name)) continue;
        known += 1;
        const id = state.named('service', name) ?? '';
        if (one === null) {
          if (id !== '') return broken({ nodes: [], values: { name, id, told: 'removed' } });
          continue;
        }
        if (id !== one.id) return broken({ nodes: [], values: { name, id, told: one.id } });
        if (one.unsure || one.spoilt) continue;
        const { version, spec, deployment, lastDeployment } = state.services.get(id)!;
        // One that is paused on its way back is still under way.
        const phase = state.deployments.get(deployment === '' ? lastDeployment : deployment)?.phase;
        // Tasks that end with their worker are failures too: the store has taken its own way back.
        const isBack = phase === 'rolling-back' || phase === 'rolled-back';
        const isLike = isBack || textOf(spec) === textOf(one.spec);
        if (version !== one.version + (isBack ? 1 : 0) || !isLike) {
          return broken({ nodes: [], values: { name, version, told: one.version, isLike } });
        }
      }
    }
    return known > 0 ? held : premiseFalse;
  },
});

const oneMount = rung<Moment>({
  id: 'O3',
  title: 'one mount',
  statement: 'At every instant at most one worker has an exclusive volume open.',
  source: 'src/systems/orchestrator/README.md, volumes',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['step'],
  check({ node, world }) {
    if (node < managerCount || node >= managerCount + workerCount) return premiseFalse;
    const holders = new Map<string, string>();
    for (const { mounted } of workersOf(world)) {
      for (const [task, volume] of mounted) {
        const other = holders.get(volume);
        if (other !== undefined) return broken({ nodes: [node], values: { volume, task, other } });
        holders.set(volume, task);
      }
    }
    return holders.size > 0 ? held : premiseFalse;
  },
});

const settled = rung<Moment>({
  id: 'O4',
  title: 'as wanted',
  statement: 'In the end every deployment has ended or is paused, and every service has its tasks.',
  source: 'src/systems/orchestrator/README.md, controllers',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  watches: ['end'],
  check({ world }) {
    const state = newest(world);
    if (state === undefined) return premiseFalse;
    for (const id of state.services.keys()) {
      const { spec, deployment, removing } = state.services.get(id)!;
      const { name } = spec;
      if (removing) return broken({ nodes: [], values: { name, what: 'it does not go' } });
      const row = state.deployments.get(deployment);
      if (row?.paused !== undefined && row.paused !== 'none') continue;
      if (row !== undefined && !hasEnded(row)) {
        return broken({ nodes: [], values: { name, phase: row.phase, batch: row.batch.join() } });
      }
      if (spec.template.image === badImage || spec.mode.kind === 'global') continue;
      const tasks = [...state.index.services.get(id)!.slots.values()].flat();
      // The network loses messages until the end: what was fenced for that is being started again.
      if (tasks.some((task) => isRestarting(state, task, world.wallUs(0)))) continue;
      const well = tasks.filter((task) => isWell(state.tasks.get(task)!)).length;
      const running = workersOf(world)
        .flatMap((worker) => [...worker.tasks.values()])
        .filter(({ task, observed }) => task.service === id && observed === 'running').length;
      const wanted = spec.mode.replicas;
      if (well !== wanted || running !== wanted) {
        return broken({ nodes: [], values: { name, wanted, well, running } });
      }
    }
    return state.services.size > 0 ? held : premiseFalse;
  },
});

/** A task that ended a moment ago is replaced after a delay of less than that. */
function isRestarting(state: ClusterState, task: string, nowUs: number): boolean {
  return state.tasks.get(task)!.endedUs > nowUs - 2_000_000;
}

const sound = rung<Moment>({
  id: 'O5',
  title: 'sound store',
  statement: 'In the end the store passes its audit, and every worker has joined once.',
  source: 'src/systems/orchestrator/state/audit.ts',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  watches: ['end'],
  check({ world }) {
    const state = newest(world);
    if (state === undefined) return premiseFalse;
    const wrong = auditState(state)[0];
    if (wrong !== undefined) return broken({ nodes: [], values: { wrong } });
    for (const id of state.nodes.keys()) {
      const { status, spec } = state.nodes.get(id)!;
      if (status !== 'up') return broken({ nodes: [], values: { node: spec.name, status } });
    }
    const nodes = state.nodes.size;
    return nodes === workerCount ? held : broken({ nodes: [], values: { nodes } });
  },
});

const sameTables = rung<Moment>({
  id: 'O6',
  title: 'names lead there',
  statement: 'In the end every worker sends requests where the store says.',
  source: 'src/systems/orchestrator/services/traffic.ts',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  watches: ['end'],
  check({ world }) {
    const state = newest(world);
    if (state === undefined) return premiseFalse;
    const names: string[] = [];
    for (const id of state.services.keys()) {
      const { spec } = state.services.get(id)!;
      const { name, endpoint } = spec;
      names.push(name);
      // Its tasks come and go until the end.
      if (spec.template.image === badImage) continue;
      const tasks = [...(state.index.services.get(id)?.slots.values() ?? [])].flat();
      if (tasks.some((task) => isRestarting(state, task, world.wallUs(0)))) continue;
      const { sides } = trafficOf(state, id, endpoint.networks[0]!)!;
      for (const { tables } of workersOf(world)) {
        const known = JSON.stringify(tables.table(name)?.sides);
        const wanted = JSON.stringify(sides);
        if (known !== wanted) return broken({ nodes: [], values: { name, known, wanted } });
      }
    }
    for (const { tables } of workersOf(world)) {
      const extra = tables.services().find((name) => !names.includes(name));
      if (extra !== undefined) return broken({ nodes: [], values: { extra } });
    }
    return names.length > 0 ? held : premiseFalse;
  },
});

export const managerLadder: Ladder = ladder({
  name: 'managers',
  ghost: plainLedger<ManagerNode, OrchestratorMessage>(),
  rungs: [sameState, acknowledgedOnce, oneMount, settled, sound, sameTables],
});
