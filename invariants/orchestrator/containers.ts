import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import type { Worker } from '../../src/systems/orchestrator/worker/worker.ts';
import { needsLease } from '../../src/systems/orchestrator/worker/worker-state.ts';
import type { ContainerChange, Place } from './machines.ts';
import type { OrchestratorFacts, OrchestratorMoment } from './moment.ts';
import { slotName } from './store-past.ts';
import { isSure } from './sure.ts';
import { hasEnded } from './task-words.ts';

export const oneContainerASlot = rung<OrchestratorMoment>({
  id: 'S16',
  title: 'one container a slot',
  statement:
    'A slot has one running container; two only while an update starts its successor first, or where a service is kept and the managers are not sure of one holder.',
  source: 'SwarmKit 6b3d267f9; MESOS-5345 (M3); kubernetes#59848 (B1); Warren (W1, W3, W4)',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['machine'],
  check({ facts, worker, containers }): Outcome {
    let outcome: Outcome = premiseFalse;
    for (const change of containers) {
      if (change.before !== undefined || worker === undefined) continue;
      if (!facts.machines.isAlive(change)) continue;
      const { service, slot } = change.container.spec;
      for (const other of facts.machines.inSlot(slotName(service, slot))) {
        if (other.container === change.container) continue;
        if (isLawful(facts, change, other)) continue;
        const values = {
          slot: `${service}/${slot}`,
          tasks: [other.container.spec.id, change.container.spec.id],
          bound: change.container.spec.bound,
        };
        return broken({ nodes: [change.node, other.node], values });
      }
      outcome = held;
    }
    return outcome;
  },
});

function isLawful(facts: OrchestratorFacts, one: Place, other: Place): boolean {
  const { world, objects } = facts;
  if (world.damaged(one.node) || world.damaged(other.node)) return true;
  const first = objects.tasks.get(one.container.spec.id);
  const second = objects.tasks.get(other.container.spec.id);
  const apart = first?.revision !== second?.revision;
  if (apart && objects.doubled.has(one.container.spec.service)) return true;
  if (one.container.spec.bound && other.container.spec.bound) {
    return !world.clockWithinBounds(one.node) || !world.clockWithinBounds(other.node);
  }
  return !isSure(facts, one) || !isSure(facts, other);
}

export const oneMount = rung<OrchestratorMoment>({
  id: 'S17',
  title: 'exclusive volume',
  statement:
    'At every instant an exclusive volume is open on one machine at most, for the task and under the epoch of its committed claim.',
  source: 'kubernetes#62061, #65392 (B8); Nomad #26832 (N24); Kleppmann 2016, fencing',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['machine'],
  check({ facts, mounts }): Outcome {
    let outcome: Outcome = premiseFalse;
    const { world, machines, oracle, members } = facts;
    for (const { node, mount } of mounts) {
      if (!world.clockWithinBounds(node)) continue;
      for (const [other, held] of machines.holders(mount.volume)) {
        if (other === node || !world.clockWithinBounds(other)) continue;
        const values = { volume: mount.volume, tasks: [held.task, mount.task] };
        return broken({ nodes: [node, other], values });
      }
      const claim = oracle.state?.volumes.get(mount.volume)?.claim ?? null;
      const isOwn =
        claim?.task === mount.task &&
        claim.epoch === mount.epoch &&
        claim.node === members.idOf(node);
      if (!isOwn) {
        const values = { ...mount, claim: claim?.task ?? 'none', claimed: claim?.epoch ?? 0 };
        return broken({ nodes: [node], values });
      }
      outcome = held;
    }
    return outcome;
  },
});

export const workersAreAutonomous = rung<OrchestratorMoment>({
  id: 'S25',
  title: 'autonomy',
  statement:
    'A worker that is cut off starts and stops nothing but what its disk tells it to, also after its agent has died and come back.',
  source: 'Warren, autonomy (W1); Nomad, stop_on_client_after; moby#32416 (K33)',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['machine'],
  check({ facts, worker, containers, node }): Outcome {
    if (worker === undefined || facts.world.damaged(node)) return premiseFalse;
    const { core } = worker;
    if (core.connected || core.phase !== 'working') return premiseFalse;
    for (const change of containers) {
      const why = unasked(worker, change);
      if (why === null) continue;
      const { phase, spec } = change.container;
      const values = { task: spec.id, service: spec.service, phase, why };
      return broken({ nodes: [node], values });
    }
    return core.state.tasks.size > 0 ? held : premiseFalse;
  },
});

/** Why a cut-off worker had no reason to do this; null when it had one. */
function unasked({ core }: Worker, { container, before }: ContainerChange): string | null {
  const { phase, spec } = container;
  const isStart = before === undefined && phase === 'starting';
  if (phase !== 'stopping' && !isStart) return null;
  const task = core.state.tasks.get(spec.id);
  if (task === undefined) return isStart ? 'no such task' : null;
  const { assigned, dropped, status } = task;
  const wanted = !dropped && assigned.desired === 'running' && !core.drained;
  const lapsed = needsLease(assigned) && !core.leaseHolds;
  if (phase === 'stopping') {
    return !wanted || lapsed || status.health === 'unhealthy' ? null : 'it is wanted';
  }
  return wanted && !lapsed && !hasEnded(status.observed) ? null : 'it is not wanted';
}

export const fencedInTime = rung<OrchestratorMoment>({
  id: 'S16F',
  title: 'fenced in time',
  statement:
    'What is to be fenced runs only under a lease, or for its grace beyond; it is the container itself that ends then.',
  source: 'Nomad, stop_on_client_after; Gray and Cheriton 1989',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['machine'],
  check({ facts, worker, containers, node }): Outcome {
    if (worker === undefined || facts.world.damaged(node)) return premiseFalse;
    let outcome: Outcome = premiseFalse;
    for (const { container, before } of containers) {
      if (before !== undefined || container.phase !== 'starting') continue;
      const task = worker.core.state.tasks.get(container.spec.id);
      if (task === undefined || !mustBeBound(task.assigned)) continue;
      if (!container.spec.bound || !worker.core.leaseHolds) {
        const values = { task: container.spec.id, bound: container.spec.bound };
        return broken({ nodes: [node], values });
      }
      outcome = held;
    }
    return outcome;
  },
});

function mustBeBound({ spec, volumes }: Parameters<typeof needsLease>[0]): boolean {
  return spec.template.disconnect.kind === 'fence' || volumes.some(({ exclusive }) => exclusive);
}

export const fencedLate = rung<OrchestratorMoment>({
  id: 'S16L',
  title: 'fenced late enough',
  statement:
    'A node counts as fenced only when every lease that it can have had is over, with the grace of what it runs, on the slowest lawful clock.',
  source: 'Gray and Cheriton 1989, leases; Warren, no fencing at all',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['chain'],
  check({ facts }): Outcome {
    const { machines, world, members } = facts;
    let outcome: Outcome = premiseFalse;
    for (const node of facts.fences.splice(0)) {
      const machine = members.machineOf(node);
      const truth = machine < 0 ? undefined : machines.machine(machine);
      if (truth === undefined || !world.clockWithinBounds(machine)) continue;
      const nowUs = world.monotonicUs(machine);
      const alive = truth.running(nowUs).find(({ spec }) => spec.bound);
      if (alive !== undefined) {
        return broken({ nodes: [machine], values: { node, task: alive.spec.id } });
      }
      const [open] = truth.open(nowUs);
      if (open !== undefined) return broken({ nodes: [machine], values: { node, ...open } });
      outcome = held;
    }
    return outcome;
  },
});
