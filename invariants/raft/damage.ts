import { broken, hashText, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import type { RaftKvMessage } from '../../src/systems/raft/kv-messages.ts';
import type { RepairReply } from '../../src/systems/raft/repair-messages.ts';
import { entryHash } from './entry-hash.ts';
import type { RaftFacts, RaftMoment } from './moment.ts';
import type { NodeLedger } from './node-ledger.ts';

/** Cuts of the past that are kept, in case what was cut is committed after all. */
const rememberedCuts = 256;

interface Cut {
  readonly node: number;
  readonly index: number;
  readonly prefix: number;
}

/**
 * A start may leave out a tail that nobody has committed, on proof that nobody ever will; so each
 * cut is judged at once by the chain as it is, and again whenever the chain grows.
 */
export const damageLosesNothing = rung<RaftMoment, Cut[]>({
  id: 'I45',
  title: 'damage loses nothing',
  statement:
    'No start drops a committed entry from disk, and what a node tells one that repairs is the truth.',
  source: 'Alagappan et al., Protocol-Aware Recovery, FAST 2018; nack quorum of TigerBeetle',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['promised', 'chain', 'send:repair-reply'],
  ghost: () => [],
  check(moment, cuts) {
    const { message, before, after, facts, node, own } = moment;
    if (message !== undefined) return truthOf(moment, message as RepairReply);
    if (before !== after) return stillDead(facts, cuts);
    if (own.running) return premiseFalse;
    const { cutFrom: index, cutPrefix: prefix } = own.durable;
    if (index === 0) return own.wasRepaired ? held : premiseFalse;
    if (isCommitted(facts, index, prefix)) {
      return broken({ nodes: [node], values: { cutFrom: index, committed: facts.canonical.last } });
    }
    cuts.push({ node, index, prefix });
    if (cuts.length > rememberedCuts) cuts.shift();
    return held;
  },
});

function isCommitted({ canonical }: RaftFacts, index: number, prefix: number): boolean {
  return index <= canonical.last && canonical.chain.prefix(index) === prefix;
}

function stillDead(facts: RaftFacts, cuts: readonly Cut[]): Outcome {
  for (const { node, index, prefix } of cuts) {
    if (index < facts.canonical.grownFrom || !isCommitted(facts, index, prefix)) continue;
    return broken({ nodes: [node], values: { cutFrom: index, committedLater: true } });
  }
  return premiseFalse;
}

/** Entries that are served are the ones of their names, and what is called committed is. */
function truthOf({ node, peer, facts }: RaftMoment, reply: RepairReply): Outcome {
  const { registry, canonical } = facts;
  const { commit, commitTerm, entries } = reply;
  for (const entry of entries) {
    const known = registry.find(entry.term, entry.index);
    if (known === undefined || known.hash === entryHash(entry)) continue;
    const { term, index } = entry;
    const [first, served] = [hashText(known.hash), hashText(entryHash(entry))];
    return broken({ nodes: [node, peer], values: { term, index, first, served } });
  }
  const { chain } = canonical;
  if (commit > chain.last || (commit >= chain.base && chain.term(commit) !== commitTerm)) {
    const canonicalTerm = commit > chain.last ? 'not committed' : chain.term(commit);
    return broken({ nodes: [node, peer], values: { commit, commitTerm, canonicalTerm } });
  }
  return held;
}

/** Snapshots remembered by index. */
const rememberedSnapshots = 512;

export const snapshotsAreEqual = rung<RaftMoment, Map<number, Made>>({
  id: 'I46',
  title: 'equal snapshots',
  statement: 'The snapshot files of two nodes at one index are equal byte for byte.',
  source: 'storage checker of TigerBeetle',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['snapshot'],
  ghost: () => new Map(),
  check({ node, own, before, after }, made) {
    const { snapshotIndex: index, snapshotHash: hash } = own.durable;
    // The bytes are judged when the disk promises them.
    if (before !== after || index === 0) return premiseFalse;
    const first = made.get(index);
    if (first === undefined) {
      made.set(index, { node, hash });
      if (made.size > rememberedSnapshots) made.delete(made.keys().next().value as number);
      return premiseFalse;
    }
    if (first.hash !== hash) {
      const values = { index, first: hashText(first.hash), second: hashText(hash) };
      return broken({ nodes: [first.node, node], values });
    }
    return first.node === node ? premiseFalse : held;
  },
});

interface Made {
  readonly node: number;
  readonly hash: number;
}

const protocol = [
  'append',
  'append-reply',
  'heartbeat',
  'heartbeat-reply',
  'vote',
  'vote-reply',
  'snapshot',
  'snapshot-reply',
  'timeout-now',
] as const satisfies readonly RaftKvMessage['kind'][];

/** About lives that have noticed damage. Who repairs may ask for what is lost, and refuse. */
export const refuseRatherThanAnswer = rung<RaftMoment>({
  id: 'I47',
  title: 'refuse rather than answer',
  statement:
    'A node that lacks what it has promised takes no part: no vote, no acknowledgement, no answer.',
  source: 'Alagappan et al., Protocol-Aware Recovery, FAST 2018',
  kind: 'always',
  owedUnder: 'any damage',
  watches: [...protocol.map((kind) => `send:${kind}`), 'send:reply', 'send:repair-request', 'end'],
  check({ node, own, after, message, facts }) {
    if (message === undefined) return atTheEnd(facts.nodes);
    if (after.phase === 'running' || (after.phase === 'recovering' && own.incarnation <= 1)) {
      return premiseFalse;
    }
    const { kind, status } = message as { kind: string; status?: string };
    if (kind === 'repair-request') return held;
    if (kind === 'reply' && status !== 'ok') return held;
    return broken({ nodes: [node], values: { phase: after.phase, kind, status: status ?? '' } });
  },
});

/** Who has not got everything back has applied nothing either. */
function atTheEnd(nodes: readonly NodeLedger[]): Outcome {
  let outcome = premiseFalse;
  for (const { index, view, alive } of nodes) {
    if (!alive || view.phase === 'running' || view.phase === 'recovering') continue;
    if (view.role !== 'follower') {
      return broken({ nodes: [index], values: { phase: view.phase, role: view.role } });
    }
    outcome = held;
  }
  return outcome;
}
