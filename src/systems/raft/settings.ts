import type { Config, Domain } from '../../sim/system-definition.ts';

/** Constants of a node. Times in microseconds, sizes in bytes. */
export interface RaftSettings {
  /** Least time without a leader before a node campaigns; each draws between one and two of it. */
  readonly electionTimeoutUs: number;
  /** Time between two heartbeats; well below the election timeout. */
  readonly heartbeatUs: number;
  /** A segment of the log that has reached this size is continued in a new one. */
  readonly segmentBytes: number;
  /** A snapshot is taken when so many entries were applied since the last one. */
  readonly snapshotEntries: number;
  /** Entries that stay in memory before a snapshot, for followers that lag a little. */
  readonly trailingEntries: number;
  /** Bytes of a snapshot in one message; more when it would take over 512 messages. */
  readonly chunkBytes: number;
  /** Entries, and bytes of their data, in one append. */
  readonly batchEntries: number;
  readonly batchBytes: number;
  /** Entries that may wait for commitment before a leader refuses more. */
  readonly maxUncommitted: number;
  /** Client sessions that are kept. */
  readonly sessions: number;
  readonly preVote: boolean;
  readonly checkQuorum: boolean;
}

/** What is drawn per seed; the first value is the calm one. */
export const raftKnobs: Readonly<Record<string, Domain>> = {
  'raft.electionTimeoutUs': { kind: 'one of', values: [150_000, 100_000, 300_000] },
  'raft.heartbeatUs': { kind: 'one of', values: [40_000, 20_000, 50_000] },
  'raft.segmentBytes': { kind: 'one of', values: [65_536, 256, 4_096] },
  'raft.snapshotEntries': { kind: 'one of', values: [1_000, 3, 20, 100] },
  'raft.trailingEntries': { kind: 'one of', values: [100, 0, 5] },
  'raft.chunkBytes': { kind: 'one of', values: [4_096, 16, 256] },
  'raft.batchEntries': { kind: 'one of', values: [64, 1, 3] },
  'raft.batchBytes': { kind: 'one of', values: [65_536, 1, 200] },
  'raft.maxUncommitted': { kind: 'one of', values: [1_000, 4, 30] },
  'raft.sessions': { kind: 'one of', values: [1_000, 64, 16] },
  'raft.preVote': { kind: 'one of', values: [true] },
  'raft.checkQuorum': { kind: 'one of', values: [true] },
};

/** The settings that a drawn config describes; what it leaves out is calm. */
export function settingsFrom(config: Config): RaftSettings {
  const setting = (name: string) => {
    const path = `raft.${name}`;
    const domain = raftKnobs[path]!;
    return config[path] ?? (domain.kind === 'one of' ? domain.values[0] : domain.low);
  };
  const number = (name: string) => setting(name) as number;
  return {
    electionTimeoutUs: number('electionTimeoutUs'),
    heartbeatUs: number('heartbeatUs'),
    segmentBytes: number('segmentBytes'),
    snapshotEntries: number('snapshotEntries'),
    trailingEntries: number('trailingEntries'),
    chunkBytes: number('chunkBytes'),
    batchEntries: number('batchEntries'),
    batchBytes: number('batchBytes'),
    maxUncommitted: number('maxUncommitted'),
    sessions: number('sessions'),
    preVote: setting('preVote') as boolean,
    checkQuorum: setting('checkQuorum') as boolean,
  };
}
