import {
  type ClientsDefinition,
  clusterClients,
  type Domain,
  type SystemDefinition,
  seconds,
} from '../../src/index.ts';
import { nodeCiphers } from '../../src/node-crypto/node-ciphers.ts';
import { standardImages } from '../../src/systems/orchestrator/client/wares.ts';
import { orchestratorProtocol } from '../../src/systems/orchestrator/cluster-protocol.ts';
import { orchestrator } from '../../src/systems/orchestrator/orchestrator.ts';
import { topologyOf } from '../../src/systems/orchestrator/topology.ts';

/** Phases that all drawn scenarios of the orchestrator share: deployments take seconds to end. */
export const phases = { form: seconds(2), storm: seconds(8), settle: seconds(16) } as const;

/** How long phases last, in microseconds. */
interface Lengths {
  readonly form: number;
  readonly storm: number;
  readonly settle: number;
}

/** The cluster with ciphers that are real and images that are not. */
export function cluster(knobs: Readonly<Record<string, Domain>> = {}): SystemDefinition {
  return orchestrator({ ciphers: nodeCiphers, images: standardImages, knobs });
}

/** Clients of a cluster whose load follows the phases. */
export function orchestratorClients(
  knobs: Readonly<Record<string, Domain>> = {},
  { form, storm, settle }: Lengths = phases,
): ClientsDefinition {
  return clusterClients({
    protocol: orchestratorProtocol(nodeCiphers),
    workers: (config) => topologyOf(config).workers,
    phases: { formUs: form, stormUs: storm, settleUs: settle },
    times: { finalReadsUs: form + storm + Math.floor(settle * 0.9) },
    knobs,
  });
}
