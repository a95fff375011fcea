import type { Configuration, Member } from './types.ts';

/** How an election stands. */
export type Tally = 'won' | 'lost' | 'pending';

const scratch: number[] = [];

/**
 * The largest value that a majority of the members has reached; Infinity when there are no members.
 * @param values by member (place 0 is not used)
 */
export function majorityValue(values: ArrayLike<number>, members: readonly Member[]): number {
  const count = members.length;
  if (count === 0) return Number.POSITIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    const value = values[members[i]!]!;
    let at = i;
    while (at > 0 && scratch[at - 1]! < value) {
      scratch[at] = scratch[at - 1]!;
      at--;
    }
    scratch[at] = value;
  }
  return scratch[count >> 1]!;
}

/** The largest value that a quorum has reached: in a joint configuration a majority of each half. */
export function quorumValue(values: ArrayLike<number>, configuration: Configuration): number {
  const incoming = majorityValue(values, configuration.voters);
  if (configuration.outgoing.length === 0) return incoming;
  return Math.min(incoming, majorityValue(values, configuration.outgoing));
}

/** How an election among the members stands. `votes` by member: 1 granted, -1 refused, 0 none. */
export function majorityTally(votes: ArrayLike<number>, members: readonly Member[]): Tally {
  const needed = (members.length >> 1) + 1;
  let granted = 0;
  let refused = 0;
  for (const member of members) {
    const vote = votes[member]!;
    if (vote > 0) granted++;
    else if (vote < 0) refused++;
  }
  if (members.length === 0 || granted >= needed) return 'won';
  return members.length - refused < needed ? 'lost' : 'pending';
}

/** How an election stands: it takes a majority of each half of a joint configuration. */
export function quorumTally(votes: ArrayLike<number>, configuration: Configuration): Tally {
  const incoming = majorityTally(votes, configuration.voters);
  if (configuration.outgoing.length === 0) return incoming;
  const outgoing = majorityTally(votes, configuration.outgoing);
  if (incoming === 'lost' || outgoing === 'lost') return 'lost';
  return incoming === 'won' && outgoing === 'won' ? 'won' : 'pending';
}

export function isVoter(member: Member, configuration: Configuration): boolean {
  return configuration.voters.includes(member) || configuration.outgoing.includes(member);
}

/** Everybody who gets the log, ascending, each once. */
export function allMembers(configuration: Configuration): readonly Member[] {
  const { voters, outgoing, learners } = configuration;
  return [...new Set([...voters, ...outgoing, ...learners])].sort((a, b) => a - b);
}
