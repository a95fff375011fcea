import type { Config, Domain } from '../../sim/system-definition.ts';

/** Who the nodes of a cluster are: first managers, then workers. */
export interface OrchestratorTopology {
  readonly nodes: number;
  readonly managers: number;
  readonly workers: number;
}

/** What is drawn of the topology; the first value is the calm one. */
export const topologyKnobs: Readonly<Record<string, Domain>> = {
  nodes: { kind: 'one of', values: [8, 7, 12] },
  'orchestrator.managers': { kind: 'one of', values: [3, 5] },
};

/** The topology that a drawn config describes; what it leaves out is calm. */
export function topologyOf(config: Config): OrchestratorTopology {
  const nodes = Number(config.nodes ?? 8);
  const managers = Number(config['orchestrator.managers'] ?? 3);
  return { nodes, managers, workers: nodes - managers };
}

/** Name in the cluster of the worker that is the node at an index, before it loses its disk. */
export function workerName(topology: OrchestratorTopology, index: number): string {
  return `w${index - topology.managers + 1}`;
}
