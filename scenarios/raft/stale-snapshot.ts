import type { Fault } from '../../src/index.ts';
import { down, firstReign, frozen, servers } from './steering.ts';

/** When what happens, in microseconds. */
export const staleSnapshotTimes = {
  /** n3 goes; what it misses is compacted away. */
  n3GoneUs: 2_000_000,
  n3BackUs: 2_800_000,
  /** n1, which has sent a snapshot, stands still, and another one leads. */
  n1FrozenUs: 3_300_000,
  n1BackUs: 4_300_000,
  endUs: 6_000_000,
} as const;

const { n3GoneUs, n3BackUs, n1FrozenUs, n1BackUs, endUs } = staleSnapshotTimes;

/** All that comes to n3 comes late, in any order, and often twice. */
const lateToN3: Fault = {
  kind: 'degrade',
  when: { atUs: n3BackUs - 50_000 },
  durationUs: endUs - n3BackUs,
  target: { node: 'n3' },
  all: false,
  lossPerMillion: 20_000,
  duplicatePerMillion: 500_000,
  reorderPerMillion: 500_000,
  corruptPerMillion: 0,
  extraLatencyUs: 120_000,
};

/**
 * A node that lags gets snapshot after snapshot over a link that delays, reorders and repeats, from
 * two leaders in turn: pieces of older ones come when the node has gone on already.
 */
export const staleSnapshot: readonly Fault[] = [
  ...firstReign(servers(3), 'n1'),
  down('n3', n3GoneUs, n3BackUs),
  lateToN3,
  frozen('n1', n1FrozenUs, n1BackUs),
];
