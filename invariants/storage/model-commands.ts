import type { Command, CommandOf, Envelope } from '../../src/systems/storage/metadata/command.ts';
import type { Reply } from '../../src/systems/storage/metadata/reply.ts';
import type { StorageSettings } from '../../src/systems/storage/metadata/settings.ts';
import { type ModelFiles, newInode } from './model-files.ts';

/** What cannot be true about a reply; `null` when it can. */
export type Complaint = string | null;

/** A success, and the state machine's time at it. */
interface Success {
  readonly reply: Reply;
  readonly session: number;
  readonly timeUs: number;
  readonly settings: StorageSettings;
}

/**
 * Carries out in the model what a committed command did by its reply. A success that was not
 * possible is a complaint; then the model stays as it is.
 */
export function succeed(
  files: ModelFiles,
  { session, command }: Envelope,
  reply: Reply,
  timeUs: number,
  settings: StorageSettings,
): Complaint {
  const success = { reply, session, timeUs, settings };
  return onNames(files, command, success) ?? onFiles(files, command, success);
}

function onNames(files: ModelFiles, command: Command, success: Success): Complaint {
  switch (command.kind) {
    case 'create':
    case 'mkdir':
    case 'symlink':
      return make(files, command, success);
    case 'link':
      return link(files, command);
    case 'unlink':
      return unlink(files, command, success);
    case 'rmdir':
      return rmdir(files, command, success);
    case 'rename':
      return rename(files, command, success);
    case 'clone':
      return clone(files, command, success);
    case 'remove-snapshot': {
      const inode = files.lookup(command.parent, command.name);
      if (inode === undefined || !files.inodes.get(inode)!.frozen)
        return 'no snapshot of that name';
      files.removeTree(command.parent, command.name);
      return null;
    }
    case 'restore-trash': {
      const free = freeName(files, command);
      if (free !== null) return free;
      if (!files.trash.has(command.inode)) return 'not in the trash';
      files.addName(command.parent, command.name, command.inode);
      files.outOfTrash(command.inode);
      return null;
    }
    default:
      return null;
  }
}

function onFiles(files: ModelFiles, command: Command, success: Success): Complaint {
  switch (command.kind) {
    case 'setattr': {
      const node = files.inodes.get(command.inode);
      if (node === undefined || node.frozen) return 'attributes of what cannot change';
      node.trashUs = command.trashUs ?? node.trashUs;
      return null;
    }
    case 'truncate':
      return setLength(files, command.inode, () => command.sizeBytes);
    case 'append':
      return append(files, command, success);
    case 'settle-write': {
      const { index, validBytes } = command;
      const end = index * success.settings.chunkBytes + validBytes;
      return setLength(files, command.inode, (before) => Math.max(before, end));
    }
    case 'lock':
    case 'unlock':
      files.locks.changed(success.session, command);
      return null;
    case 'open':
      return open(files, command.inode, success.session);
    case 'close': {
      const count = files.inodes.get(command.inode)?.opens.get(success.session) ?? 0;
      if (count === 0) return 'closed, and was not open';
      files.close(success.session, command.inode, command);
      return null;
    }
    case 'close-session':
      endSession(files, success.session);
      return null;
    case 'expire-session':
      endSession(files, command.expired);
      return null;
    case 'open-session':
      if (command.role === 'mirror') {
        endSessions(files, (role) => role === 'mirror');
        if (success.reply.kind === 'session') files.mirrors.add(success.reply.session);
      }
      return null;
    case 'set-region-mode': {
      const writers = { active: 'client', standby: 'mirror', lost: 'nobody' };
      if (command.region === success.settings.region) {
        endSessions(files, (role) => role !== writers[command.mode]);
      }
      return null;
    }
    case 'set-quota':
      if (files.directory(command.inode) === undefined) return 'a quota of no directory';
      if (command.inodes + command.bytes > 0) files.quotas.add(command.inode);
      else files.quotas.delete(command.inode);
      return null;
    case 'purge-trash':
      if (!files.trash.has(command.inode)) return 'purged, and was not in the trash';
      files.outOfTrash(command.inode);
      return null;
    case 'tick':
      purgeDue(files, success);
      return null;
    default:
      return null;
  }
}

interface At {
  readonly parent: number;
  readonly name: string;
}

/** Why no name can be made there; the directory must be one that may change. */
function freeName(files: ModelFiles, { parent, name }: At): Complaint {
  const directory = files.directory(parent);
  if (directory === undefined) return 'a name in what is no directory';
  if (directory.frozen) return 'a name in a snapshot';
  return directory.entries.has(name) ? 'a second entry of one name' : null;
}

function make(
  files: ModelFiles,
  command: CommandOf<'create' | 'mkdir' | 'symlink'>,
  { reply }: Success,
): Complaint {
  if (reply.kind !== 'inode') return 'made, and no inode is named';
  const { parent, name, kind } = command;
  const existing = files.lookup(parent, name);
  if (existing !== undefined && kind === 'create' && !command.exclusive) {
    if (files.inodes.get(existing)!.kind !== 'file') return 'created over what is no file';
    return existing === reply.inode ? null : 'another file than the one of that name';
  }
  const free = freeName(files, command);
  if (free !== null) return free;
  if (reply.inode <= files.highest) return 'an inode number was used before';
  const node = newInode(kind === 'create' ? 'file' : kind === 'mkdir' ? 'directory' : 'symlink');
  node.trashUs = files.inodes.get(parent)!.trashUs;
  if (kind === 'symlink') node.sizeBytes = new TextEncoder().encode(command.target).length;
  files.make(reply.inode, node);
  files.addName(parent, name, reply.inode);
  return null;
}

function link(files: ModelFiles, command: CommandOf<'link'>): Complaint {
  const node = files.inodes.get(command.inode);
  if (node === undefined || node.kind === 'directory') return 'a link to no file';
  if (node.frozen || node.parents.length === 0) return 'a link to what takes none';
  const free = freeName(files, command);
  if (free !== null) return free;
  files.addName(command.parent, command.name, command.inode);
  return null;
}

function unlink(files: ModelFiles, { parent, name }: At, { timeUs }: Success): Complaint {
  const inode = files.lookup(parent, name);
  const node = inode === undefined ? undefined : files.inodes.get(inode)!;
  if (node === undefined) return 'unlinked, and there was no such name';
  if (node.kind === 'directory' || node.frozen) return 'unlinked what cannot be';
  files.removeName(parent, name, timeUs);
  return null;
}

function rmdir(files: ModelFiles, { parent, name }: At, { timeUs }: Success): Complaint {
  const inode = files.lookup(parent, name);
  const node = inode === undefined ? undefined : files.directory(inode);
  if (node === undefined) return 'removed a directory that was none';
  if (node.entries.size > 0) return 'removed a directory that was not empty';
  if (node.frozen) return 'removed a directory of a snapshot';
  files.removeName(parent, name, timeUs);
  return null;
}

function rename(
  files: ModelFiles,
  command: CommandOf<'rename'>,
  { reply, timeUs }: Success,
): Complaint {
  const { parent, name, newParent, newName, keep } = command;
  const source = files.lookup(parent, name);
  if (source === undefined) return 'renamed what was not there';
  if (reply.kind !== 'inode' || reply.inode !== source)
    return 'renamed, and another inode is named';
  const target = files.lookup(newParent, newName);
  if (target !== undefined && keep) return 'renamed over a name that was to be kept';
  if (source === target) return null;
  const moved = files.inodes.get(source)!;
  const directory = files.directory(newParent);
  if (directory === undefined || directory.frozen || files.inodes.get(parent)!.frozen) {
    return 'renamed into or out of what cannot change';
  }
  if (moved.kind === 'directory' && files.isWithin(newParent, source)) {
    return 'renamed a directory into itself';
  }
  if (target !== undefined) {
    const node = files.inodes.get(target)!;
    if ((node.kind === 'directory') !== (moved.kind === 'directory'))
      return 'renamed over another kind';
    if (node.entries.size > 0) return 'renamed over a directory that was not empty';
    if (node.frozen) return 'renamed over a snapshot';
    files.removeName(newParent, newName, timeUs);
  }
  files.dropName(parent, name);
  files.addName(newParent, newName, source);
  return null;
}

function clone(files: ModelFiles, command: CommandOf<'clone'>, { reply }: Success): Complaint {
  const { source, parent, name, frozen } = command;
  if (reply.kind !== 'inode') return 'cloned, and no inode is named';
  const node = files.inodes.get(source);
  if (node === undefined) return 'cloned what was not there';
  const free = freeName(files, command);
  if (free !== null) return free;
  if (node.kind === 'directory' && files.isWithin(parent, source)) return 'cloned into itself';
  if (reply.inode <= files.highest) return 'an inode number was used before';
  files.copy(source, parent, name, frozen, reply.inode);
  return null;
}

function setLength(
  files: ModelFiles,
  inode: number,
  lengthAfter: (before: number) => number,
): Complaint {
  const node = files.inodes.get(inode);
  if (node?.kind !== 'file' || node.frozen) return 'the length of what has none to change';
  node.sizeBytes = lengthAfter(node.sizeBytes);
  files.touchedInodes.add(inode);
  return null;
}

function append(
  files: ModelFiles,
  { inode, bytes }: CommandOf<'append'>,
  { reply, session }: Success,
): Complaint {
  const node = files.inodes.get(inode);
  if (reply.kind !== 'offset') return 'appended, and no offset is named';
  if (node?.opens.has(session) !== true) return 'appended to what is not open';
  if (reply.offsetBytes !== node.sizeBytes) return 'appended elsewhere than at the end';
  return setLength(files, inode, (before) => before + bytes);
}

function open(files: ModelFiles, inode: number, session: number): Complaint {
  const node = files.inodes.get(inode);
  if (node?.kind !== 'file') return 'opened what is no file';
  if (node.parents.length === 0 && node.opens.size === 0) return 'opened what has no name any more';
  files.open(session, inode);
  return null;
}

function endSessions(files: ModelFiles, ends: (role: 'client' | 'mirror') => boolean): void {
  for (const session of [...files.openOf.keys()]) {
    if (ends(files.mirrors.has(session) ? 'mirror' : 'client')) endSession(files, session);
  }
}

function endSession(files: ModelFiles, session: number): void {
  for (const inode of [...(files.openOf.get(session) ?? [])]) files.close(session, inode, null);
  files.openOf.delete(session);
}

/** The trash is emptied in the order of time, then of inodes, and so many files at a time. */
function purgeDue(files: ModelFiles, { timeUs, settings }: Success): void {
  const due = [...files.trash]
    .filter((inode) => files.inodes.get(inode)!.trashedUntilUs <= timeUs)
    .sort((a, b) => {
      const [first, second] = [files.inodes.get(a)!, files.inodes.get(b)!];
      return first.trashedUntilUs - second.trashedUntilUs || a - b;
    });
  for (const inode of due.slice(0, settings.purgeBatch)) files.outOfTrash(inode);
}
