import type { Fault } from '../../src/index.ts';
import {
  down,
  downAtWin,
  downWhen,
  firstReign,
  reign,
  returningReign,
  servers,
} from './steering.ts';

/** When the parts of figure 8 of the Raft paper begin, in microseconds. */
export const figure8Times = {
  /** (a): n1 leads and only n2 gets its newest entries. */
  aUs: 2_000_000,
  /** (b): n5 is elected by n3 and n4, and keeps its own entry to itself. */
  bUs: 2_100_000,
  /** (c): n1 is elected again and brings its old entries to n3: a majority holds them. */
  cUs: 3_000_000,
  /** (d): n5 is elected again by n3 and n4, and overwrites them. */
  dUs: 4_500_000,
  /** Everybody is back. */
  endUs: 6_500_000,
} as const;

const nodes = servers(5);
const { aUs, bUs, cUs, dUs, endUs } = figure8Times;

/** Up to (c): both branches of the figure begin so. n1 leads and n3 has just got an old entry. */
export const untilOldEntriesSpread: readonly Fault[] = [
  ...firstReign(nodes, 'n1'),
  down('n3', aUs, bUs),
  down('n4', aUs, bUs),
  down('n5', aUs, bUs),
  ...reign(nodes, 'n5', ['n3', 'n4'], bUs, cUs),
  downAtWin('n3', 'n5', bUs, cUs),
  downAtWin('n4', 'n5', bUs, cUs),
  ...returningReign(nodes, 'n1', ['n2', 'n3'], cUs, dUs),
];

/** What n3 has told its leader when n1 knows that a majority holds an old entry, and not more. */
const firstCopyAcknowledged = {
  event: 'send:append-reply',
  of: { node: 'n3' },
  nth: 2,
  notBeforeUs: cUs,
  afterUs: 8_000,
} as const;

/** (d): n1 dies before it has committed; n5 wins by its newer last term. */
export const oldEntriesOverwritten: readonly Fault[] = [
  ...untilOldEntriesSpread,
  downWhen('n1', firstCopyAcknowledged, endUs - dUs),
  downWhen('n2', firstCopyAcknowledged, endUs - dUs),
  // The next entry is under way to n3 already, and must not get there.
  downWhen('n3', firstCopyAcknowledged, 400_000),
  ...returningReign(nodes, 'n5', ['n3', 'n4'], dUs, endUs),
];

/** n1 lives on, but what it sends to n3 waits: it must wait too, for an entry of its own term. */
export const oldEntriesWait: readonly Fault[] = [
  ...untilOldEntriesSpread,
  {
    kind: 'clog',
    target: { node: 'n3' },
    direction: 'inbound',
    when: firstCopyAcknowledged,
    durationUs: 60_000,
  },
];
