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

/** What storms may aim at in the orchestrator. */
export const orchestratorWords = {
  role: 'leader',
  // Every worker, and whoever of the managers does not lead.
  mostOthers: 11,
  clients: ['c1', 'c2'],
  // Of workers; those of managers come first by their names.
  files: ['worker/'],
  roles: ['candidate', 'cut off', 'working'],
  messages: [
    'append',
    'assign',
    'beat',
    'beat-heard',
    'report',
    'report-heard',
    'register',
    'session',
    'join',
    'certified',
    'unmounted',
    'tables',
    'mesh',
    'call-done',
  ],
  probes: [
    'commit advanced',
    'snapshot installed',
    'a node was silent',
    'an assignment was lost',
    'worker lost its session',
    'container ended',
    'container killed after its grace',
  ],
} as const;

/** Name of the node at an index. */
export function nodeAt(index: number): string {
  return `n${index + 1}`;
}
