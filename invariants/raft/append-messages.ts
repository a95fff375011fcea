import { broken, hashText, held, mix, premiseFalse, rung } from '../../src/index.ts';
import type { AppendMessage, AppendReply, Entry } from '../../src/systems/raft/types.ts';
import { entryHash } from './entry-hash.ts';
import type { RaftFacts, RaftMoment } from './moment.ts';
import type { NodeLedger } from './node-ledger.ts';

export const appendIsASlice = rung<RaftMoment>({
  id: 'I17',
  title: 'appends are slices',
  statement:
    'The appends of a term come from its one leader, and each is a contiguous slice of its log.',
  source: 'verifier of hashicorp/raft; openraft#1795',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['send:append'],
  check({ node, own, message, facts }) {
    const { term, prevIndex, prevTerm, entries } = message as AppendMessage;
    const leader = facts.leaderOf.get(term);
    if (leader !== node) {
      return broken({
        nodes: [node],
        values: { term, leader: leader === undefined ? 'none' : 'another' },
      });
    }
    let prefix = prefixOf(facts, own, prevTerm, prevIndex);
    let index = prevIndex;
    for (const entry of entries) {
      index += 1;
      if (entry.index !== index) {
        return broken({ nodes: [node], values: { index, named: entry.index } });
      }
      prefix = prefix < 0 ? -1 : mix(prefix, hashOf(own, entry));
      const known = prefixOf(facts, own, entry.term, index);
      // Far below what every node has compacted, nothing is known any more.
      if (prefix < 0 || known === -1) continue;
      if (prefix !== known) {
        return broken({
          nodes: [node],
          values: { index, sent: hashText(prefix), known: known < 0 ? 'nothing' : hashText(known) },
        });
      }
    }
    return held;
  },
});

/** -1: compacted, so not known; -2: never seen, though it should have been. */
function prefixOf({ registry }: RaftFacts, own: NodeLedger, term: number, index: number): number {
  const { chain } = own.log;
  if (index === 0) return 0;
  if (chain.term(index) === term) return chain.prefix(index);
  const registered = registry.find(term, index);
  if (registered !== undefined) return registered.prefix;
  return index <= registry.base || index <= chain.base ? -1 : -2;
}

/** An entry that is the very object in the log need not be hashed again, unless it was compacted. */
function hashOf({ log }: NodeLedger, entry: Entry): number {
  const known = log.chain.hash(entry.index);
  return known !== -1 && log.entry(entry.index) === entry ? known : entryHash(entry);
}

export const ackIsBounded = rung<RaftMoment>({
  id: 'I18',
  title: 'bound of acknowledgements',
  statement: 'A success acknowledges no more than the appends of that leader have covered.',
  source: 'CCF#6001',
  kind: 'always',
  owedUnder: 'any damage',
  watches: ['send:append-reply'],
  check({ node, own, message, peer }) {
    const { ok, term, index } = message as AppendReply;
    const { coverage } = own;
    if (!ok || coverage.term > term) return premiseFalse;
    const isAsked = coverage.term === term && coverage.leader === peer + 1;
    if (isAsked && index <= coverage.upTo) return held;
    return broken({
      nodes: [node, peer],
      values: { told: index, covered: isAsked ? coverage.upTo : 0 },
    });
  },
});

export const matchIsHeld = rung<RaftMoment>({
  id: 'I19',
  title: 'match means held',
  statement:
    "What a leader believes a follower to hold is on the follower's disk and equals its own log.",
  source: 'derived from Raft, section 5.3',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['match'],
  check({ node, own, before, after, facts }) {
    const isSame = before.role === 'leader' && before.term === after.term;
    let outcome = premiseFalse;
    for (let peer = 0; peer < after.match.length; peer += 1) {
      const match = after.match[peer] as number;
      if (match === 0 || peer === own.index || (isSame && before.match[peer] === match)) continue;
      const follower = facts.nodes[peer];
      if (follower === undefined) continue;
      // A follower that has gone on to another term may have followed its leader meanwhile.
      if (follower.durable.term !== after.term) continue;
      if (match > own.log.chain.last) {
        return broken({ nodes: [node, peer], values: { match, last: own.log.chain.last } });
      }
      let prefix = own.log.chain.prefix(match);
      if (prefix === -1) prefix = facts.canonical.chain.prefix(match);
      if (prefix !== -1 && !follower.durable.holds(match, prefix)) {
        return broken({
          nodes: [node, peer],
          values: { match, last: after.lastIndex, durable: follower.durable.lastIndex },
        });
      }
      outcome = held;
    }
    return outcome;
  },
});
