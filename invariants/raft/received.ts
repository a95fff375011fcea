import type { Step } from '../../src/index.ts';
import type { ClientRequest } from '../../src/systems/raft/kv-messages.ts';
import type {
  AppendMessage,
  HeartbeatMessage,
  SnapshotMessage,
  VoteMessage,
} from '../../src/systems/raft/types.ts';
import type { RaftView } from '../../src/systems/raft/view.ts';
import type { RaftMoment } from './moment.ts';

/** Keeps what a node was told in a step, as far as laws ask for it. */
export function noteReceived(moment: RaftMoment, step: Step): void {
  const { own } = moment;
  const message = step.received as { kind: string };
  const from = step.from + 1;
  switch (message.kind) {
    case 'heartbeat':
      noteLeaderHeard(moment, from, (message as HeartbeatMessage).term);
      return;
    case 'append': {
      const { term, prevIndex, entries } = message as AppendMessage;
      own.noteCoverage(term, from, prevIndex + entries.length);
      noteLeaderHeard(moment, from, term);
      return;
    }
    case 'snapshot': {
      const { term, index } = message as SnapshotMessage;
      own.noteCoverage(term, from, index);
      noteLeaderHeard(moment, from, term);
      return;
    }
    case 'vote': {
      const request = message as VoteMessage;
      if (!request.pre) own.noteRequest(from, request.term, request);
      return;
    }
    case 'request':
      own.askedUs = moment.timeUs;
      if ((message as ClientRequest).operation !== 'get') own.writeAskedUs = moment.timeUs;
      return;
    case 'timeout-now': {
      const { before, after } = moment;
      if (after.role === 'candidate' && after.term > before.term) own.noteOrdered(after.term);
    }
  }
}

/**
 * A message of an earlier leader is none of the one that is followed, nor is one that the same leader
 * sent in an earlier term.
 */
function noteLeaderHeard({ own, facts, timeUs }: RaftMoment, from: number, term: number): void {
  if (own.view.leaderId !== from || own.view.term !== term) return;
  own.leaderHeardUs = facts.world.monotonicUs(own.index);
  own.noteHeard(own.view.term, timeUs);
}

/** Whether a step took the decision to vote for the candidate that asked in it. */
export function isGrant({ received, from }: Step, { votedFor, term }: RaftView): boolean {
  if (received?.kind !== 'vote' || votedFor !== from + 1) return false;
  const request = received as VoteMessage;
  return !request.pre && request.term === term;
}
