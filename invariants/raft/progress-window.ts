import type { LadderOptions } from '../../src/index.ts';
import { settingsFrom } from '../../src/systems/raft/settings.ts';
import type { RaftFacts } from './moment.ts';

/** Rounds of an election that a stable core is given before progress is owed. */
const rounds = 6;

/** How fast progress is owed in one run, by its drawn times. */
export interface Pace {
  readonly windowUs: number;
  readonly roundUs: number;
  readonly leastCaughtUp: number;
}

/** Worked out once a run: the times do not change, and many looks need them. */
export function paceOf(config: LadderOptions['config']): Pace {
  return {
    windowUs: progressWindowUs(config),
    roundUs: roundUs(config),
    leastCaughtUp: leastCaughtUp(config),
  };
}

/**
 * How long a stable core must have lasted before progress is owed, from the drawn times: enough for
 * several elections, each as slow as disks, links and held messages can make it.
 */
function progressWindowUs(config: LadderOptions['config']): number {
  const { electionTimeoutUs, priorities } = settingsFrom(config);
  // Where priorities differ, a node lets one time-out pass, its first without a leader.
  const yieldedUs = priorities.length > 0 ? 2 * electionTimeoutUs : 0;
  return rounds * roundUs(config) + yieldedUs;
}

/** The slowest lawful election: a full time-out, then two exchanges with a sync at both ends. */
function roundUs(config: LadderOptions['config']): number {
  return 2 * settingsFrom(config).electionTimeoutUs + 2 * exchangeUs(config) + 20_000;
}

/**
 * Whether a stable core owes progress. Without pre-votes, or without a leader that steps down when
 * no quorum answers it, a node outside of the core can disturb it for ever (Howard and Abraham,
 * Raft does not guarantee liveness in the face of network faults, 2020); then it is owed only when
 * every server is a member and attached to the core.
 */
export function progressIsOwed(facts: RaftFacts): boolean {
  const { preVote, checkQuorum } = settingsFrom(facts.options.config);
  if (preVote && checkQuorum) return true;
  return facts.attached.sinceUs.every((sinceUs) => sinceUs >= 0);
}

/**
 * Entries that a follower which lags gets at least within the window, one in each batch, though
 * batches or their answers are lost and sent again with the second heartbeat. Half of the window
 * may go by in an election, during which nobody sends any.
 */
function leastCaughtUp(config: LadderOptions['config']): number {
  const batchUs = exchangeUs(config) + 2 * settingsFrom(config).heartbeatUs;
  return Math.max(1, Math.floor(progressWindowUs(config) / 2 / batchUs));
}

/** There and back, with a sync at both ends. */
function exchangeUs(config: LadderOptions['config']): number {
  const read = (path: string, otherwise: number): number => {
    const value = config[path];
    return typeof value === 'number' ? value : otherwise;
  };
  const holdUs = read('scheduler.holdPerMillion', 0) > 0 ? read('scheduler.holdUs', 0) : 0;
  return (
    // The table of latencies has a long tail: ten times the typical one is rare.
    10 * read('net.latencyUs', 300) +
    2 * (read('disk.syncLatencyUs', 400) + read('disk.latencyUs', 50)) +
    holdUs +
    read('scheduler.horizonUs', 0)
  );
}
