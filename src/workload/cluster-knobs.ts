import type { Config, Domain } from '../sim/system-definition.ts';

/** Groups of actions, each of which a seed has or leaves out: rare orders come from few kinds. */
export const clusterFeatures = [
  'scaling',
  'deployments',
  'failures',
  'control',
  'tuning',
  'removals',
  'drains',
  'volumes',
  'secrets',
  'trust',
  'watches',
  'quotas',
  'backups',
] as const;
export type ClusterFeature = (typeof clusterFeatures)[number];

const onOrOff: Domain = { kind: 'one of', values: [true, false] };

/** The settings of clients of a cluster, calm value first; each is drawn per seed. */
export const clusterClientKnobs: Readonly<Record<string, Domain>> = {
  'clients.count': { kind: 'between', low: 2, high: 4, calm: 2 },
  'clients.operations': { kind: 'one of', values: [60, 30, 120] },
  /** How many actions of one client may be under way at a time. */
  'clients.lanes': { kind: 'one of', values: [1, 2, 3] },
  'clients.shape': { kind: 'one of', values: ['steady', 'bursts', 'silences'] },
  /** Names that services may have. */
  'cluster.services': { kind: 'one of', values: [6, 3, 10] },
  'cluster.volumeNames': { kind: 'one of', values: [3, 1] },
  /** Share of actions that are about the first service, in per cent. */
  'cluster.hotPercent': { kind: 'one of', values: [20, 0, 60] },
  'cluster.maxReplicas': { kind: 'one of', values: [5, 2, 9] },
  /** Share of actions that open and close nodes, beside the drawn ones, in per cent. */
  'cluster.nodesPercent': { kind: 'one of', values: [0] },
  /** Share of reads that are of the leader, in per cent. */
  'cluster.freshPercent': { kind: 'one of', values: [50, 100, 10] },
  /** Per thousand of intents. */
  'clients.restarts': { kind: 'one of', values: [0, 10, 40] },
  'clients.settling': { kind: 'one of', values: ['quiet', 'loaded'] },
  ...Object.fromEntries(clusterFeatures.map((feature) => [`cluster.${feature}`, onOrOff])),
};

/** Typed access to a drawn config; what it leaves out has its calm value. */
export interface ClusterClientSettings {
  readonly count: number;
  readonly operations: number;
  readonly lanes: number;
  readonly shape: string;
  readonly services: number;
  readonly volumes: number;
  readonly hotPercent: number;
  readonly maxReplicas: number;
  readonly nodesPercent: number;
  readonly freshPercent: number;
  readonly restarts: number;
  readonly loadedSettling: boolean;
  has(feature: ClusterFeature): boolean;
}

/** The clients' part of a drawn config. */
export function clusterClientSettings(config: Config): ClusterClientSettings {
  const setting = (path: string): number | string | boolean => {
    const value = config[path];
    if (value !== undefined) return value;
    const domain = clusterClientKnobs[path]!;
    return domain.kind === 'between' ? (domain.calm ?? domain.low) : domain.values[0]!;
  };
  const number = (path: string): number => setting(path) as number;
  return {
    count: number('clients.count'),
    operations: number('clients.operations'),
    lanes: number('clients.lanes'),
    shape: setting('clients.shape') as string,
    services: number('cluster.services'),
    volumes: number('cluster.volumeNames'),
    hotPercent: number('cluster.hotPercent'),
    maxReplicas: number('cluster.maxReplicas'),
    nodesPercent: number('cluster.nodesPercent'),
    freshPercent: number('cluster.freshPercent'),
    restarts: number('clients.restarts'),
    loadedSettling: setting('clients.settling') === 'loaded',
    has: (feature) => setting(`cluster.${feature}`) === true,
  };
}
