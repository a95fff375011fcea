import type { AnyComponent } from '../sim/component.ts';
import type { Config, Domain } from '../sim/system-definition.ts';
import type { ClientsDefinition, HistoryLike } from './clients-definition.ts';
import { ClusterClient } from './cluster-client.ts';
import { ClusterHistory } from './cluster-history.ts';
import type { ClusterIntent } from './cluster-intents.ts';
import { clusterClientKnobs, clusterClientSettings } from './cluster-knobs.ts';
import type { ClusterProtocol } from './cluster-protocol.ts';
import { clusterRequiredCells } from './cluster-required-cells.ts';
import { drawClusterIntents } from './draw-cluster-intents.ts';
import type { WorkloadTimes } from './draw-kv-intents.ts';
import { kvCensus, operationSummary } from './kv-census.ts';
import { type Phases, workloadTimes } from './kv-clients.ts';

/** What a scenario says about its clients of a cluster. */
export interface ClusterClientsOptions {
  /** How the system under test is spoken to. */
  readonly protocol: ClusterProtocol;
  /** How many workers a drawn cluster has. */
  workers(config: Config): number;
  /** The scenario's phases, from which the times of the load follow. Default: 2 s, 8 s, 12 s. */
  readonly phases?: Phases;
  /** Times that are to be others than those which follow from the phases. */
  readonly times?: Partial<WorkloadTimes>;
  /** Replaces domains of knobs; see `clusterClientKnobs`. */
  readonly knobs?: Readonly<Record<string, Domain>>;
  /** Intents in place of those that are drawn. */
  intents?(config: Config, seed: number): readonly ClusterIntent[];
}

const defaultPhases: Phases = { formUs: 2_000_000, stormUs: 8_000_000, settleUs: 12_000_000 };

function asHistory(history: HistoryLike): ClusterHistory {
  if (history instanceof ClusterHistory) return history;
  throw new TypeError('Expected `history` to be the one that `newHistory` made');
}

/** Clients of a cluster of containers, with everything about their load drawn per seed. */
export function clusterClients(options: ClusterClientsOptions): ClientsDefinition {
  const { protocol } = options;
  const times = { ...workloadTimes(options.phases ?? defaultPhases), ...options.times };
  return {
    name: 'cluster-clients',
    knobs: { ...clusterClientKnobs, ...options.knobs },
    drawIntents(config: Config, seed: number): readonly unknown[] {
      if (options.intents !== undefined) return options.intents(config, seed);
      const settings = clusterClientSettings(config);
      return drawClusterIntents(settings, options.workers(config), times, seed);
    },
    count: (config: Config): number => clusterClientSettings(config).count,
    newHistory: (): HistoryLike => new ClusterHistory(),
    client(config, peers, index, intents, history): AnyComponent {
      const { count, lanes } = clusterClientSettings(config);
      const all = intents as readonly ClusterIntent[];
      const own = all.filter((intent) => intent.client % count === index);
      const about = { index, count, lanes, intents: own, history: asHistory(history) };
      const client = new ClusterClient(about);
      return protocol.component({ config, peers, index, begin: (host) => client.begin(host) });
    },
    census: (history: HistoryLike) => kvCensus(asHistory(history)),
    requiredCells: clusterRequiredCells,
    summary: (history: HistoryLike) => operationSummary(asHistory(history)),
  };
}
