import type { AnyComponent } from '../sim/component.ts';
import type { Config, Domain } from '../sim/system-definition.ts';
import type { ClientsDefinition, HistoryLike } from './clients-definition.ts';
import { drawFileIntents } from './draw-file-intents.ts';
import type { WorkloadTimes } from './draw-kv-intents.ts';
import { FileClient } from './file-client.ts';
import { FileHistory } from './file-history.ts';
import type { FileIntent } from './file-intents.ts';
import { fileClientKnobs, fileClientSettings } from './file-knobs.ts';
import type { FileMode, FileProtocol } from './file-protocol.ts';
import { fileRequiredCells } from './file-required-cells.ts';
import { kvCensus, operationSummary } from './kv-census.ts';
import { type Phases, workloadTimes } from './kv-clients.ts';

/** What a scenario says about its clients of files. */
export interface FileClientsOptions {
  /** How the system under test is spoken to. */
  readonly protocol: FileProtocol;
  /** The scenario's phases, from which the times of the load follow. Default: 2 s, 8 s, 6 s. */
  readonly phases?: Phases;
  /** Times that are to be others than those which follow from the phases. */
  readonly times?: Partial<WorkloadTimes>;
  /** Replaces domains of knobs; see `fileClientKnobs`. */
  readonly knobs?: Readonly<Record<string, Domain>>;
}

const defaultPhases: Phases = { formUs: 2_000_000, stormUs: 8_000_000, settleUs: 6_000_000 };

function asHistory(history: HistoryLike): FileHistory {
  if (history instanceof FileHistory) return history;
  throw new TypeError('Expected `history` to be the one that `newHistory` made');
}

function modeOf(mode: string, index: number): FileMode {
  if (mode === 'mixed') return index % 2 === 0 ? 'strict' : 'close-to-open';
  return mode === 'strict' ? 'strict' : 'close-to-open';
}

/** Clients of a file service, with everything about their load drawn per seed. */
export function fileClients(options: FileClientsOptions): ClientsDefinition {
  const { protocol } = options;
  const knobs = { ...fileClientKnobs, ...options.knobs };
  const times = { ...workloadTimes(options.phases ?? defaultPhases), ...options.times };
  return {
    name: 'file-clients',
    knobs,
    drawIntents(config: Config, seed: number): readonly unknown[] {
      return drawFileIntents(fileClientSettings(config), protocol.limits, times, seed);
    },
    count: (config: Config): number => fileClientSettings(config).count,
    newHistory: (): HistoryLike => new FileHistory(),
    client(config, peers, index, intents, history): AnyComponent {
      const { count, lanes, mode: modes } = fileClientSettings(config);
      const mode = modeOf(modes, index);
      const all = intents as readonly FileIntent[];
      const own = all.filter((intent) => intent.client % count === index);
      const client = new FileClient({
        index,
        count,
        mode,
        lanes,
        intents: own,
        history: asHistory(history),
      });
      return protocol.component({
        config,
        peers,
        index,
        mode,
        begin: (host) => client.begin(host),
      });
    },
    census: (history: HistoryLike) => kvCensus(asHistory(history)),
    requiredCells: fileRequiredCells(protocol.limits, knobs),
    summary: (history: HistoryLike) => operationSummary(asHistory(history)),
  };
}
