import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import type { Tables } from '../../src/systems/orchestrator/messages/worker-messages.ts';
import type { ServiceTable } from '../../src/systems/orchestrator/network/service-table.ts';
import type { OrchestratorFacts, OrchestratorMoment } from './moment.ts';

/**
 * Tables that were found right. A manager tells all workers the same table, which is true or false of
 * its own index whoever is told it: looked at once, it costs no look a worker.
 */
type Right = WeakSet<ServiceTable>;

export const trafficGoesToTheWell = rung<OrchestratorMoment, Right>({
  id: 'S22',
  title: 'traffic',
  statement:
    'A table names only tasks of its own service that were running, healthy and wanted as of its index, each by its address, on the sides and by the weights that its deployment has committed.',
  source:
    'moby#35548, #26733, #33790 (K31); Nomad #26424 (N3); kubernetes#23034 (B5); Warren (W10)',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['send:tables'],
  ghost: () => new WeakSet(),
  check({ facts, message, node }, right): Outcome {
    let outcome: Outcome = premiseFalse;
    for (const { table } of (message as Tables).tables) {
      if (!right.has(table)) {
        const wrong = faultOf(facts, table);
        if (wrong !== null) {
          const { service, revision } = table;
          return broken({ nodes: [node], values: { service, revision, ...wrong } });
        }
        right.add(table);
      }
      if (table.sides.length > 0) outcome = held;
    }
    return outcome;
  },
});

function faultOf(
  { objects, oracle }: OrchestratorFacts,
  { revision, sides, gone, service }: ServiceTable,
): Readonly<Record<string, unknown>> | null {
  if (revision > oracle.last) return { last: oracle.last };
  const id = objects.named(service, revision);
  if (gone) return sides.length === 0 ? null : { sides: sides.length };
  if (id === '') return { named: 'nothing' };
  const share = objects.share(id, revision);
  let weights = 0;
  const addresses = new Set<number>();
  for (const { weight, backends, specVersion } of sides) {
    weights += weight;
    if (backends.length === 0 || weight < 1) return { side: specVersion, weight, backends: 0 };
    const isNew = specVersion === share?.revision;
    if (share?.weight === 100 && !isNew) return { side: specVersion, switched: share.revision };
    const isShared = share !== null && sides.length > 1;
    if (isShared && isNew && weight !== share.weight) return { weight, share: share.weight };
    for (const { task, address } of backends) {
      const known = objects.tasks.get(task);
      if (known?.service !== id) return { task, of: known?.service ?? 'none' };
      if (!objects.wasWell(task, revision)) return { task, well: false };
      if (addresses.has(address)) return { task, address: 'twice' };
      addresses.add(address);
    }
  }
  return sides.length === 0 || weights === 100 ? null : { weights };
}

/** What one life of a worker's agent was told of: the newest revision by network and service. */
interface Told {
  readonly life: number;
  readonly networks: Map<string, Map<string, number>>;
}

export const tablesGoForward = rung<OrchestratorMoment, Map<number, Told>>({
  id: 'S22F',
  title: 'tables go forward',
  statement:
    'In one life a worker never sends requests by an older table of a service than before.',
  source: 'moby#33790; Sieve, OSDI 2022: time travel',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['receive:tables'],
  ghost: () => new Map(),
  check({ facts, message, node, worker }, workers): Outcome {
    if (worker === undefined) return premiseFalse;
    let outcome: Outcome = premiseFalse;
    const { networks } = toldIn(workers, node, facts.world.incarnation(node));
    for (const { network, table } of (message as Tables).tables) {
      const now = worker.core.tables.network(network).table(table.service)?.revision;
      if (now === undefined) continue;
      const revisions = networks.get(network) ?? new Map<string, number>();
      networks.set(network, revisions);
      const before = revisions.get(table.service) ?? 0;
      if (now < before)
        return broken({ nodes: [node], values: { service: table.service, now, before } });
      revisions.set(table.service, now);
      outcome = held;
    }
    return outcome;
  },
});

function toldIn(workers: Map<number, Told>, node: number, life: number): Told {
  const known = workers.get(node);
  if (known?.life === life) return known;
  const told: Told = { life, networks: new Map() };
  workers.set(node, told);
  return told;
}
