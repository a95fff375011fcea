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
  /** Entries, and bytes of their data, that may wait for commitment before a leader refuses more. */
  readonly maxUncommitted: number;
  readonly maxUncommittedBytes: number;
  /** Appends, and bytes of their entries, that may be on their way to one follower. */
  readonly maxInflight: number;
  readonly maxInflightBytes: number;
  /** Client sessions that are kept. */
  readonly sessions: number;
  readonly preVote: boolean;
  readonly checkQuorum: boolean;
  /** Serve reads without asking a quorum while a lease lasts; only with `checkQuorum`. */
  readonly leaseReads: boolean;
  /** How wrong the rate of a monotonic clock may be, either way, in parts per million. */
  readonly driftBoundPpm: number;
  /** Who should rather lead: for each node in order its priority; those left out have 0. */
  readonly priorities: readonly number[];
  /** So many of the last nodes are no members at first. */
  readonly spares: number;
  /** So many nodes before the spares follow the log and do not vote at first; default 0. */
  readonly learners: number;
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
  'raft.maxUncommittedBytes': { kind: 'one of', values: [1_000_000, 300, 10_000] },
  'raft.maxInflight': { kind: 'one of', values: [16, 1, 3] },
  'raft.maxInflightBytes': { kind: 'one of', values: [1_000_000, 1, 1_000] },
  'raft.sessions': { kind: 'one of', values: [1_000, 64, 16] },
  // Without one of these a node outside of the stable core may keep it from making progress, so
  // most runs have both (see `invariants/raft/progress-window.ts`).
  'raft.preVote': { kind: 'one of', values: [true, true, true, true, true, false] },
  'raft.checkQuorum': { kind: 'one of', values: [true, true, true, true, true, false] },
  'raft.leaseReads': { kind: 'one of', values: [false, true] },
  // The largest drift that a storm within tolerance gives a clock.
  'raft.driftBoundPpm': { kind: 'one of', values: [20_000] },
  'raft.priorities': { kind: 'one of', values: ['equal', 'first', 'last'] },
  'raft.spares': { kind: 'one of', values: [0, 1, 2] },
};

/** Priorities of at most this many nodes are told apart. */
const mostRanked = 16;

function prioritiesOf(name: string): readonly number[] {
  if (name === 'first') return [1];
  return name === 'last' ? Array.from({ length: mostRanked }, (_, index) => index) : [];
}

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
    maxUncommittedBytes: number('maxUncommittedBytes'),
    maxInflight: number('maxInflight'),
    maxInflightBytes: number('maxInflightBytes'),
    sessions: number('sessions'),
    preVote: setting('preVote') as boolean,
    checkQuorum: setting('checkQuorum') as boolean,
    leaseReads: (setting('leaseReads') as boolean) && (setting('checkQuorum') as boolean),
    driftBoundPpm: number('driftBoundPpm'),
    priorities: prioritiesOf(setting('priorities') as string),
    spares: number('spares'),
    learners: Number(config['raft.learners'] ?? 0),
  };
}
