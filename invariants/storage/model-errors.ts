import type { Command } from '../../src/systems/storage/metadata/command.ts';
import type { Errno } from '../../src/systems/storage/metadata/errno.ts';
import type { ModelFiles } from './model-files.ts';

/**
 * Whether a refusal tells the truth, as far as names and lengths decide: a name that is there is not
 * missing, a directory with entries is not empty. Refusals for other reasons are not judged.
 */
export function isTrue(files: ModelFiles, command: Command, errno: Errno): boolean {
  switch (errno) {
    case 'ENOENT':
      return !isThere(files, command);
    case 'EEXIST':
      return isTaken(files, command);
    case 'ENOTEMPTY':
      return isFull(files, command);
    case 'EDQUOT':
      return files.quotas.size > 0;
    case 'EISDIR':
    case 'ENOTDIR':
      return isOfAKind(files, command, errno === 'EISDIR');
    default:
      return true;
  }
}

function isThere(files: ModelFiles, command: Command): boolean {
  switch (command.kind) {
    case 'unlink':
    case 'rmdir':
    case 'rename':
    case 'remove-snapshot':
      return files.lookup(command.parent, command.name) !== undefined;
    case 'create':
    case 'mkdir':
      return true;
    case 'restore-trash':
    case 'purge-trash':
      return files.trash.has(command.inode);
    default:
      return false;
  }
}

function isTaken(files: ModelFiles, command: Command): boolean {
  switch (command.kind) {
    case 'create':
    case 'mkdir':
    case 'symlink':
    case 'link':
    case 'clone':
    case 'restore-trash':
      return files.lookup(command.parent, command.name) !== undefined;
    case 'rename':
      return files.lookup(command.newParent, command.newName) !== undefined;
    default:
      return true;
  }
}

function isFull(files: ModelFiles, command: Command): boolean {
  const at = (parent: number, name: string): boolean => {
    const inode = files.lookup(parent, name);
    return inode !== undefined && files.inodes.get(inode)!.entries.size > 0;
  };
  if (command.kind === 'rmdir') return at(command.parent, command.name);
  return command.kind === 'rename' ? at(command.newParent, command.newName) : true;
}

function isOfAKind(files: ModelFiles, command: Command, directory: boolean): boolean {
  const kindAt = (parent: number, name: string): string => {
    const inode = files.lookup(parent, name);
    return inode === undefined ? '' : files.inodes.get(inode)!.kind;
  };
  switch (command.kind) {
    case 'unlink':
    case 'create': {
      const isNoDirectory = files.directory(command.parent) === undefined;
      if (!directory) return isNoDirectory;
      return kindAt(command.parent, command.name) === 'directory';
    }
    case 'rmdir': {
      if (files.directory(command.parent) === undefined) return !directory;
      return !directory && kindAt(command.parent, command.name) !== 'directory';
    }
    default:
      return true;
  }
}
