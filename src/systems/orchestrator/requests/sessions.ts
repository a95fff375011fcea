import type { CommandOf } from '../state/command.ts';
import { done, type Reply, refuse } from '../state/reply.ts';
import type { ClusterState } from '../state/state.ts';

/**
 * Opens a session for a client's requests. Its number is the index of the entry, so none comes
 * twice; a second copy of the request opens a second session, which nobody uses and which expires.
 */
export function openSession(state: ClusterState, { owner }: CommandOf<'open-session'>): Reply {
  const session = state.applied;
  state.sessions.insert(0, session, { owner, oldest: 1, activeIndex: session });
  return { kind: 'session', session };
}

/** Ends a session and forgets its answers: late copies of its requests find nothing. */
export function endSession(state: ClusterState, session: number): Reply {
  if (!state.sessions.delete(0, session)) return refuse('no-session');
  for (const sequence of state.replies.keys(session)) state.replies.delete(session, sequence);
  return done;
}

/** Ends a session that nothing was heard of, unless something came while that was decided. */
export function expireSession(
  state: ClusterState,
  { expired, activeIndex }: CommandOf<'expire-session'>,
): Reply {
  const row = state.sessions.get(0, expired);
  if (row === undefined) return refuse('no-session');
  if (row.activeIndex !== activeIndex) return refuse('stale');
  return endSession(state, expired);
}

/** Forgets the answers that the client has seen. */
export function forgetAnswers(state: ClusterState, session: number, oldest: number): void {
  for (const sequence of state.replies.keys(session)) {
    if (sequence < oldest) state.replies.delete(session, sequence);
  }
  state.sessions.edit(0, session).oldest = oldest;
}
