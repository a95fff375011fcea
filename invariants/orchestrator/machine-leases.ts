import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import type { OrchestratorMoment } from './moment.ts';

export const oneOwnerOnAMachine = rung<OrchestratorMoment>({
  id: 'S18M',
  title: 'one owner on a machine',
  statement:
    'No container starts on a machine where another one that may be running has its address or one of its ports.',
  source: 'SwarmKit 1f6ed9752, docker#29247 (K16); Linux, bind(2): EADDRINUSE',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['machine'],
  check({ facts, containers, node }): Outcome {
    if (facts.world.damaged(node)) return premiseFalse;
    const { machines, objects } = facts;
    let outcome: Outcome = premiseFalse;
    for (const change of containers) {
      if (change.before !== undefined || !machines.isAlive(change)) continue;
      const { machine, container } = change;
      const leases = objects.leases.get(container.spec.id) ?? [];
      for (const other of machine.containers.values()) {
        if (other === container || !machines.isAlive({ ...change, container: other })) continue;
        const others = objects.leases.get(other.spec.id) ?? [];
        const lease = leases.find((name) => others.includes(name));
        if (lease === undefined) {
          outcome = held;
          continue;
        }
        return broken({
          nodes: [node],
          values: { lease, tasks: [other.spec.id, container.spec.id] },
        });
      }
    }
    return outcome;
  },
});
