import type { AnyComponent } from '../sim/component.ts';
import type { Message } from '../sim/message.ts';
import type { Config, Domain } from '../sim/system-definition.ts';
import type { ClientsDefinition, HistoryLike } from './clients-definition.ts';
import { drawKvIntents, type WorkloadTimes } from './draw-kv-intents.ts';
import { History } from './history.ts';
import { kvCensus, operationSummary } from './kv-census.ts';
import { kvClient } from './kv-client.ts';
import type { KvIntent } from './kv-intents.ts';
import { kvClientKnobs, kvClientSettings } from './kv-knobs.ts';
import type { KvProtocol } from './kv-protocol.ts';
import { kvRequiredCells } from './kv-required-cells.ts';

/** What a scenario says about its key-value clients. */
export interface KvClientsOptions<M extends Message> {
  /** How the system under test is spoken to. */
  readonly protocol: KvProtocol<M>;
  /**
   * The scenario's phases, from which the times of the load follow: first calls while the cluster
   * forms, most in the storm, some while it settles (drawn), and last reads of all keys. Default:
   * 1 s, 7 s, 3 s.
   */
  readonly phases?: Phases;
  /** Times that are to be others than those which follow from the phases. */
  readonly times?: Partial<WorkloadTimes>;
  /** Replaces domains of knobs; see `kvClientKnobs`. */
  readonly knobs?: Readonly<Record<string, Domain>>;
}

/** How long the phases of a scenario last. */
export interface Phases {
  readonly formUs: number;
  readonly stormUs: number;
  readonly settleUs: number;
}

const defaultPhases: Phases = { formUs: 1_000_000, stormUs: 7_000_000, settleUs: 3_000_000 };

/** When a load begins and ends in phases. */
export function workloadTimes(phases: Phases): WorkloadTimes {
  const healUs = phases.formUs + phases.stormUs;
  return {
    startUs: phases.formUs >> 1,
    endUs: healUs,
    // Progress is owed some election time-outs after the storm: somebody has to ask until then.
    settleUs: healUs + Math.floor(phases.settleUs * 0.8),
    finalReadsUs: healUs + Math.floor(phases.settleUs * 0.85),
  };
}

function asHistory(history: HistoryLike): History {
  if (history instanceof History) return history;
  throw new TypeError('Expected `history` to be the one that `newHistory` made');
}

/** Clients of a key-value service, with everything about their load drawn per seed. */
export function kvClients<M extends Message>(options: KvClientsOptions<M>): ClientsDefinition {
  const times = { ...workloadTimes(options.phases ?? defaultPhases), ...options.times };
  return {
    name: 'kv-clients',
    knobs: { ...kvClientKnobs, ...options.knobs },
    drawIntents(config: Config, seed: number): readonly unknown[] {
      return drawKvIntents(kvClientSettings(config), options.protocol.limits, times, seed);
    },
    count: (config: Config): number => kvClientSettings(config).count,
    newHistory: (): HistoryLike => new History(),
    client(config, peers, index, intents, history): AnyComponent {
      return kvClient({
        protocol: options.protocol,
        settings: kvClientSettings(config),
        peers,
        index,
        intents: intents as readonly KvIntent[],
        history: asHistory(history),
      });
    },
    census: (history: HistoryLike) => kvCensus(asHistory(history)),
    requiredCells: kvRequiredCells(options.protocol.refusals ?? {}),
    summary: (history: HistoryLike) => operationSummary(asHistory(history)),
  };
}
