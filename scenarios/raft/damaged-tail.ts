import type { Fault } from '../../src/index.ts';
import { down, firstReign, frozen, servers } from './steering.ts';

/** When what happens, in microseconds. */
export const damagedTailTimes = {
  /** n3 goes: from here on n1 and n2 alone make the majority. */
  n3GoneUs: 2_000_000,
  /** n2 dies, and its disk rots where its log ends. */
  n2GoneUs: 2_600_000,
  /** n1 stands still: what n2 has lost is nowhere else. */
  n1FrozenUs: 3_000_000,
  n2BackUs: 3_200_000,
  n3BackUs: 3_500_000,
  n1BackUs: 5_000_000,
} as const;

const { n3GoneUs, n2GoneUs, n1FrozenUs, n2BackUs, n3BackUs, n1BackUs } = damagedTailTimes;

function rot(positionPerMillion: number): Fault {
  return {
    kind: 'bit-flip',
    target: { node: 'n2' },
    when: { atUs: n2GoneUs + 50_000 },
    durationUs: 0,
    file: 'wal',
    positionPerMillion,
    bit: 3,
  };
}

/**
 * Committed entries are on two of three nodes; one of the two loses some of them to damage, the
 * other one stands still, and the third never had them. Whoever takes the third's word that there
 * are none elects a leader without them.
 */
export const damagedTail: readonly Fault[] = [
  ...firstReign(servers(3), 'n1'),
  down('n3', n3GoneUs, n3BackUs),
  down('n2', n2GoneUs, n2BackUs),
  // Each in another batch, all of them behind the last entry that n3 has.
  rot(985_000),
  rot(955_000),
  rot(925_000),
  rot(895_000),
  rot(865_000),
  frozen('n1', n1FrozenUs, n1BackUs),
];
