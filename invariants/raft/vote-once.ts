import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import type { VoteMessage, VoteReply } from '../../src/systems/raft/types.ts';
import type { RaftMoment } from './moment.ts';
import { atLeastAsUpToDate } from './node-ledger.ts';

/** About grants that are sent, not about the variable: forgetting a vote nobody heard of is lawful. */
export const voteOnce = rung<RaftMoment>({
  id: 'I8',
  title: 'one vote a term',
  statement:
    'A node grants its vote in a term to at most one candidate, the one that its disk names. Who leads that term already may be granted it as well, or be named.',
  source: 'Raft, figures 2 and 3',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['send:vote-reply', 'recovered'],
  check(moment) {
    const { node, own, message, peer, facts } = moment;
    if (message === undefined) return votesAreRemembered(moment);
    const { pre, granted, term } = message as VoteReply;
    if (pre || !granted) return premiseFalse;
    // A vote for who leads already elects nobody.
    if (facts.leaderOf.get(term) === peer) return premiseFalse;
    const candidate = peer + 1;
    const first = own.granted.get(term);
    const durable = own.durable.votes.get(term);
    if (first !== undefined && first !== candidate) {
      return broken({ nodes: [node], values: { term, first, second: candidate } });
    }
    // A disk that names who leads keeps each later life from a vote for anybody else.
    const namesLeader = durable !== undefined && facts.leaderOf.get(term) === durable - 1;
    if (durable !== undefined && durable !== candidate && !namesLeader) {
      return broken({ nodes: [node], values: { term, durable, sent: candidate } });
    }
    return held;
  },
});

/** A life that forgets a vote that somebody was told of could give it again. */
function votesAreRemembered({ node, own, after }: RaftMoment): Outcome {
  const given = own.granted.get(after.term);
  if (after.phase !== 'running' || given === undefined) return premiseFalse;
  if (after.votedFor !== 0) return held;
  return broken({ nodes: [node], values: { term: after.term, given, recovered: 0 } });
}

/** Requests that came from the candidate a node votes for, when its log bore that: node, term, candidate. */
type BorneOut = Set<string>;

export const voteForTheUpToDate = rung<RaftMoment, BorneOut>({
  id: 'I27',
  title: 'election restriction',
  statement: 'A node votes only for a candidate whose log is at least as up to date as its own.',
  source: 'Raft, section 5.4.1',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['receive:vote', 'send:vote-reply', 'vote'],
  ghost: () => new Set(),
  check({ node, own, after, message, peer }, borneOut) {
    const mine = { lastIndex: after.lastIndex, lastTerm: after.lastTerm };
    if (message === undefined) {
      // The decision itself: nothing can have changed between the look at the log and the vote.
      if (!own.decidedNow) return premiseFalse;
      const theirs = own.request(after.votedFor, after.term);
      if (theirs === undefined || atLeastAsUpToDate(theirs, mine)) return held;
      return broken({
        nodes: [node, after.votedFor - 1],
        values: { voter: mine, candidate: theirs },
      });
    }
    const name = `${node} ${(message as VoteMessage).term} ${peer}`;
    if (message.kind === 'vote') {
      const request = message as VoteMessage;
      // Its vote was there before it was asked. The answer may wait, and the log grow meanwhile.
      const isItsVote = after.votedFor === peer + 1 && after.term === request.term;
      if (!request.pre && isItsVote && atLeastAsUpToDate(request, mine)) borneOut.add(name);
      return premiseFalse;
    }
    const { pre, granted, term } = message as VoteReply;
    if (pre || !granted || own.decided.get(term) === peer + 1) return premiseFalse;
    if (borneOut.has(name)) return held;
    // Granted without a decision that was seen: then the log of today must bear it.
    const theirs = own.request(peer + 1, term);
    if (theirs !== undefined && atLeastAsUpToDate(theirs, mine)) return held;
    return broken({
      nodes: [node, peer],
      values: { voter: mine, candidate: theirs ?? 'never asked' },
    });
  },
});
