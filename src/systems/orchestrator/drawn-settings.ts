import type { Config, Domain } from '../../sim/system-definition.ts';
import { defaultSettings, type OrchestratorSettings } from './state/settings.ts';
import { type OrchestratorTimings, simulationTimings } from './timings.ts';

/** What is drawn of sizes and times, by path; the first value is the calm one. */
export const settingKnobs: Readonly<Record<string, Domain>> = {
  // Slots, tasks or reports in one entry.
  'orchestrator.batch': { kind: 'one of', values: [16, 1, 3] },
  'orchestrator.requestWindow': { kind: 'one of', values: [64, 4] },
  'orchestrator.taskHistory': { kind: 'one of', values: [2, 0] },
  'orchestrator.orphanUs': { kind: 'one of', values: [86_400_000_000, 4_000_000] },
  // Few enough that they run out, or come round, in a run.
  'orchestrator.taskAddresses': { kind: 'one of', values: [65_534, 100] },
  'orchestrator.hostPorts': { kind: 'one of', values: [2_768, 3] },
  'orchestrator.eventsKept': { kind: 'one of', values: [4_096, 32] },
  'orchestrator.beatUs': { kind: 'one of', values: [500_000, 200_000] },
  'orchestrator.leaseUs': { kind: 'one of', values: [1_500_000, 900_000] },
  'orchestrator.downUs': { kind: 'one of', values: [1_600_000, 1_000_000] },
  'orchestrator.fenceMarginUs': { kind: 'one of', values: [200_000, 20_000] },
  'orchestrator.batchUs': { kind: 'one of', values: [20_000, 1_000, 100_000] },
  'orchestrator.sessionLeaseUs': { kind: 'one of', values: [10_000_000, 2_000_000] },
  'orchestrator.certificateUs': { kind: 'one of', values: [86_400_000_000] },
  /** How wrong the rate of a monotonic clock may be: what storms within tolerance take. */
  'orchestrator.driftBoundPpm': { kind: 'one of', values: [20_000] },
};

function numberOf(config: Config, name: string): number {
  const path = `orchestrator.${name}`;
  const domain = settingKnobs[path]!;
  return Number(config[path] ?? (domain.kind === 'one of' ? domain.values[0] : domain.low));
}

/** The sizes that a drawn config describes; what it leaves out is calm. */
export function orchestratorSettingsFrom(config: Config): OrchestratorSettings {
  const { taskAddresses, hostPorts } = defaultSettings;
  return {
    ...defaultSettings,
    batch: numberOf(config, 'batch'),
    requestWindow: numberOf(config, 'requestWindow'),
    taskHistory: numberOf(config, 'taskHistory'),
    orphanUs: numberOf(config, 'orphanUs'),
    taskAddresses: { ...taskAddresses, count: numberOf(config, 'taskAddresses') },
    hostPorts: { ...hostPorts, count: numberOf(config, 'hostPorts') },
  };
}

/** The times that a drawn config describes; what it leaves out is calm. */
export function orchestratorTimingsFrom(config: Config): OrchestratorTimings {
  const beatUs = numberOf(config, 'beatUs');
  return {
    ...simulationTimings,
    beatUs,
    beatJitterUs: Math.floor(beatUs / 10),
    leaseUs: numberOf(config, 'leaseUs'),
    downUs: numberOf(config, 'downUs'),
    fenceMarginUs: numberOf(config, 'fenceMarginUs'),
    batchUs: numberOf(config, 'batchUs'),
    sessionLeaseUs: numberOf(config, 'sessionLeaseUs'),
    certificateUs: numberOf(config, 'certificateUs'),
    driftBoundPpm: numberOf(config, 'driftBoundPpm'),
  };
}

/** How many events a manager keeps for its subscribers. */
export function eventsKeptFrom(config: Config): number {
  return numberOf(config, 'eventsKept');
}
