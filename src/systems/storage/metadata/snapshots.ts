import type { CommandOf } from './command.ts';
import type { Errno } from './errno.ts';
import { slotIsLeased } from './files.ts';
import { destroyUnused, takeFromTrash } from './inode-life.ts';
import { addEntry, entryFault, removeEntry } from './names.ts';
import { isWithin } from './namespace.ts';
import { done, type Reply, refuse } from './reply.ts';
import type { MetadataState } from './state.ts';
import { UsageChange } from './usage.ts';

/** On the root of a snapshot: the index of the entry that made it, in decimal digits. */
export const snapshotIndexAttribute = 'snapshot.index';

interface Amount {
  inodes: number;
  bytes: number;
}

/**
 * Copies a file or a tree: names, attributes and, by one reference more each, chunks. Files with
 * several links in the tree become files of their own. One entry copies it all, so it is of one instant.
 */
export function clone(state: MetadataState, command: CommandOf<'clone'>): Reply {
  const { source, parent, name, frozen } = command;
  const row = state.inodes.get(source);
  if (row === undefined) return refuse('ESTALE');
  const fault = entryFault(state, command);
  if (fault !== null) return refuse(fault);
  if (state.dentries.get(parent, name) !== undefined) return refuse('EEXIST');
  if (row.kind !== 'directory' && row.parents.length === 0) return refuse('ENOENT');
  if (row.kind === 'directory' && isWithin(state, parent, source)) return refuse('EINVAL');
  const amount = { inodes: 0, bytes: 0 };
  const unready = measure(state, source, amount);
  if (unready !== null) return refuse(unready);
  if (state.inodes.size + amount.inodes > state.settings.maxInodes) return refuse('ENOSPC');
  const change = new UsageChange(state);
  change.add(parent, amount.inodes, amount.bytes);
  if (change.exceedsQuota()) return refuse('EDQUOT');
  change.apply();
  const copy = copyTree(state, source, parent, frozen, { inodes: 0, bytes: 0 });
  addEntry(state, parent, name, copy);
  if (frozen) stamp(state, copy);
  return { kind: 'inode', inode: copy };
}

/** A snapshot tells for good which entry it is of: an answer may be that to a later copy of the call. */
function stamp(state: MetadataState, copy: number): void {
  const text = String(state.applied);
  const value = Uint8Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
  state.attributes.insert(copy, snapshotIndexAttribute, { value });
}

/** Adds up a tree; an errno when it is too large, or a part of it is being written. */
function measure(state: MetadataState, inode: number, amount: Amount): Errno | null {
  const row = state.inodes.get(inode)!;
  amount.inodes += 1;
  amount.bytes += row.sizeBytes;
  if (amount.inodes > state.settings.maxCloneInodes) return 'E2BIG';
  for (const index of state.slots.keys(inode)) {
    if (slotIsLeased(state, inode, index)) return 'EAGAIN';
  }
  for (const name of state.dentries.keys(inode)) {
    const fault = measure(state, state.dentries.get(inode, name)!.inode, amount);
    if (fault !== null) return fault;
  }
  return null;
}

/** Copies an inode and all below it, and adds what it has copied to `copied`. */
function copyTree(
  state: MetadataState,
  source: number,
  parent: number,
  frozen: boolean,
  copied: Amount,
): number {
  const row = state.inodes.get(source)!;
  const copy = state.nextInode++;
  state.inodes.insert(copy, {
    ...row,
    ctimeUs: state.timeUs,
    frozen,
    parents: [parent],
    opens: 0,
    subdirectories: 0,
    belowInodes: 0,
    belowBytes: 0,
    belowShared: 0,
  });
  for (const name of state.attributes.keys(source)) {
    if (name === snapshotIndexAttribute) continue;
    state.attributes.insert(copy, name, { value: state.attributes.get(source, name)!.value });
  }
  for (const index of state.slots.keys(source)) {
    const slot = state.slots.get(source, index)!;
    state.slots.insert(copy, index, { ...slot });
    if (slot.chunk !== 0) state.chunks.edit(slot.chunk).references += 1;
  }
  const below = { inodes: 0, bytes: 0 };
  for (const name of state.dentries.keys(source)) {
    const { inode } = state.dentries.get(source, name)!;
    addEntry(state, copy, name, copyTree(state, inode, copy, frozen, below));
  }
  const sums = state.inodes.edit(copy);
  sums.mtimeUs = row.mtimeUs;
  sums.belowInodes = below.inodes;
  sums.belowBytes = below.bytes;
  copied.inodes += 1 + below.inodes;
  copied.bytes += row.sizeBytes + below.bytes;
  return copy;
}

/** Takes away a snapshot as a whole; files that are open in it go when they are closed. */
export function removeSnapshot(state: MetadataState, command: CommandOf<'remove-snapshot'>): Reply {
  const { parent, name } = command;
  const fault = entryFault(state, command);
  if (fault !== null) return refuse(fault);
  const root = state.dentries.get(parent, name)?.inode;
  if (root === undefined) return refuse('ENOENT');
  const row = state.inodes.get(root)!;
  if (!row.frozen) return refuse('EINVAL');
  const change = new UsageChange(state);
  change.add(parent, -1 - row.belowInodes, -row.sizeBytes - row.belowBytes);
  change.apply();
  removeTree(state, parent, name, root);
  return done;
}

function removeTree(state: MetadataState, parent: number, name: string, inode: number): void {
  for (const entry of state.dentries.keys(inode)) {
    removeTree(state, inode, entry, state.dentries.get(inode, entry)!.inode);
  }
  removeEntry(state, parent, name);
  state.inodes.edit(inode).parents.length = 0;
  destroyUnused(state, inode);
}

/** Gives a file in the trash a name again. */
export function restoreTrash(state: MetadataState, command: CommandOf<'restore-trash'>): Reply {
  const { inode, parent, name } = command;
  const fault = entryFault(state, command);
  if (fault !== null) return refuse(fault);
  if (state.trash.get(inode) === undefined) return refuse('ENOENT');
  if (state.dentries.get(parent, name) !== undefined) return refuse('EEXIST');
  const change = new UsageChange(state);
  change.add(parent, 1, state.inodes.get(inode)!.sizeBytes);
  if (change.exceedsQuota()) return refuse('EDQUOT');
  change.apply();
  takeFromTrash(state, inode);
  const row = state.inodes.edit(inode);
  row.parents.push(parent);
  row.ctimeUs = state.timeUs;
  addEntry(state, parent, name, inode);
  return { kind: 'inode', inode };
}
