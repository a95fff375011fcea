import {
  broken,
  held,
  type Ladder,
  ladder,
  type PlainMoment,
  plainLedger,
  premiseFalse,
  rung,
  type WorldView,
} from '../../../src/index.ts';
import type { OrchestratorWireMessage } from '../../../src/systems/orchestrator/messages/orchestrator-codec.ts';
import type { Container } from '../../../src/systems/orchestrator/runtime/machine.ts';
import { isTerminal, rankOf } from '../../../src/systems/orchestrator/tasks/task-states.ts';
import { recoverWorker } from '../../../src/systems/orchestrator/worker/recovery.ts';
import type { Worker } from '../../../src/systems/orchestrator/worker/worker.ts';
import { needsLease } from '../../../src/systems/orchestrator/worker/worker-state.ts';
import type { Office } from './office.ts';
import { Truth } from './truth.ts';

type Moment = PlainMoment<Worker, OrchestratorWireMessage>;

/** So long after a node came back the second task of a slot may still be there. */
const syncUs = 5_000_000;

const oneMount = rung<Moment, Truth>({
  id: 'S17',
  title: 'exclusive volume',
  statement: 'At every instant an exclusive volume is open on one machine at most.',
  source: 'issue 8, S17',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['step'],
  ghost: () => new Truth(),
  check({ node, world }, truth) {
    const worker = world.state(node) as Worker | undefined;
    if (worker === undefined) return premiseFalse;
    truth.meet(node, worker);
    const open = truth.open(world);
    for (const [volume, nodes] of open) {
      if (nodes.length > 1) return broken({ nodes, values: { volume } });
    }
    return open.size > 0 ? held : premiseFalse;
  },
});

const oneContainer = rung<Moment, Truth>({
  id: 'S16',
  title: 'one container a slot',
  statement:
    'A slot has one container; two only of a service that is kept, while the managers are not sure of a holder.',
  source: 'issue 8, S16',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['step'],
  ghost: () => new Truth(),
  check({ node, world, history }, truth) {
    const worker = world.state(node) as Worker | undefined;
    if (worker === undefined) return premiseFalse;
    truth.meet(node, worker);
    let seen = false;
    for (const [slot, holders] of truth.slots(world)) {
      seen = true;
      if (holders.length < 2) continue;
      const nodes = holders.map((holder) => holder.node);
      const bound = holders.some(({ container }) => container.spec.bound);
      const sure = nodes.every((one) =>
        isSure(history as Office, truth.places.get(one)!.member, world.damaged(one)),
      );
      if (bound || sure) return broken({ nodes, values: { slot } });
    }
    return seen ? held : premiseFalse;
  },
});

/** The managers know what is on a node, and it has had the time to do what they want of it. */
function isSure(office: Office, member: string, damaged: boolean): boolean {
  const { rig } = office;
  if (damaged || rig.state.nodes.get(member)?.status !== 'up') return false;
  if (!office.heardThisTerm.has(member)) return false;
  if (rig.timeUs - (office.heardUs.get(member) ?? 0) > office.timings.downUs) return false;
  return rig.timeUs - (office.cameUs.get(member) ?? 0) > syncUs;
}

interface Seen {
  phase: Container['phase'];
  stoppingUs: number;
  incarnation: number;
}

/** What was last seen of each container of each node. */
type Watch = Map<number, Map<number, Seen>>;

function changes(
  watch: Watch,
  world: WorldView,
  node: number,
  worker: Worker,
  changed: (container: Container, before: Seen | undefined, seen: Seen) => string | null,
): string | null {
  let ofNode = watch.get(node);
  if (ofNode === undefined) {
    ofNode = new Map();
    watch.set(node, ofNode);
  }
  const nowUs = world.monotonicUs(node);
  const incarnation = world.incarnation(node);
  for (const container of worker.core.options.machine.containers.values()) {
    const before = ofNode.get(container.number);
    if (before?.phase === container.phase) continue;
    const stoppingUs = container.phase === 'stopping' ? nowUs : (before?.stoppingUs ?? 0);
    const seen = { phase: container.phase, stoppingUs, incarnation };
    ofNode.set(container.number, seen);
    const wrong = changed(container, before, seen);
    if (wrong !== null) return wrong;
  }
  return null;
}

const autonomy = rung<Moment, Watch>({
  id: 'S25',
  title: 'autonomy',
  statement: 'A worker without a session starts and stops nothing but what its disk tells it to.',
  source: 'issue 8, S25',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['step'],
  ghost: () => new Map(),
  check({ node, world }, watch) {
    const worker = world.state(node) as Worker | undefined;
    if (worker === undefined) return premiseFalse;
    const { core } = worker;
    const wrong = changes(watch, world, node, worker, ({ phase, spec }, before) => {
      if (core.connected || world.damaged(node)) return null;
      const task = core.state.tasks.get(spec.id);
      const what = `${phase} ${spec.service}/${spec.slot} ${spec.id}`;
      if (task === undefined) return phase === 'exited' ? null : `${what}: no such task`;
      const { assigned, dropped, status } = task;
      const wanted = !dropped && assigned.desired === 'running' && !core.drained;
      const lapsed = needsLease(assigned) && !core.leaseHolds;
      if (phase === 'stopping') {
        return !wanted || lapsed || status.health === 'unhealthy' ? null : `${what}: unasked`;
      }
      if (before !== undefined || phase !== 'starting') return null;
      return wanted && !lapsed && !isTerminal(status.observed) ? null : `${what}: unasked`;
    });
    if (wrong !== null) return broken({ nodes: [node], values: { wrong } });
    return core.phase === 'working' && !core.connected && core.state.tasks.size > 0
      ? held
      : premiseFalse;
  },
});

const writeAhead = rung<Moment, Watch>({
  id: 'W1',
  title: 'first the disk',
  statement: 'A container starts when the disk has promised that its task starts.',
  source: 'issue 8, crash safety: intent before side effect',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['step'],
  ghost: () => new Map(),
  check({ node, world }, watch) {
    const worker = world.state(node) as Worker | undefined;
    if (worker === undefined) return premiseFalse;
    let started = false;
    const wrong = changes(watch, world, node, worker, ({ spec }, before) => {
      if (before !== undefined || world.damaged(node)) return null;
      started = true;
      const observed = onDisk(world, node).get(spec.id)?.status.observed ?? 'new';
      return rankOf(observed) >= rankOf('starting') ? null : `${spec.id} is ${observed}`;
    });
    if (wrong !== null) return broken({ nodes: [node], values: { wrong } });
    return started ? held : premiseFalse;
  },
});

function onDisk(world: WorldView, node: number) {
  const disk = world.disk(node);
  const files = new Map<string, Uint8Array>();
  for (const name of disk.promisedFiles()) {
    const bytes = disk.promisedBytes(name);
    if (name.startsWith('worker/') && bytes !== undefined) files.set(name.slice(7), bytes);
  }
  return recoverWorker(files).state.tasks;
}

const grace = rung<Moment, Watch>({
  id: 'W2',
  title: 'grace',
  statement: 'A container that is asked to stop is killed when its grace is over, and not before.',
  source: 'issue 8, stop grace',
  kind: 'always',
  owedUnder: 'any damage',
  watches: ['step'],
  ghost: () => new Map(),
  check({ node, world }, watch) {
    const worker = world.state(node) as Worker | undefined;
    if (worker === undefined) return premiseFalse;
    let killed = false;
    const incarnation = world.incarnation(node);
    const wrong = changes(watch, world, node, worker, ({ exit, spec }, before) => {
      if (exit?.reason !== 'killed after its grace') return null;
      killed = true;
      if (before?.phase !== 'stopping') return `${spec.id} was not asked`;
      if (before.incarnation !== incarnation) return null;
      const hadUs = world.monotonicUs(node) - before.stoppingUs;
      return hadUs < spec.graceUs ? `${spec.id} had ${hadUs} us` : null;
    });
    if (wrong !== null) return broken({ nodes: [node], values: { wrong } });
    return killed ? held : premiseFalse;
  },
});

/** So long a slot may be without a container: one has ended, is told of, fetched and started again. */
const emptyUs = 3_000_000;

/** When each slot last had a container. */
interface Filled {
  readonly truth: Truth;
  readonly lastUs: Map<string, number>;
}

const settled = rung<Moment, Filled>({
  id: 'L7',
  title: 'what is wanted is there',
  statement:
    'After the storm no slot is without its container for long, every worker has a session, no claim is owed.',
  source: 'issue 8, L2 and L7',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  watches: ['step', 'end'],
  ghost: () => ({ truth: new Truth(), lastUs: new Map() }),
  check({ world, history, node, state }, { truth, lastUs }) {
    if (state !== undefined) truth.meet(node, state);
    const slots = truth.slots(world);
    for (const slot of slots.keys()) lastUs.set(slot, world.timeUs);
    // The run is over: no node has done anything.
    if (node >= 0) return premiseFalse;
    const office = history as Office;
    for (let server = 0; server < world.serverCount; server++) {
      const worker = world.state(server) as Worker | undefined;
      const owed = worker?.core.state.owed.size ?? 0;
      if (owed > 0) return broken({ nodes: [server], values: { owed } });
      if (worker?.session == null) {
        return broken({ nodes: [server], values: { worker: 'no session' } });
      }
    }
    const { services } = office.rig.state;
    for (const id of services.keys()) {
      const { spec } = services.get(id)!;
      const replicas = spec.mode.kind === 'replicated' ? spec.mode.replicas : 0;
      for (let slot = 1; slot <= replicas; slot++) {
        const holders = slots.get(`${id}/${slot}`) ?? [];
        const forUs = world.timeUs - (lastUs.get(`${id}/${slot}`) ?? 0);
        if (holders.length < 2 && forUs <= emptyUs) continue;
        const nodes = holders.map((holder) => holder.node);
        const values = { service: spec.name, slot, containers: holders.length, forUs };
        return broken({ nodes, values: { ...values, tasks: tasksOf(office, id) } });
      }
    }
    return held;
  },
});

/** What the managers believe of a service's tasks, for whoever has to find out what went wrong. */
function tasksOf({ rig }: Office, service: string): string {
  const told = rig.tasks(service).map(([id, task]) => {
    const { slot, desired, observed, health, node, reason } = task;
    const status = rig.state.nodes.get(node)?.status ?? 'none';
    return `${id} ${slot} ${desired} ${observed} ${health} on ${node} ${status} ${reason}`;
  });
  return told.join('; ');
}

export const workerLadder: Ladder = ladder({
  name: 'workers',
  ghost: plainLedger<Worker, OrchestratorWireMessage>(),
  rungs: [oneMount, oneContainer, autonomy, writeAhead, grace, settled],
});
