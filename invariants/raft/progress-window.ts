import { settingsFrom } from '../../src/systems/raft/settings.ts';
import type { LadderOptions } from './harness.ts';

/** Rounds of an election that a stable core is given before progress is owed. */
const rounds = 12;

/**
 * How long a stable core must have lasted before progress is owed, from the drawn times: enough for
 * several elections, each as slow as disks, links and held messages can make it.
 */
export function progressWindowUs(config: LadderOptions['config']): number {
  return rounds * roundUs(config);
}

/** The slowest lawful election: a full time-out, then two exchanges with a sync at both ends. */
export function roundUs(config: LadderOptions['config']): number {
  const read = (path: string, otherwise: number): number => {
    const value = config[path];
    return typeof value === 'number' ? value : otherwise;
  };
  const timeoutUs = 2 * settingsFrom(config).electionTimeoutUs;
  const holds = read('scheduler.holdPerMillion', 0) > 0 ? read('scheduler.holdUs', 0) : 0;
  const exchangeUs =
    // The table of latencies has a long tail: ten times the typical one is rare.
    10 * read('net.latencyUs', 300) +
    4 * (read('disk.syncLatencyUs', 400) + read('disk.latencyUs', 50)) +
    holds +
    read('scheduler.horizonUs', 0);
  return timeoutUs + 4 * exchangeUs + 100_000;
}
