import { dropSlot } from './chunk-life.ts';
import { removeEntry } from './names.ts';
import { done, type Reply, refuse } from './reply.ts';
import type { Inode } from './rows.ts';
import type { MetadataState } from './state.ts';
import type { UsageChange } from './usage.ts';

/** What it changes in the sums when an inode gets one more link, in `parent`. */
export function chargeLink(change: UsageChange, inode: Readonly<Inode>, parent: number): void {
  const links = inode.parents.length;
  if (links === 0) change.add(parent, 1, inode.sizeBytes);
  if (links === 1) change.add(inode.parents[0]!, 0, 0, 1);
  if (links > 0) change.add(parent, 0, 0, 1);
}

/**
 * What it changes in the sums when an inode that is no directory loses its link in `parent`. A file
 * is charged where its oldest link is, so the charge may move to another directory.
 */
export function chargeUnlink(change: UsageChange, inode: Readonly<Inode>, parent: number): void {
  const [home] = inode.parents;
  const rest = inode.parents.toSpliced(inode.parents.indexOf(parent), 1);
  const [nextHome] = rest;
  if (nextHome === undefined) {
    change.add(parent, -1, -inode.sizeBytes);
    return;
  }
  change.add(parent, 0, 0, -1);
  if (rest.length === 1) change.add(nextHome, 0, 0, -1);
  if (nextHome === home) return;
  change.add(home!, -1, -inode.sizeBytes);
  change.add(nextHome, 1, inode.sizeBytes);
}

/**
 * Takes away the entry of an inode that is no directory. After the last link a file goes to the
 * trash, or stays while it is open, or is gone. The sums are the caller's.
 */
export function removeLink(state: MetadataState, parent: number, name: string): void {
  const { inode } = state.dentries.get(parent, name)!;
  removeEntry(state, parent, name);
  const row = state.inodes.edit(inode);
  row.parents.splice(row.parents.indexOf(parent), 1);
  row.ctimeUs = state.timeUs;
  if (row.parents.length > 0) return;
  if (row.kind === 'file' && row.trashUs > 0) {
    const untilUs = state.timeUs + row.trashUs;
    state.trash.insert(inode, { sinceUs: state.timeUs, untilUs, parent, name });
    state.sortedTrash.added(0, inode);
    state.trashQueue.push(untilUs, inode);
  } else {
    destroyUnused(state, inode);
  }
}

/** Ends an inode that nothing leads to and nobody has open. */
export function destroyUnused(state: MetadataState, inode: number): void {
  const { opens, parents } = state.inodes.get(inode)!;
  if (opens > 0 || parents.length > 0 || state.trash.get(inode) !== undefined) return;
  for (const index of state.slots.keys(inode)) dropSlot(state, inode, index);
  for (const name of state.attributes.keys(inode)) state.attributes.delete(inode, name);
  state.locks.delete(inode);
  state.quotas.delete(inode);
  state.inodes.delete(inode);
}

/** Takes a file out of the trash, to have a name again or to end; false when it is not there. */
export function takeFromTrash(state: MetadataState, inode: number): boolean {
  if (!state.trash.delete(inode)) return false;
  state.sortedTrash.removed(0, inode);
  return true;
}

/** Ends a file in the trash at once: for good, though who has it open can use it until it is closed. */
export function purgeTrash(state: MetadataState, inode: number): Reply {
  if (!takeFromTrash(state, inode)) return refuse('ENOENT');
  destroyUnused(state, inode);
  return done;
}

/** Ends what is due in the trash, as much as one entry may carry. */
export function purgeDue(state: MetadataState): void {
  for (let left = state.settings.purgeBatch; left > 0; ) {
    const due = state.trashQueue.pop(state.timeUs);
    if (due === null) return;
    // Restored meanwhile, or thrown away a second time: then the queue holds a later item as well.
    if (state.trash.get(due.key)?.untilUs !== due.dueUs) continue;
    purgeTrash(state, due.key);
    left -= 1;
  }
}
