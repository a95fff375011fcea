import type { CacheKey, Query } from '../messages/metadata-messages.ts';
import type { Command, CommandOf } from '../metadata/command.ts';
import type { MetadataState } from '../metadata/state.ts';

/** Everything that anybody may have cached: too much hangs on what the command changes. */
export const everything = 'everything';

const none: readonly CacheKey[] = [];

/**
 * What cached answers may be wrong once the command is applied: the inodes and names that it changes,
 * as the tables are now. Another command for one of the same *names* may change which inodes these
 * are, so it has to end first; one for other names cannot.
 */
export function keysTouched(
  state: MetadataState,
  command: Command,
): readonly CacheKey[] | typeof everything {
  switch (command.kind) {
    case 'create':
    case 'mkdir':
    case 'symlink':
    case 'clone':
      return entryKeys(state, command.parent, command.name);
    case 'link':
    case 'restore-trash':
      return [...entryKeys(state, command.parent, command.name), ofInode(command.inode)];
    case 'unlink':
    case 'rmdir':
      return entryKeys(state, command.parent, command.name);
    case 'rename':
      return [
        ...entryKeys(state, command.parent, command.name),
        ...entryKeys(state, command.newParent, command.newName),
      ];
    case 'remove-snapshot':
      return everything;
    case 'purge-trash':
    case 'setattr':
    case 'truncate':
    case 'setxattr':
    case 'set-class':
    case 'append':
    case 'grant-write':
      return [ofInode(command.inode)];
    case 'settle-write':
      // Others gave the inode up before this grant, and get no lease on it while it lasts.
      return isCurrent(state, command) ? none : [ofInode(command.inode)];
    default:
      return none;
  }
}

function isCurrent(state: MetadataState, command: CommandOf<'settle-write'>): boolean {
  const chunk = state.slots.get(command.inode, command.index)?.chunk ?? 0;
  return state.chunks.get(chunk)?.grant?.fence === command.fence;
}

/** What the answer to a query depends on; none when it must not be kept. */
export function keysOfQuery(state: MetadataState, query: Query): readonly CacheKey[] {
  switch (query.kind) {
    case 'lookup': {
      const { parent, name } = query;
      const found = state.dentries.get(parent, name)?.inode;
      const key: CacheKey = { inode: parent, name };
      return found === undefined ? [key] : [key, ofInode(found)];
    }
    case 'attributes':
    case 'read-directory':
    case 'read-link':
    case 'get-attribute':
    case 'list-attributes':
    case 'locate':
      return [ofInode(query.inode)];
    default:
      return none;
  }
}

export function ofInode(inode: number): CacheKey {
  return { inode, name: '' };
}

/** The name, the directory that lists it, and what it leads to. */
function entryKeys(state: MetadataState, parent: number, name: string): readonly CacheKey[] {
  const found = state.dentries.get(parent, name)?.inode;
  const keys: readonly CacheKey[] = [{ inode: parent, name }, ofInode(parent)];
  return found === undefined ? keys : [...keys, ofInode(found)];
}
