import { dropSlot } from './chunk-life.ts';
import type { CommandOf } from './command.ts';
import type { Errno } from './errno.ts';
import { nameFault } from './names.ts';
import { done, type Reply, refuse } from './reply.ts';
import { modeBits } from './rows.ts';
import type { MetadataState } from './state.ts';
import { quotaRoot, UsageChange } from './usage.ts';

/** Why nothing about an inode can be changed, or null. */
export function inodeFault(state: MetadataState, inode: number): Errno | null {
  const row = state.inodes.get(inode);
  if (row === undefined) return 'ESTALE';
  return row.frozen ? 'EROFS' : null;
}

/** Why the content of an inode cannot be changed, or null. */
export function fileFault(state: MetadataState, inode: number): Errno | null {
  const row = state.inodes.get(inode);
  if (row?.kind === 'directory') return 'EISDIR';
  return row?.kind === 'symlink' ? 'EINVAL' : inodeFault(state, inode);
}

export function setAttributes(state: MetadataState, command: CommandOf<'setattr'>): Reply {
  const fault = inodeFault(state, command.inode);
  if (fault !== null) return refuse(fault);
  if ((command.trashUs ?? 0) > state.settings.maxTrashUs) return refuse('EINVAL');
  if ((command.mode ?? 0) > modeBits) return refuse('EINVAL');
  const row = state.inodes.edit(command.inode);
  row.mode = command.mode ?? row.mode;
  row.uid = command.uid ?? row.uid;
  row.gid = command.gid ?? row.gid;
  row.atimeUs = command.atimeUs ?? row.atimeUs;
  row.mtimeUs = command.mtimeUs ?? row.mtimeUs;
  row.trashUs = command.trashUs ?? row.trashUs;
  row.ctimeUs = state.timeUs;
  return done;
}

/**
 * Sets the length of a file. Refused while a chunk that would be cut is leased: a write under way
 * could come back behind the new end. Growing makes a hole, which reads as zeros.
 */
export function truncate(state: MetadataState, command: CommandOf<'truncate'>): Reply {
  const { inode, sizeBytes } = command;
  const fault = fileFault(state, inode);
  if (fault !== null) return refuse(fault);
  const { chunkBytes, maxFileBytes } = state.settings;
  if (sizeBytes > maxFileBytes) return refuse('EFBIG');
  const row = state.inodes.get(inode)!;
  if (sizeBytes < row.sizeBytes) {
    const first = Math.floor(sizeBytes / chunkBytes);
    const cut = state.slots.keys(inode).filter((index) => index >= first);
    if (cut.some((index) => slotIsLeased(state, inode, index))) return refuse('EAGAIN');
    for (const index of cut) {
      const validBytes = sizeBytes - index * chunkBytes;
      const slot = state.slots.get(inode, index)!;
      if (validBytes <= 0) dropSlot(state, inode, index);
      else if (slot.validBytes > validBytes) state.slots.edit(inode, index).validBytes = validBytes;
    }
  }
  return resize(state, inode, sizeBytes) ? done : refuse('EDQUOT');
}

/** Whether somebody may write to a slot now. */
export function slotIsLeased(state: MetadataState, inode: number, index: number): boolean {
  const { chunk, born } = state.slots.get(inode, index)!;
  return born !== 0 || (chunk !== 0 && state.chunks.get(chunk)!.grant !== null);
}

/** Sets the length and charges the difference; false, and nothing done, when a quota forbids it. */
export function resize(state: MetadataState, inode: number, sizeBytes: number): boolean {
  const { parents, sizeBytes: before } = state.inodes.get(inode)!;
  const [home] = parents;
  if (home !== undefined) {
    const change = new UsageChange(state);
    change.add(home, 0, sizeBytes - before);
    if (change.exceedsQuota()) return false;
    change.apply();
  }
  state.inodes.edit(inode).sizeBytes = sizeBytes;
  markWritten(state, inode);
  return true;
}

/** The content of an inode has changed, or is about to. */
export function markWritten(state: MetadataState, inode: number): void {
  const row = state.inodes.edit(inode);
  row.mtimeUs = state.timeUs;
  row.ctimeUs = state.timeUs;
}

/** Takes the next bytes at the end of a file: two appends never get the same ones. */
export function append(state: MetadataState, command: CommandOf<'append'>, session: number): Reply {
  const { inode, bytes } = command;
  const fault = fileFault(state, inode);
  if (fault !== null) return refuse(fault);
  if (state.opens.get(session, inode) === undefined) return refuse('EBADF');
  const offsetBytes = state.inodes.get(inode)!.sizeBytes;
  if (offsetBytes + bytes > state.settings.maxFileBytes) return refuse('EFBIG');
  if (!resize(state, inode, offsetBytes + bytes)) return refuse('EDQUOT');
  return { kind: 'offset', offsetBytes };
}

/** Attributes that begin so are the file store's own: see `snapshotIndexAttribute`. */
const ownAttributes = 'snapshot.';

export function setExtendedAttribute(state: MetadataState, command: CommandOf<'setxattr'>): Reply {
  const { inode, name, value } = command;
  const fault = inodeFault(state, inode) ?? nameFault(state, name);
  if (fault !== null) return refuse(fault);
  // What stands there is believed: only whoever knows it writes it.
  if (name.startsWith(ownAttributes)) return refuse('EPERM');
  if (value !== null && value.length > state.settings.maxAttributeBytes) return refuse('E2BIG');
  const existed = state.attributes.delete(inode, name);
  if (value !== null) state.attributes.insert(inode, name, { value });
  else if (!existed) return refuse('ENODATA');
  state.inodes.edit(inode).ctimeUs = state.timeUs;
  return done;
}

/** For what is made from now on: chunks of a file, children of a directory. */
export function setClass(state: MetadataState, command: CommandOf<'set-class'>): Reply {
  const { inode, classId } = command;
  const fault = inodeFault(state, inode);
  if (fault !== null) return refuse(fault);
  if (state.classes.get(classId) === undefined) return refuse('EINVAL');
  const row = state.inodes.edit(inode);
  row.classId = classId;
  row.ctimeUs = state.timeUs;
  return done;
}

/** Limits what is below a directory. A limit under what is there only keeps it from growing. */
export function setQuota(state: MetadataState, command: CommandOf<'set-quota'>): Reply {
  const { inode, inodes, bytes } = command;
  const row = state.inodes.get(inode);
  if (row === undefined) return refuse('ESTALE');
  if (row.kind !== 'directory') return refuse('ENOTDIR');
  const unchangedRoot = (state.quotas.get(inode) !== undefined) === (inodes > 0 || bytes > 0);
  // A root that comes or goes may not cut through the links of one file.
  if (!unchangedRoot && row.belowShared > 0 && quotaRoot(state, inode) !== inode) {
    return refuse('EXDEV');
  }
  state.quotas.delete(inode);
  if (inodes > 0 || bytes > 0) state.quotas.insert(inode, { inodes, bytes });
  return done;
}
