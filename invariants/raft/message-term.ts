import { broken, held, premiseFalse, rung } from '../../src/index.ts';
import type { RaftMessage } from '../../src/systems/raft/types.ts';
import type { RaftMoment } from './moment.ts';

const kinds = [
  'append',
  'append-reply',
  'heartbeat',
  'heartbeat-reply',
  'vote',
  'vote-reply',
  'snapshot',
  'snapshot-reply',
  'timeout-now',
] as const satisfies readonly RaftMessage['kind'][];

export const messageTerm = rung<RaftMoment>({
  id: 'I15',
  title: 'terms of messages',
  statement:
    'A message carries no term beyond what its sender has promised to its disk; a pre-vote, one more.',
  source: 'MonoTermInv of CCF; Raft, section 5.1; dissertation, section 9.6',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: kinds.map((kind) => `send:${kind}`),
  check({ node, own, after, message }) {
    const { kind, term, pre, granted } = message as {
      pre?: boolean;
      granted?: boolean;
    } & RaftMessage;
    // The answer yes to a pre-vote repeats the term that was asked about, whatever it is.
    if (pre === true && granted === true) return premiseFalse;
    const slack = kind === 'vote' && pre === true ? 1 : 0;
    const promised = own.durable.term;
    if (term <= after.term + slack && term <= promised + slack) return held;
    return broken({ nodes: [node], values: { message: term, term: after.term, promised } });
  },
});

export const lostDiskIsSilent = rung<RaftMoment>({
  id: 'I34',
  title: 'no former self',
  statement: 'A node that has lost its disk takes no part any more as its former self.',
  source: 'rethinkdb#5289; reconfiguration notes of Vanlightly',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: [...kinds.map((kind) => `send:${kind}`), 'recovered'],
  check({ node, own, after, message }) {
    if (!own.lostDisk) return premiseFalse;
    if (message !== undefined) {
      // Even a refusal counts: leaders hold their quorum and confirm reads by who answers at all.
      return broken({ nodes: [node], values: { kind: (message as RaftMessage).kind } });
    }
    if (after.phase === 'withdrawn') return held;
    if (after.phase === 'recovering') return premiseFalse;
    return broken({ nodes: [node], values: { phase: after.phase } });
  },
});
