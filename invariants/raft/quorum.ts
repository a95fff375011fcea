import type { Configuration, Member } from '../../src/systems/raft/types.ts';
import type { RaftFacts } from './moment.ts';

/** Whether those members decide: a majority of each half of the configuration. */
export function isQuorum(
  { voters, outgoing }: Configuration,
  has: (m: Member) => boolean,
): boolean {
  return isMajority(voters, has) && (outgoing.length === 0 || isMajority(outgoing, has));
}

function isMajority(members: readonly Member[], has: (member: Member) => boolean): boolean {
  let count = 0;
  for (const member of members) if (has(member)) count += 1;
  return count * 2 > members.length;
}

/**
 * Whether what these nodes hold cannot be outvoted: they are a quorum of the committed
 * configuration, or of a later one that one of them acts by. A configuration decides as soon as it
 * is in the log (Raft, section 6), and every group that can elect a leader meets it.
 */
export function isKept({ membership, nodes }: RaftFacts, found: readonly number[]): boolean {
  const has = (member: Member): boolean => found.includes(member - 1);
  if (isQuorum(membership.committed.configuration, has)) return true;
  return found.some((node) => {
    const own = nodes[node];
    return own !== undefined && isQuorum(membership.ofNode(own).configuration, has);
  });
}

/** Indexes of the nodes whose disks have promised the log up to an index, with this history. */
export function holders({ nodes }: RaftFacts, index: number, prefix: number): number[] {
  const found: number[] = [];
  for (const { index: node, durable } of nodes) {
    if (durable.holds(index, prefix)) found.push(node);
  }
  return found;
}
