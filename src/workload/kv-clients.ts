import type { AnyComponent } from '../sim/component.ts';
import type { Message } from '../sim/message.ts';
import type { Config, Domain } from '../sim/system-definition.ts';
import type { ClientsDefinition, HistoryLike } from './clients-definition.ts';
import { drawKvIntents, type WorkloadTimes } from './draw-kv-intents.ts';
import { History } from './history.ts';
import { kvCensus } from './kv-census.ts';
import { kvClient } from './kv-client.ts';
import type { KvIntent } from './kv-intents.ts';
import { kvClientKnobs, kvClientSettings } from './kv-knobs.ts';
import type { KvProtocol } from './kv-protocol.ts';

/** What a scenario says about its key-value clients. */
export interface KvClientsOptions<M extends Message> {
  /** How the system under test is spoken to. */
  readonly protocol: KvProtocol<M>;
  /** When calls are made; default: from 0.3 s to 6 s, settling to 8 s, last reads at 9 s. */
  readonly times?: Partial<WorkloadTimes>;
  /** Replaces domains of knobs, or adds none; see `kvClientKnobs`. */
  readonly knobs?: Readonly<Record<string, Domain>>;
}

const defaultTimes: WorkloadTimes = {
  startUs: 300_000,
  endUs: 6_000_000,
  settleUs: 8_000_000,
  finalReadsUs: 9_000_000,
};

function asHistory(history: HistoryLike): History {
  if (history instanceof History) return history;
  throw new TypeError('Expected `history` to be the one that `newHistory` made');
}

/** Clients of a key-value service, with everything about their load drawn per seed. */
export function kvClients<M extends Message>(options: KvClientsOptions<M>): ClientsDefinition {
  const times = { ...defaultTimes, ...options.times };
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
  };
}
