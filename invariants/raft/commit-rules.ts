import { broken, hashText, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import { hasProposed } from './configurations.ts';
import type { RaftMoment } from './moment.ts';
import { holders, isKept, isQuorum } from './quorum.ts';

export const commitRule = rung<RaftMoment>({
  id: 'I23',
  title: 'commit rule',
  statement:
    'A leader commits up to an entry of its own term that a quorum has on disk, itself counted only if so.',
  source: 'Raft, section 5.4.2 and figure 8; CommittedEntriesReachMajority of Vanlightly',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['commit'],
  check(moment) {
    const { node, own, before, after, facts } = moment;
    const { commit, term } = after;
    if (after.role !== 'leader' || commit <= before.commit) return premiseFalse;
    const entryTerm = own.log.chain.term(commit);
    if (entryTerm !== term) {
      return broken({ nodes: [node], values: { commit, entryTerm, term } });
    }
    const found = holders(facts, commit, own.log.chain.prefix(commit));
    const { voters } = after.configuration;
    if (isQuorum(after.configuration, (member) => found.includes(member - 1))) {
      return previousIsCommitted(moment);
    }
    return broken({
      nodes: [node],
      values: { commit, holders: found.length, voters: voters.length, self: found.includes(node) },
    });
  },
});

/**
 * A configuration follows another one as soon as that is committed, perhaps in the same step; then
 * the earlier one was committed by its own quorums, both halves of it.
 */
function previousIsCommitted(moment: RaftMoment): Outcome {
  if (!hasProposed(moment)) return held;
  const { node, own, before, facts } = moment;
  const { configuration, index } = facts.membership.beforeThatOf(own);
  // Whether it is committed at all is told by I30.
  if (index <= before.commit || index > moment.after.commit) return held;
  const found = holders(facts, index, own.log.chain.prefix(index));
  if (isQuorum(configuration, (member) => found.includes(member - 1))) return held;
  return broken({ nodes: [node], values: { commit: index, holders: found.length } });
}

export const oneChain = rung<RaftMoment>({
  id: 'I24',
  title: 'one committed chain',
  statement:
    'What two nodes have committed at one index is the same, with all that lies before it.',
  source: 'LogInv of CCF; state checker of TigerBeetle',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['commit', 'truncated'],
  check({ node, own, after, facts }) {
    const { chain } = own.log;
    const canonical = facts.canonical.chain;
    const index = Math.min(after.commit, chain.last, canonical.last);
    if (index <= chain.base || index <= canonical.base) return premiseFalse;
    if (chain.prefix(index) === canonical.prefix(index)) return held;
    const values = {
      index,
      own: hashText(chain.prefix(index)),
      canonical: hashText(canonical.prefix(index)),
    };
    return broken({ nodes: [node], values });
  },
});

export const committedIsKept = rung<RaftMoment>({
  id: 'I25',
  title: 'committed entries are kept',
  statement:
    'No node cuts what it knows as committed, and no cut leaves a committed entry without a quorum.',
  source: 'QuorumLogInv of CCF',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['truncated', 'promised'],
  check({ node, own, before, after, facts }) {
    const { replacedFrom } = own.log;
    if (before !== after) {
      if (replacedFrom === 0) return premiseFalse;
      if (replacedFrom > before.commit) return held;
      return broken({ nodes: [node], values: { cutFrom: replacedFrom, commit: before.commit } });
    }
    const { cutFrom, cutPrefix } = own.durable;
    const { chain } = facts.canonical;
    if (cutFrom === 0 || cutFrom > chain.last || cutPrefix !== chain.prefix(cutFrom)) {
      return premiseFalse;
    }
    const found = holders(facts, cutFrom, cutPrefix);
    if (isKept(facts, found)) return held;
    return broken({ nodes: [node], values: { cutFrom, holders: found.length } });
  },
});
