import type { Config, Domain } from './system-definition.ts';

/**
 * The weather that holds all the time, as against the faults of the plan: latencies, small noise,
 * errors of clocks. All rates are per million, all sizes in bytes.
 */
export interface Environment {
  /** Least one-way latency of a link. */
  readonly netLatencyMinUs: number;
  /** Typical one-way latency; draws come from an integer table with a long tail around it. */
  readonly netLatencyUs: number;
  readonly netLossPerMillion: number;
  readonly netDuplicatePerMillion: number;
  /** Share of messages that ignore the order of their link. */
  readonly netReorderPerMillion: number;
  /** Share of frames damaged on the wire; the transport's checksum turns them into losses. */
  readonly netCorruptPerMillion: number;
  /** Share of damaged frames that the checksum misses: Byzantine, beyond tolerance. */
  readonly netUndetectedPerMillion: number;
  /** Bytes per second of a link; 0: unlimited. */
  readonly netBandwidth: number;
  /** Bytes that may wait on a link before it drops; 0: unlimited. */
  readonly netQueueBytes: number;
  /** Typical latency of a disk operation other than sync. */
  readonly diskLatencyUs: number;
  readonly diskSyncLatencyUs: number;
  /** Room of a node's disk; 0: unlimited. */
  readonly diskCapacityBytes: number;
  /** Grain of torn writes: 64 or 512. */
  readonly diskSectorBytes: number;
  /** Largest initial error of a wall clock, either way. */
  readonly clockOffsetUs: number;
  /** Largest drift of a monotonic clock, either way, in parts per million: the declared bound ε. */
  readonly clockDriftPpm: number;
  /** Whether ties in time are permuted (true) or first in first out. */
  readonly schedulerPermuteTies: boolean;
  /** Share of steps whose messages are held back inside the node for a while. */
  readonly schedulerHoldPerMillion: number;
  /** Longest such while. */
  readonly schedulerHoldUs: number;
  /** Events of a node may be delayed by up to this much according to a drawn priority; 0: never. */
  readonly schedulerHorizonUs: number;
  /** Share of `env.maybe` calls that say yes, for names that are armed in this run. */
  readonly maybePerMillion: number;
}

/** What is on when a scenario says nothing: a quiet data centre. */
export const calmEnvironment: Environment = {
  netLatencyMinUs: 100,
  netLatencyUs: 300,
  netLossPerMillion: 0,
  netDuplicatePerMillion: 0,
  netReorderPerMillion: 0,
  netCorruptPerMillion: 0,
  netUndetectedPerMillion: 0,
  netBandwidth: 0,
  netQueueBytes: 0,
  diskLatencyUs: 50,
  diskSyncLatencyUs: 400,
  diskCapacityBytes: 0,
  diskSectorBytes: 512,
  clockOffsetUs: 0,
  clockDriftPpm: 0,
  schedulerPermuteTies: false,
  schedulerHoldPerMillion: 0,
  schedulerHoldUs: 0,
  schedulerHorizonUs: 0,
  maybePerMillion: 0,
};

/** Config paths of the environment: `net.lossPerMillion` for `netLossPerMillion`, and so on. */
export const environmentPaths: Readonly<Record<keyof Environment, string>> = {
  netLatencyMinUs: 'net.latencyMinUs',
  netLatencyUs: 'net.latencyUs',
  netLossPerMillion: 'net.lossPerMillion',
  netDuplicatePerMillion: 'net.duplicatePerMillion',
  netReorderPerMillion: 'net.reorderPerMillion',
  netCorruptPerMillion: 'net.corruptPerMillion',
  netUndetectedPerMillion: 'net.undetectedPerMillion',
  netBandwidth: 'net.bandwidth',
  netQueueBytes: 'net.queueBytes',
  diskLatencyUs: 'disk.latencyUs',
  diskSyncLatencyUs: 'disk.syncLatencyUs',
  diskCapacityBytes: 'disk.capacityBytes',
  diskSectorBytes: 'disk.sectorBytes',
  clockOffsetUs: 'clock.offsetUs',
  clockDriftPpm: 'clock.driftPpm',
  schedulerPermuteTies: 'scheduler.permuteTies',
  schedulerHoldPerMillion: 'scheduler.holdPerMillion',
  schedulerHoldUs: 'scheduler.holdUs',
  schedulerHorizonUs: 'scheduler.horizonUs',
  maybePerMillion: 'maybe.perMillion',
};

/** The environment that a drawn config describes; what it leaves out is calm. */
export function environmentFromConfig(config: Config): Environment {
  const environment: Record<string, unknown> = { ...calmEnvironment };
  for (const [field, path] of Object.entries(environmentPaths)) {
    const value = config[path];
    if (value !== undefined) environment[field] = value;
  }
  return environment as unknown as Environment;
}

/** Knobs of a stormy environment within tolerance, calm value first. */
export const stormyEnvironmentKnobs: Readonly<Record<string, Domain>> = {
  'net.latencyMinUs': { kind: 'one of', values: [100, 20, 500] },
  'net.latencyUs': { kind: 'one of', values: [300, 100, 1_000, 3_000] },
  'net.lossPerMillion': { kind: 'one of', values: [0, 1_000, 10_000, 50_000] },
  'net.duplicatePerMillion': { kind: 'one of', values: [0, 1_000, 20_000] },
  'net.reorderPerMillion': { kind: 'one of', values: [0, 10_000, 100_000] },
  'net.corruptPerMillion': { kind: 'one of', values: [0, 1_000] },
  'net.bandwidth': { kind: 'one of', values: [0, 10_000_000, 1_000_000] },
  'net.queueBytes': { kind: 'one of', values: [0, 65_536] },
  'disk.latencyUs': { kind: 'one of', values: [50, 10, 500] },
  'disk.syncLatencyUs': { kind: 'one of', values: [400, 50, 2_000, 8_000] },
  'disk.sectorBytes': { kind: 'one of', values: [512, 64] },
  'clock.offsetUs': { kind: 'one of', values: [0, 1_000_000, 3_600_000_000] },
  'clock.driftPpm': { kind: 'one of', values: [0, 200, 20_000] },
  'scheduler.permuteTies': { kind: 'one of', values: [false, true] },
  'scheduler.holdPerMillion': { kind: 'one of', values: [0, 5_000, 50_000] },
  'scheduler.holdUs': { kind: 'one of', values: [1_000, 20_000, 100_000] },
  'scheduler.horizonUs': { kind: 'one of', values: [0, 1_000, 10_000] },
  'maybe.perMillion': { kind: 'one of', values: [0, 50_000, 500_000] },
};
