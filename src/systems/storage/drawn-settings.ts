import type { Config, Domain } from '../../sim/system-definition.ts';
import { type StorageSettings, simulationSettings } from './metadata/settings.ts';
import { type StorageTimings, simulationTimings } from './timings.ts';
import { topologyOf } from './topology.ts';

/** What is drawn of sizes and times, by path; the first value is the calm one. */
export const sizeKnobs: Readonly<Record<string, Domain>> = {
  'storage.blockBytes': { kind: 'one of', values: [256, 64] },
  'storage.blocksPerChunk': { kind: 'one of', values: [16, 4] },
  'storage.graceUs': { kind: 'one of', values: [1_000_000, 200_000] },
  'storage.requestWindow': { kind: 'one of', values: [64, 8] },
  // Bytes of a chunkserver's disk that fragments may take.
  'storage.capacityBytes': { kind: 'one of', values: [1_048_576] },
  // Unequal: others have two or four times as much, and so much more weight.
  'storage.sizes': { kind: 'one of', values: ['equal'] },
};

/** The largest drift that a storm within tolerance gives a clock, as Raft has it. */
const driftBoundPpm = 20_000;

export const timingKnobs: Readonly<Record<string, Domain>> = {
  'storage.serverLeaseUs': { kind: 'one of', values: [1_200_000, 800_000, 2_000_000] },
  'storage.writeLeaseUs': { kind: 'one of', values: [2_000_000, 700_000] },
  'storage.sessionLeaseUs': { kind: 'one of', values: [3_000_000, 1_500_000] },
  'storage.cacheLeaseUs': { kind: 'one of', values: [1_000_000, 250_000] },
  'storage.downGraceUs': { kind: 'one of', values: [500_000, 100_000, 1_500_000] },
  'storage.scrubCycleUs': { kind: 'one of', values: [4_000_000, 1_500_000] },
  'storage.repairBytesPerSecond': { kind: 'one of', values: [65_536, 1_000_000] },
  'storage.sealAfterUs': { kind: 'one of', values: [1_500_000, 300_000] },
};

const knobs: Readonly<Record<string, Domain>> = { ...sizeKnobs, ...timingKnobs };

function numberOf(config: Config, path: string): number {
  const domain = knobs[path]!;
  return Number(config[path] ?? (domain.kind === 'one of' ? domain.values[0] : domain.low));
}

/** The sizes that a drawn config describes; what it leaves out is calm. */
export function storageSettingsFrom(config: Config): StorageSettings {
  const blockBytes = numberOf(config, 'storage.blockBytes');
  const chunkBytes = blockBytes * numberOf(config, 'storage.blocksPerChunk');
  return {
    ...simulationSettings,
    blockBytes,
    chunkBytes,
    maxFileBytes: chunkBytes * 1_024,
    graceUs: numberOf(config, 'storage.graceUs'),
    requestWindow: numberOf(config, 'storage.requestWindow'),
  };
}

/** The times that a drawn config describes; what it leaves out is calm. */
export function storageTimingsFrom(config: Config): StorageTimings {
  return {
    ...simulationTimings,
    driftBoundPpm,
    serverLeaseUs: numberOf(config, 'storage.serverLeaseUs'),
    writeLeaseUs: numberOf(config, 'storage.writeLeaseUs'),
    sessionLeaseUs: numberOf(config, 'storage.sessionLeaseUs'),
    cacheLeaseUs: numberOf(config, 'storage.cacheLeaseUs'),
    downGraceUs: numberOf(config, 'storage.downGraceUs'),
    scrubCycleUs: numberOf(config, 'storage.scrubCycleUs'),
    repairBytesPerSecond: numberOf(config, 'storage.repairBytesPerSecond'),
    sealAfterUs: numberOf(config, 'storage.sealAfterUs'),
  };
}

/** What a chunkserver can take. */
export interface ServerSize {
  /** Its share of the data relative to others. */
  readonly weight: number;
  /** Room for fragments. */
  readonly capacityBytes: number;
}

const weights = [1, 2, 4] as const;

/** Sizes go round the zones, so that each zone gets all of them. */
export function serverSizeFrom(config: Config, index: number): ServerSize {
  const { firstServer, regions } = topologyOf(config);
  const nth = Math.floor((index - firstServer) / regions);
  const weight = config['storage.sizes'] === 'unequal' ? weights[nth % weights.length]! : 1;
  return { weight, capacityBytes: weight * numberOf(config, 'storage.capacityBytes') };
}
