import type { Fault } from '../../src/index.ts';
import { downAtWin, downWhen, firstReign, reign, servers } from './steering.ts';

const nodes = servers(7);
const second = 1_000_000;
/** A reign begins with a rest, in which whoever died at a meaning in the one before comes back. */
const restUs = 800_000;
const reignUs = 2_450_000;
const deadUs = 1_200_000;

/** When the reign of a term begins, from the second on. */
function beginUs(term: number): number {
  return second + (term - 1) * reignUs;
}

/** When the eighth reign begins, in microseconds; the figure shows the moment of its election. */
export const eighthReignUs: number = beginUs(8);
/** When the course is over. */
export const figure7EndUs: number = beginUs(9);

function reignOf(term: number, winner: string, voters: readonly string[]): readonly Fault[] {
  return reign(nodes, winner, voters, beginUs(term), beginUs(term + 1), restUs);
}

/** The winner has its entries for itself: whoever voted for it dies at its win. */
function lonelyReignOf(term: number, winner: string, voters: readonly string[]): readonly Fault[] {
  return [
    ...reignOf(term, winner, voters),
    ...voters.map((node) => downAtWin(node, winner, beginUs(term), beginUs(term + 1), restUs)),
  ];
}

/**
 * A node dies 2 ms after `counted` has received so many appends in a reign: whoever got the last of
 * them has it durable by then, and the next is not under way yet.
 */
function downAfterAppends(
  term: number,
  node: string,
  counted: string,
  count: number,
  lastsUs: number = deadUs,
): Fault {
  const of = { node: counted };
  const notBeforeUs = term === 1 ? second : beginUs(term);
  const when = { event: 'receive:append', of, nth: count, notBeforeUs, afterUs: 2_000 };
  return downWhen(node, when, lastsUs);
}

/** A node dies as the leader hands its `nth` entry after its first to its disk: it gets no copy. */
function downAsLeaderAppends(term: number, node: string, nth: number): Fault {
  const of = { role: 'leader' };
  const since = 'role:leader';
  const when = {
    event: 'submit:append',
    of,
    nth,
    since,
    notBeforeUs: beginUs(term),
    afterUs: 0,
  };
  return downWhen(node, when, deadUs);
}

/**
 * Seven terms that leave the logs as in figure 7 of the Raft paper. n1 is the leader at the top of
 * the figure; n2 to n7 are the followers (a) to (f).
 */
export const figure7: readonly Fault[] = [
  // Term 1: (f) leads and brings its entries to all.
  ...firstReign(nodes, 'n7'),
  ...nodes.map((node) => downAfterAppends(1, node, 'n6', 3, 2 * deadUs)),
  // Terms 2 and 3: (f) leads and keeps its entries to itself.
  ...lonelyReignOf(2, 'n7', ['n4', 'n5', 'n6']),
  ...lonelyReignOf(3, 'n7', ['n4', 'n5', 'n6']),
  // Term 4: (e) leads. (b) gets its first entry only; the last ones nobody but (e) itself.
  ...reignOf(4, 'n6', ['n1', 'n2', 'n3', 'n4', 'n5']),
  downAfterAppends(4, 'n3', 'n3', 1),
  ...['n1', 'n2', 'n4', 'n5'].map((node) => downAfterAppends(4, node, 'n1', 4)),
  // Term 5: (c) leads and brings its entries to the later leader, (a) and (d).
  ...reignOf(5, 'n4', ['n1', 'n2', 'n5']),
  downAfterAppends(5, 'n4', 'n2', 3),
  // Term 6: (c) leads again. (a) lacks an entry that others have; the last ones nobody has but (c).
  ...reignOf(6, 'n4', ['n1', 'n2', 'n5']),
  downAsLeaderAppends(6, 'n2', 2),
  downAfterAppends(6, 'n1', 'n1', 3),
  downAfterAppends(6, 'n5', 'n1', 3),
  // Term 7: (d) leads and keeps its entries to itself.
  ...lonelyReignOf(7, 'n5', ['n1', 'n2', 'n3']),
  // Term 8: everybody is up, and n1 wins.
  ...reignOf(8, 'n1', ['n2', 'n3', 'n4', 'n5', 'n6', 'n7']),
];
