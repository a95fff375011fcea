import type { Errno } from './errno.ts';
import type { MetadataState } from './state.ts';

/** Why a name cannot be that of an entry, or null. */
export function nameFault(state: MetadataState, name: string): Errno | null {
  if (name === '' || name === '.' || name === '..') return 'EINVAL';
  if (name.includes('/') || name.includes('\0')) return 'EINVAL';
  return utf8Length(name) > state.settings.maxNameBytes ? 'ENAMETOOLONG' : null;
}

/** Why nothing can be changed among the entries of a directory, or null. */
export function directoryFault(state: MetadataState, directory: number): Errno | null {
  const row = state.inodes.get(directory);
  if (row === undefined) return 'ESTALE';
  if (row.kind !== 'directory') return 'ENOTDIR';
  return row.frozen ? 'EROFS' : null;
}

/** Both of the above. */
export function entryFault(
  state: MetadataState,
  at: { parent: number; name: string },
): Errno | null {
  return directoryFault(state, at.parent) ?? nameFault(state, at.name);
}

/** Bytes of a text in UTF-8; a lone surrogate counts three, as does what replaces it. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    bytes += unit < 0x800 ? 1 : 2;
    const next = text.charCodeAt(i + 1);
    // Two units of one character are four bytes together.
    if (unit >= 0xd800 && unit < 0xdc00 && next >= 0xdc00 && next < 0xe000) i += 1;
  }
  return bytes;
}

/** Makes an entry. The name must be free. */
export function addEntry(state: MetadataState, parent: number, name: string, inode: number): void {
  state.dentries.insert(parent, name, { inode });
  state.sortedNames.added(parent, name);
  const directory = state.inodes.edit(parent);
  directory.mtimeUs = state.timeUs;
  directory.ctimeUs = state.timeUs;
  if (state.inodes.get(inode)!.kind === 'directory') directory.subdirectories += 1;
}

/** Takes an entry away; the inode it led to stays as it is. */
export function removeEntry(state: MetadataState, parent: number, name: string): void {
  const { inode } = state.dentries.get(parent, name)!;
  state.dentries.delete(parent, name);
  state.sortedNames.removed(parent, name);
  const directory = state.inodes.edit(parent);
  directory.mtimeUs = state.timeUs;
  directory.ctimeUs = state.timeUs;
  if (state.inodes.get(inode)!.kind === 'directory') directory.subdirectories -= 1;
}
