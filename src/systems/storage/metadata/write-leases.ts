import { minimumDurable, neededParts, type StorageClass } from '../placement/storage-class.ts';
import {
  destroyChunk,
  dropReference,
  isDegraded,
  membersFault,
  presentCount,
  retire,
  setMembers,
} from './chunk-life.ts';
import type { CommandOf } from './command.ts';
import { abandonConversion } from './conversion.ts';
import { fileFault, markWritten, resize } from './files.ts';
import { done, type Reply, refuse } from './reply.ts';
import type { Chunk, Grant, Slot } from './rows.ts';
import type { MetadataState } from './state.ts';

/**
 * Reserves the next version of a chunk for a session. A slot without a chunk, or with one that other
 * slots share, gets a new chunk, which enters the slot when its first version is committed.
 */
export function grantWrite(
  state: MetadataState,
  command: CommandOf<'grant-write'>,
  session: number,
  fence: number,
): Reply {
  const { inode, index } = command;
  const fault = fileFault(state, inode);
  if (fault !== null) return refuse(fault);
  if (state.opens.get(session, inode) === undefined) return refuse('EBADF');
  const { chunkBytes, maxFileBytes } = state.settings;
  if ((index + 1) * chunkBytes > maxFileBytes) return refuse('EFBIG');
  const slot: Readonly<Slot> = state.slots.get(inode, index) ?? noSlot;
  const current = slot.chunk === 0 ? undefined : state.chunks.get(slot.chunk)!;
  const leased = slot.born === 0 ? current : state.chunks.get(slot.born)!;
  const holder = leased?.grant ?? null;
  if (holder !== null && holder.session !== session) return refuse('EAGAIN');
  const shared = current !== undefined && current.references > 1;
  if (shared && current.unsettled) return refuse('EAGAIN');
  const fresh = current === undefined || shared;
  const storageClass = writtenClass(state, inode, current);
  if (storageClass === undefined) return refuse('EINVAL');
  const members = writeMembers(current, storageClass, command.members);
  if (members === command.members) {
    const refused = membersFault(state, storageClass, members);
    if (refused !== null) return refuse(refused);
  } else if (presentCount(members) < minimumDurable(storageClass.redundancy)) {
    return refuse('EIO');
  }
  // From here on nothing is refused: an asker who holds the lease already gets a new one.
  if (holder !== null) endGrant(state, slot.born === 0 ? slot.chunk : slot.born, false);
  const chunk = fresh ? bear(state, inode, index, storageClass.id) : slot.chunk;
  const row = state.chunks.edit(chunk);
  abandonConversion(state, chunk);
  row.highestVersion += 1;
  const version = row.highestVersion;
  row.grant = { session, inode, index, fence, version, members, open: false };
  state.leases.insert(session, chunk, { fence });
  const copyOf = shared ? slot.chunk : 0;
  const copyVersion = shared ? current.version : 0;
  const { generation } = row;
  const { validBytes } = slot;
  return {
    kind: 'grant',
    chunk,
    version,
    fence,
    generation,
    members,
    copyOf,
    copyVersion,
    validBytes,
  };
}

const noSlot: Slot = { chunk: 0, validBytes: 0, born: 0 };

/**
 * The class under which the chunk of a slot is written, or a new one in its place. What is shared is
 * copied within its class, for the copies are made where the parts are; the class of its file it gets
 * when nobody writes it any more. Undefined: the file has no class.
 */
export function writtenClass(
  state: MetadataState,
  inode: number,
  current: Readonly<Chunk> | undefined,
): StorageClass | undefined {
  if (current !== undefined) return state.classes.get(current.classId);
  const own = state.classes.get(state.inodes.get(inode)?.classId ?? 0);
  return own === undefined || own.landing === 0 ? own : state.classes.get(own.landing);
}

/**
 * Replicas are written where they are, and copied where they are; a stripe is written anew, where
 * the leader proposes.
 */
function writeMembers(
  current: Readonly<Chunk> | undefined,
  storageClass: StorageClass,
  proposed: readonly number[],
): readonly number[] {
  const inPlace = current !== undefined && storageClass.redundancy.kind === 'replicated';
  return inPlace ? current.members : proposed;
}

function bear(state: MetadataState, inode: number, index: number, classId: number): number {
  const chunk = state.nextChunk++;
  state.chunks.insert(chunk, {
    classId,
    version: 0,
    highestVersion: 0,
    generation: 0,
    highestGeneration: 0,
    members: [],
    references: 0,
    unsettled: false,
    degraded: false,
    grant: null,
    conversion: null,
  });
  if (state.slots.get(inode, index) === undefined) {
    state.slots.insert(inode, index, { chunk: 0, validBytes: 0, born: chunk });
  } else {
    state.slots.edit(inode, index).born = chunk;
  }
  return chunk;
}

/** Lets the leader bring the replicas of a chunk into line that a writer left behind. */
export function recoverChunk(
  state: MetadataState,
  command: CommandOf<'recover-chunk'>,
  fence: number,
): Reply {
  const { chunk } = command;
  const row = state.chunks.get(chunk);
  if (row === undefined) return refuse('ESTALE');
  if (row.grant !== null) return refuse('EAGAIN');
  if (!row.unsettled) return refuse('EINVAL');
  const changed = state.chunks.edit(chunk);
  changed.highestVersion += 1;
  const { highestVersion: version, generation, members } = changed;
  changed.grant = { session: 0, inode: 0, index: 0, fence, version, members, open: false };
  const none = { copyOf: 0, copyVersion: 0, validBytes: 0 };
  return { kind: 'grant', chunk, version, fence, generation, members, ...none };
}

/**
 * Makes the reserved version the version of the chunk, on those members that have it durable. Too
 * few: the grant ends, and a chunk that was born for it is gone.
 */
export function commitVersion(state: MetadataState, command: CommandOf<'commit-version'>): Reply {
  const { chunk, fence, members } = command;
  const grant = state.chunks.get(chunk)?.grant ?? null;
  if (grant === null || grant.fence !== fence || grant.open) return refuse('ESTALE');
  if (!isSubset(state, members, grant.members)) return refuse('EINVAL');
  const { classId, version, generation, members: before } = state.chunks.get(chunk)!;
  const storageClass = state.classes.get(classId)!;
  const { redundancy } = storageClass;
  const enough = grant.session === 0 ? neededParts(redundancy) : minimumDurable(redundancy);
  if (presentCount(members) < enough) {
    endGrant(state, chunk, false);
    return refuse('EIO');
  }
  setMembers(state, chunk, classId, members);
  const row = state.chunks.edit(chunk);
  row.version = grant.version;
  row.unsettled = false;
  row.degraded = isDegraded(state, storageClass, members);
  row.grant = grant.session === 0 ? null : { ...grant, open: true };
  // Replicas took the new version over from the old one; parts of a stripe stand beside the old.
  const kept = redundancy.kind === 'replicated' ? members : [];
  if (version > 0) retire(state, chunk, { classId, version, generation, members: before }, kept);
  retire(state, chunk, { ...grant, classId, generation }, members);
  if (version === 0) enterSlot(state, grant, chunk);
  if (grant.session !== 0) markWritten(state, grant.inode);
  return { kind: 'version', version: grant.version, fence };
}

function enterSlot(state: MetadataState, grant: Grant, chunk: number): void {
  const slot = state.slots.edit(grant.inode, grant.index);
  const before = slot.chunk;
  slot.chunk = chunk;
  slot.born = 0;
  state.chunks.edit(chunk).references = 1;
  if (before !== 0) dropReference(state, before);
}

function isSubset(
  state: MetadataState,
  members: readonly number[],
  of: readonly number[],
): boolean {
  const among = (member: number, position: number) =>
    member === 0 || (member === of[position] && state.servers.get(member) !== undefined);
  return members.length === of.length && members.every(among);
}

/**
 * Goes on writing with the members that are left. The others are stale by version from now on. Those that
 * are left have yet to agree on what was under way: until the holder lets go in order, or another
 * version is committed, nobody else reads the chunk.
 */
export function reformMembers(
  state: MetadataState,
  command: CommandOf<'reform-members'>,
  fence: number,
): Reply {
  const { chunk, members } = command;
  const row = state.chunks.get(chunk);
  const grant = row?.grant ?? null;
  if (row === undefined || grant === null || !grant.open) return refuse('ESTALE');
  if (grant.fence !== command.fence) return refuse('ESTALE');
  const { classId, version, generation, members: before } = row;
  const storageClass = state.classes.get(classId)!;
  if (storageClass.redundancy.kind !== 'replicated') return refuse('EINVAL');
  if (!isSubset(state, members, before)) return refuse('EINVAL');
  if (presentCount(members) < minimumDurable(storageClass.redundancy)) return refuse('EIO');
  setMembers(state, chunk, classId, members);
  const changed = state.chunks.edit(chunk);
  changed.highestVersion += 1;
  changed.version = changed.highestVersion;
  changed.degraded = isDegraded(state, storageClass, members);
  changed.unsettled = true;
  changed.grant = { ...grant, fence, version: changed.version, members };
  state.leases.edit(grant.session, chunk).fence = fence;
  retire(state, chunk, { classId, version, generation, members: before }, members);
  return { kind: 'version', version: changed.version, fence };
}

/** Makes what was written count: content grows to `validBytes` of the chunk, the file with it. */
export function settleWrite(
  state: MetadataState,
  command: CommandOf<'settle-write'>,
  session: number,
): Reply {
  const { inode, index, validBytes } = command;
  const fault = leaseFault(state, command, session);
  if (fault !== null) return fault;
  const { chunkBytes } = state.settings;
  if (validBytes > chunkBytes) return refuse('EINVAL');
  const { sizeBytes } = state.inodes.get(inode)!;
  const end = Math.max(sizeBytes, index * chunkBytes + validBytes);
  if (!resize(state, inode, end)) return refuse('EDQUOT');
  const slot = state.slots.edit(inode, index);
  slot.validBytes = Math.max(slot.validBytes, validBytes);
  return done;
}

export function releaseWrite(
  state: MetadataState,
  command: CommandOf<'release-write'>,
  session: number,
): Reply {
  const fault = leaseFault(state, command, session);
  if (fault !== null) return fault;
  // What was overwritten in place came by no entry: it is dated when the lease is taken and given back.
  markWritten(state, command.inode);
  endGrant(state, state.slots.get(command.inode, command.index)!.chunk, true);
  return done;
}

/** Why a write lease is not the current one; `null` when it is and its version is committed. */
function leaseFault(
  state: MetadataState,
  { inode, index, fence }: { inode: number; index: number; fence: number },
  session: number,
): Reply | null {
  const chunk = state.slots.get(inode, index)?.chunk ?? 0;
  const grant = state.chunks.get(chunk)?.grant ?? null;
  const current = grant?.open === true && grant.fence === fence && grant.session === session;
  return current ? null : refuse('ESTALE');
}

/** Ends a lease whose time the leader saw run out. */
export function expireLease(state: MetadataState, command: CommandOf<'expire-lease'>): Reply {
  const grant = state.chunks.get(command.chunk)?.grant ?? null;
  if (grant === null || grant.fence !== command.fence) return refuse('ESTALE');
  endGrant(state, command.chunk, false);
  return done;
}

/**
 * Ends the right to write a chunk. Before the commit: a chunk that was born for it is gone, and parts
 * of a new stripe are for deletion; replicas still serve the old version. After it: unless the
 * holder let go in order, replicas may differ in what was under way.
 */
export function endGrant(state: MetadataState, chunk: number, inOrder: boolean): void {
  const row = state.chunks.edit(chunk);
  const grant = row.grant!;
  const { classId, generation } = row;
  const { kind } = state.classes.get(classId)!.redundancy;
  if (row.version === 0) {
    destroyChunk(state, chunk);
    const slot = state.slots.edit(grant.inode, grant.index);
    slot.born = 0;
    if (slot.chunk === 0) state.slots.delete(grant.inode, grant.index);
    return;
  }
  row.grant = null;
  state.leases.delete(grant.session, chunk);
  if (!grant.open && kind === 'erasure') retire(state, chunk, { ...grant, classId, generation });
  if (grant.open && kind === 'replicated') row.unsettled = !inOrder;
}
