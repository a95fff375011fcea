import { type Fault, seconds } from '../../src/index.ts';
import { down, downWhen, firstReign, servers } from './steering.ts';

/** When the parts of the course of 2015 begin, in microseconds. */
export const course2015 = {
  /** n1 leads n1 to n4 and makes n5 a voter; then both are apart, and nobody else hears of that. */
  aUs: seconds(1),
  /** Of n2, n3 and n4 one leads, is asked to remove n1 at once, and loses n4: see `lostUs`. */
  bUs: seconds(1.4),
  /** n2 and n3 are dead; n1, n4 and n5 meet. */
  cUs: seconds(3),
  /** Everybody is back. */
  endUs: seconds(5),
} as const;

const { aUs, bUs, cUs, endUs } = course2015;

/** An operator wants something with a node. */
function operator(
  change: Extract<Fault, { kind: 'membership' }>['change'],
  node: string,
  when: Fault['when'],
  durationUs: number,
): Fault {
  const target = { node };
  return {
    kind: 'membership',
    change,
    target,
    transition: 'auto',
    arrangement: 0,
    when,
    durationUs,
  };
}

const promoted = { event: 'probe:learner promoted', nth: 1, notBeforeUs: aUs, afterUs: 0 } as const;

/** Cuts the first node of a partition, with those that the arrangement gives it, off from the rest. */
function apart(
  shape: Extract<Fault, { kind: 'partition' }>['shape'],
  node: string,
  arrangement: number,
  when: Fault['when'],
  durationUs: number,
): Fault {
  const target = { node };
  return {
    kind: 'partition',
    shape,
    target,
    direction: 'both',
    flapUs: 0,
    arrangement,
    when,
    durationUs,
  };
}

/** Among five nodes this arrangement puts n5 on the side of n1. */
const withLast = 0;
/** The first that leads after n1. */
const nextWin = { event: 'role:leader', nth: 1, notBeforeUs: bUs, afterUs: 0 } as const;

/**
 * The bug that Ongaro published in 2015: two leaders that follow one another change the members by
 * one each. By the first change n1, n4 and n5 are a majority, by the second n2 and n3, and they
 * share nobody; so the second leader has to commit something of its own term before, for which it
 * needs n4. (Where n4 itself is the second leader the course is another one.)
 */
export const plan2015: readonly Fault[] = [
  ...firstReign(servers(4), 'n1'),
  operator('add', 'n5', { atUs: aUs }, seconds(0.4)),
  apart('minority', 'n1', withLast, promoted, seconds(1.7)),
  downWhen('n4', nextWin, seconds(1.4)),
  operator('remove', 'n1', nextWin, seconds(1)),
  down('n2', cUs - 200_000, endUs),
  down('n3', cUs - 200_000, endUs),
];

/**
 * n4 is made a voter and does not hear of it. Then n1, the leader, dies: of four voters three are
 * left, and n4 has to vote although by its own log it may not.
 */
export const learnerVotes: readonly Fault[] = [
  ...firstReign(servers(3), 'n1'),
  operator('add', 'n4', { atUs: aUs }, seconds(1)),
  apart('isolate', 'n4', 0, promoted, seconds(0.6)),
  downWhen('n1', { ...promoted, afterUs: seconds(0.5) }, seconds(3.5)),
];

/**
 * n3 is told to take over and cut off at once: it is a candidate of a later term than all others.
 * When it is back the leader dies, and pre-votes must get past both: a majority that lives in an
 * earlier term, and followers that heard from a leader a moment ago.
 */
export const highTermReturns: readonly Fault[] = [
  ...firstReign(servers(3), 'n1'),
  { kind: 'transfer', target: { node: 'n3' }, when: { atUs: seconds(1.5) }, durationUs: 1 },
  apart(
    'isolate',
    'n3',
    0,
    {
      event: 'receive:timeout-now',
      of: { node: 'n3' },
      nth: 1,
      notBeforeUs: seconds(1.5),
      afterUs: 0,
    },
    seconds(1),
  ),
  down('n1', seconds(2.5), seconds(5)),
];

/** When one link of a cluster is cut, and for how long. */
export const oneLink = { fromUs: seconds(0.56), forUs: seconds(6) } as const;

/** The leader and one follower cannot talk; both can talk to everybody else. */
export const oneLinkCut: readonly Fault[] = [
  ...firstReign(servers(3), 'n1'),
  apart('one-link', 'n1', 1, { atUs: oneLink.fromUs }, oneLink.forUs),
];
