import { type ClientsDefinition, clusterClients, type Domain } from '../../src/index.ts';
import { nodeCiphers } from '../../src/node-crypto/node-ciphers.ts';
import type { OperatorIntent } from '../../src/systems/orchestrator/client/operator-action.ts';
import { operatorProtocol } from '../../src/systems/orchestrator/operator-protocol.ts';
import { topologyOf } from '../../src/systems/orchestrator/topology.ts';

type Config = Readonly<Record<string, number | string | boolean>>;

/** One person at a console, who does one thing after the other. */
export function operators(
  intents: (config: Config, seed: number) => readonly OperatorIntent[],
  knobs: Readonly<Record<string, Domain>> = {},
): ClientsDefinition {
  const one: Domain = { kind: 'one of', values: [1] };
  const clients = clusterClients({
    protocol: operatorProtocol(nodeCiphers) as never,
    workers: (config) => topologyOf(config).workers,
    knobs,
    intents: (config, seed) => intents(config, seed) as never,
  });
  return {
    ...clients,
    knobs: { 'clients.count': one, 'clients.lanes': one, ...knobs },
    requiredCells: [],
  };
}
