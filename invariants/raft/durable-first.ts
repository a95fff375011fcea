import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import type {
  AppendReply,
  SnapshotReply,
  VoteMessage,
  VoteReply,
} from '../../src/systems/raft/types.ts';
import type { RaftMoment } from './moment.ts';
import { atLeastAsUpToDate } from './node-ledger.ts';

/** Reads what the disk has promised at the moment at which a message leaves the node. */
export const durableFirst = rung<RaftMoment>({
  id: 'I16',
  title: 'durable first',
  statement: 'Nothing is told before it is durable: no vote, no request for votes, no success.',
  source: 'Raft, figure 2; RaftFsync specification; CommittedIsDurable of etcd',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['send:vote', 'send:vote-reply', 'send:append-reply', 'send:snapshot-reply'],
  check(moment) {
    const { message } = moment as { message: NonNullable<RaftMoment['message']> };
    switch (message.kind) {
      case 'vote':
        return request(moment, message as VoteMessage);
      case 'vote-reply':
        return grant(moment, message as VoteReply);
      case 'append-reply':
        return acknowledgement(moment, message as AppendReply);
      default:
        return installation(moment, message as SnapshotReply);
    }
  },
});

function request({ node, own, after }: RaftMoment, message: VoteMessage): Outcome {
  const { pre, term, lastIndex, lastTerm } = message;
  // A request that was held back may leave after its campaign is over.
  if (pre || after.term !== term || after.role === 'follower') return premiseFalse;
  const { durable } = own;
  const vote = durable.votes.get(term) ?? 0;
  if (vote !== own.member) return broken({ nodes: [node], values: { term, vote } });
  const promised = { lastIndex: durable.lastIndex, lastTerm: durable.lastTerm };
  if (atLeastAsUpToDate(promised, { lastIndex, lastTerm })) return held;
  return broken({ nodes: [node], values: { told: { lastIndex, lastTerm }, promised } });
}

function grant({ node, own, peer }: RaftMoment, { pre, granted, term }: VoteReply): Outcome {
  if (pre || !granted) return premiseFalse;
  if (own.durable.votes.get(term) !== undefined) return held;
  const { term: promised } = own.durable;
  return broken({ nodes: [node, peer], values: { term, promised, durableVote: 0 } });
}

function acknowledgement(
  { node, own, after, peer }: RaftMoment,
  { ok, term, index }: AppendReply,
): Outcome {
  const { durable, log } = own;
  if (!ok || index === 0 || term !== durable.term) return premiseFalse;
  // A reply that was held back may leave when the log in memory follows a later leader already.
  const prefix = after.term === term ? log.chain.prefix(index) : -1;
  if (prefix === -1 ? durable.lastIndex >= index : durable.holds(index, prefix)) return held;
  return broken({ nodes: [node, peer], values: { told: index, durable: durable.lastIndex } });
}

function installation({ node, own, peer }: RaftMoment, message: SnapshotReply): Outcome {
  const { installed, index } = message;
  if (!installed) return premiseFalse;
  const { snapshotIndex } = own.durable;
  // The state up to the index may be durable as entries as well.
  if (own.durable.lastIndex >= index) return held;
  return broken({ nodes: [node, peer], values: { told: index, snapshotIndex } });
}
