import type { Fault } from '../../src/index.ts';
import { down, downAtWin, firstReign, frozen, reign, returningReign, servers } from './steering.ts';

/** When what happens, in microseconds. */
export const appendRaceTimes = {
  /** n1 has only n5 to send its entries to, whose disk stands still: its writes are under way. */
  aloneUs: 1_600_000,
  /** n2 leads, and replaces them. */
  secondUs: 2_000_000,
  /** The disk works again. */
  stallEndUs: 2_640_000,
  /** n1 leads again, and brings the replaced entries back. */
  thirdUs: 3_000_000,
  endUs: 5_500_000,
} as const;

const { aloneUs, secondUs, stallEndUs, thirdUs, endUs } = appendRaceTimes;
/** The first four die and come back as the course wants; n5 never does. */
const nodes = servers(4);

const stalledDisk: Fault = {
  kind: 'disk',
  when: { atUs: aloneUs },
  durationUs: stallEndUs - aloneUs,
  target: { node: 'n5' },
  mode: 'stall',
  perMillion: 1_000_000,
  file: '',
};

/**
 * A write of entries is under way at n5 while another leader replaces them, and when the replacement
 * is durable the first leader brings the first ones back. Whoever takes the end of a write for the
 * durability of what now stands at its indices acknowledges an entry that no disk holds.
 */
export const appendRace: readonly Fault[] = [
  ...firstReign(servers(5), 'n1'),
  stalledDisk,
  ...['n2', 'n3', 'n4'].map((node) => down(node, aloneUs, secondUs)),
  frozen('n5', aloneUs + 100_000, secondUs + 540_000),
  ...reign(nodes, 'n2', ['n3', 'n4'], secondUs, thirdUs),
  ...['n3', 'n4'].map((node) => downAtWin(node, 'n2', secondUs, thirdUs)),
  down('n2', stallEndUs + 40_000, endUs),
  frozen('n5', stallEndUs + 60_000, thirdUs + 1_060_000),
  ...returningReign(nodes, 'n1', ['n3', 'n4'], thirdUs, thirdUs + 1_500_000),
  // It forgets what is not durable, as soon as it has said that it holds what n1 sent.
  {
    kind: 'power-loss',
    target: { node: 'n5' },
    when: {
      event: 'send:append-reply',
      of: { node: 'n5' },
      nth: 3,
      notBeforeUs: thirdUs + 1_060_000,
      afterUs: 0,
    },
    durationUs: 300_000,
  },
];
