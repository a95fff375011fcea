import type { CommandOf } from './command.ts';
import { destroyUnused } from './inode-life.ts';
import { conflictingLock, withoutRange, withRange } from './range-locks.ts';
import { done, type Reply, refuse } from './reply.ts';
import type { RangeLock, SessionRole } from './rows.ts';
import type { MetadataState } from './state.ts';
import { endGrant } from './write-leases.ts';

/** Opens a session; its id is the index of the entry and never comes again. */
export function openSession(
  state: MetadataState,
  command: CommandOf<'open-session'>,
  index: number,
): Reply {
  const { owner, leaseUs, role } = command;
  if (leaseUs === 0 || leaseUs > state.settings.maxLeaseUs) return refuse('EINVAL');
  // One mirror at a time: what an earlier life of it still has on its way finds no session.
  if (role === 'mirror') endSessionsOf(state, 'mirror');
  state.sessions.insert(index, { role, owner, leaseUs, renewals: 0, oldest: 1 });
  return { kind: 'session', session: index };
}

export function renewSession(state: MetadataState, session: number): Reply {
  state.sessions.edit(session).renewals += 1;
  return done;
}

/** Ends a session that was silent, unless it was renewed since the leader looked. */
export function expireSession(state: MetadataState, command: CommandOf<'expire-session'>): Reply {
  const { expired, renewals } = command;
  const row = state.sessions.get(expired);
  if (row === undefined) return refuse('ENOTCONN');
  if (row.renewals !== renewals) return refuse('EAGAIN');
  endSession(state, expired);
  return done;
}

/** Ends all sessions of a role, with all that they hold. */
export function endSessionsOf(state: MetadataState, role: SessionRole): void {
  for (const session of state.sessions.keys()) {
    if (state.sessions.get(session)!.role === role) endSession(state, session);
  }
}

/** Gives back all that a session holds: open files with their locks and write leases, then itself. */
export function endSession(state: MetadataState, session: number): void {
  // All at once: file by file each would look through those of all others.
  for (const chunk of state.leases.keys(session)) endGrant(state, chunk, false);
  for (const inode of state.opens.keys(session)) closeAll(state, session, inode);
  for (const sequence of state.replies.keys(session)) state.replies.delete(session, sequence);
  state.sessions.delete(session);
}

export function open(state: MetadataState, inode: number, session: number): Reply {
  const row = state.inodes.get(inode);
  if (row === undefined) return refuse('ESTALE');
  if (row.kind === 'directory') return refuse('EISDIR');
  if (row.kind === 'symlink') return refuse('EINVAL');
  // What has no name any more is only for those who have it open.
  if (row.parents.length === 0 && row.opens === 0) return refuse('ESTALE');
  state.inodes.edit(inode).opens += 1;
  if (state.opens.get(session, inode) === undefined) {
    state.opens.insert(session, inode, { count: 1 });
  } else {
    state.opens.edit(session, inode).count += 1;
  }
  return done;
}

export function close(
  state: MetadataState,
  { inode, handle, owners }: CommandOf<'close'>,
  session: number,
): Reply {
  const held = state.opens.get(session, inode);
  if (held === undefined) return refuse('EBADF');
  if (held.count === 1) {
    closeAll(state, session, inode);
  } else {
    state.opens.edit(session, inode).count -= 1;
    state.inodes.edit(inode).opens -= 1;
    keepLocks(
      state,
      inode,
      (lock) => lock.session !== session || !owners.includes(lock.owner),
      (lock) => lock.session !== session || lock.owner !== handle,
    );
  }
  return done;
}

/** The last close of a session: its locks and write leases on the file go with it. */
function closeAll(state: MetadataState, session: number, inode: number): void {
  for (const chunk of state.leases.keys(session)) {
    if (state.chunks.get(chunk)!.grant!.inode === inode) endGrant(state, chunk, false);
  }
  const ofOthers = (lock: RangeLock) => lock.session !== session;
  keepLocks(state, inode, ofOthers, ofOthers);
  const { count } = state.opens.get(session, inode)!;
  state.opens.delete(session, inode);
  state.inodes.edit(inode).opens -= count;
  destroyUnused(state, inode);
}

/** Takes or gives back a lock. Never waits: a conflict is EAGAIN, and the client asks again. */
export function changeLock(
  state: MetadataState,
  command: CommandOf<'lock' | 'unlock'>,
  session: number,
): Reply {
  const { inode, style, owner, exclusive } = command;
  if (state.opens.get(session, inode) === undefined) return refuse('EBADF');
  const from = style === 'flock' ? 0 : command.from;
  const to = style === 'flock' ? 1 : command.to;
  if (from >= to) return refuse('EINVAL');
  const wanted: RangeLock = { session, owner, from, to, exclusive };
  const before = state.locks.get(inode) ?? { posix: [], flock: [] };
  const list = before[style];
  if (command.kind === 'lock' && conflictingLock(list, wanted) !== null) return refuse('EAGAIN');
  const after = command.kind === 'lock' ? withRange(list, wanted) : withoutRange(list, wanted);
  const posix = style === 'posix' ? after : before.posix;
  const flock = style === 'flock' ? after : before.flock;
  const count = posix.length + flock.length;
  if (count > state.settings.maxLocksPerInode && after.length > list.length) {
    return refuse('ENOLCK');
  }
  storeLocks(state, inode, posix, flock);
  return done;
}

/** Takes away the locks on a file that are not to be kept. */
function keepLocks(
  state: MetadataState,
  inode: number,
  keepsPosix: (lock: RangeLock) => boolean,
  keepsFlock: (lock: RangeLock) => boolean,
): void {
  const locks = state.locks.get(inode);
  if (locks === undefined) return;
  const posix = locks.posix.filter(keepsPosix);
  const flock = locks.flock.filter(keepsFlock);
  const isLess = posix.length + flock.length < locks.posix.length + locks.flock.length;
  if (isLess) storeLocks(state, inode, posix, flock);
}

function storeLocks(
  state: MetadataState,
  inode: number,
  posix: RangeLock[],
  flock: RangeLock[],
): void {
  state.locks.delete(inode);
  if (posix.length + flock.length > 0) state.locks.insert(inode, { posix, flock });
}
