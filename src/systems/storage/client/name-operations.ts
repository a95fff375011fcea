import type { CacheKey } from '../messages/metadata-messages.ts';
import type { CommandOf } from '../metadata/command.ts';
import type { Attributes, TrashedFile } from '../metadata/queries.ts';
import { attributesFault, countFault, modeFault, refuse } from './arguments.ts';
import { ClientCore } from './client-core.ts';
import type { FileErrno } from './file-error.ts';
import type { Operation, OperationStep } from './operation.ts';
import type { Place } from './path-walker.ts';

/** Names that one question for a directory's entries brings. */
const entriesAtOnce = 64;

export interface DirectoryEntry {
  readonly name: string;
  readonly inode: number;
}

/** What setattr can set; what is left out stays. */
export type AttributeChanges = Partial<Omit<CommandOf<'setattr'>, 'kind' | 'inode'>>;

/** What is below a directory with a quota, and how much may be; 0 is no limit. */
export interface QuotaUsage {
  readonly inodes: number;
  readonly bytes: number;
  readonly maxInodes: number;
  readonly maxBytes: number;
}

const owner = { uid: 0, gid: 0 } as const;

/**
 * Operations on names and inodes, by path. All throw a `FileError`. The last parameter of each is
 * given what the operation asked of the masters, with the indexes of their answers.
 */
export class NameOperations extends ClientCore {
  /** The inode that a path leads to. */
  lookup(path: string, steps?: OperationStep[]): Promise<number> {
    return this.onPath('lookup', path, steps, true, async (operation, place) => {
      return this.existing(operation, place).inode;
    });
  }

  /** @param follow false: of a symbolic link itself, as lstat(2) */
  stat(path: string, follow: boolean = true, steps?: OperationStep[]): Promise<Attributes> {
    return this.onPath('stat', path, steps, follow, (operation, place) => {
      const { inode, attributes } = this.existing(operation, place);
      return this.attributesOf(operation, inode, attributes);
    });
  }

  /** Makes a directory and gives its inode. */
  mkdir(path: string, mode: number = 0o755, steps?: OperationStep[]): Promise<number> {
    return this.onPath('mkdir', path, steps, false, (operation, place) => {
      refuse(operation, modeFault(mode));
      const { parent, name } = this.nameable(operation, place, null);
      const command = { kind: 'mkdir', parent, name, mode, ...owner } as const;
      return this.metadata.inodeOf(operation, command, keysOf(place));
    });
  }

  symlink(target: string, path: string, steps?: OperationStep[]): Promise<number> {
    return this.onPath('symlink', path, steps, false, (operation, place) => {
      const { parent, name } = this.nameable(operation, place, 'ENOENT');
      const command = { kind: 'symlink', parent, name, target, mode: 0o777, ...owner } as const;
      return this.metadata.inodeOf(operation, command, keysOf(place));
    });
  }

  readlink(path: string, steps?: OperationStep[]): Promise<string> {
    return this.onPath('readlink', path, steps, false, async (operation, place) => {
      const { inode, kind } = this.existing(operation, place);
      if (kind !== 'symlink') throw operation.error('EINVAL');
      return this.walker.targetOf(operation, inode);
    });
  }

  /** Gives a file a second name. A symbolic link is not followed. */
  link(path: string, newPath: string, steps?: OperationStep[]): Promise<void> {
    return this.onPath('link', path, steps, false, async (operation, place) => {
      const { inode } = this.existing(operation, place);
      const there = await this.walker.walk(operation, newPath, false);
      const to = this.nameable(operation, there, 'ENOENT');
      const command = { kind: 'link', inode, parent: to.parent, name: to.name } as const;
      await this.metadata.change(operation, command, [...keysOf(place), ...keysOf(to)]);
    });
  }

  unlink(path: string, steps?: OperationStep[]): Promise<void> {
    return this.remove('unlink', path, steps);
  }

  rmdir(path: string, steps?: OperationStep[]): Promise<void> {
    return this.remove('rmdir', path, steps);
  }

  /** Takes a file out of the trash and gives it a name. ENOENT: it is not there. */
  restore(inode: number, path: string, steps?: OperationStep[]): Promise<number> {
    return this.onPath('restore', path, steps, false, (operation, place) => {
      refuse(operation, countFault(inode));
      const { parent, name } = this.nameable(operation, place, 'ENOENT');
      const command = { kind: 'restore-trash', inode, parent, name } as const;
      const keys = [...keysOf(place), { inode, name: '' }];
      return this.metadata.inodeOf(operation, command, keys);
    });
  }

  /** What was removed and is kept for a while. Not of one instant when there are more than 64. */
  listTrash(steps?: OperationStep[]): Promise<readonly TrashedFile[]> {
    return this.run('list-trash', '/', steps, async (operation) => {
      const all: TrashedFile[] = [];
      for (;;) {
        const after = all.at(-1)?.inode ?? 0;
        const query = { kind: 'list-trash', after, most: entriesAtOnce } as const;
        const { files } = await this.metadata.ask(operation, query, 'trash');
        all.push(...files);
        if (files.length < entriesAtOnce) return all;
      }
    });
  }

  /** Ends a file in the trash before its time: nothing brings it back. ENOENT: it is not there. */
  purge(inode: number, steps?: OperationStep[]): Promise<void> {
    return this.run('purge', '/', steps, async (operation) => {
      refuse(operation, countFault(inode));
      const command = { kind: 'purge-trash', inode } as const;
      await this.metadata.change(operation, command, [{ inode, name: '' }]);
    });
  }

  /** Takes a snapshot away, as a whole. */
  removeSnapshot(path: string, steps?: OperationStep[]): Promise<void> {
    return this.remove('remove-snapshot', path, steps);
  }

  private remove(
    kind: 'unlink' | 'rmdir' | 'remove-snapshot',
    path: string,
    steps: OperationStep[] | undefined,
  ): Promise<void> {
    return this.onPath(kind, path, steps, false, async (operation, place) => {
      this.removable(operation, place, kind);
      const { parent, name } = this.existing(operation, place);
      await this.metadata.change(operation, { kind, parent, name }, keysOf(place));
      // A tree went: whatever was kept of it is gone.
      if (kind === 'remove-snapshot') this.metadata.cache.clear();
    });
  }

  /** @param keep EEXIST when the new name is taken, as RENAME_NOREPLACE */
  rename(
    path: string,
    newPath: string,
    keep: boolean = false,
    steps?: OperationStep[],
  ): Promise<void> {
    return this.onPath('rename', path, steps, false, async (operation, place) => {
      this.movable(operation, place);
      const { parent, name } = this.existing(operation, place);
      const to = await this.walker.walk(operation, newPath, false);
      this.movable(operation, to);
      this.nameableFor(operation, place, to);
      const there = { newParent: to.parent, newName: to.name };
      const command = { kind: 'rename', parent, name, ...there, keep } as const;
      await this.metadata.change(operation, command, [...keysOf(place), ...keysOf(to)]);
    });
  }

  /** All entries of a directory, by name. Not of one instant when there are more than 64. */
  readdir(path: string, steps?: OperationStep[]): Promise<readonly DirectoryEntry[]> {
    return this.onPath('readdir', path, steps, true, async (operation, place) => {
      const { inode } = this.existing(operation, place);
      const entries: DirectoryEntry[] = [];
      for (;;) {
        const after = entries.at(-1)?.name ?? '';
        const query = { kind: 'read-directory', inode, after, most: entriesAtOnce } as const;
        const { names } = await this.metadata.ask(operation, query, 'names');
        entries.push(...names);
        if (names.length < entriesAtOnce) return entries;
      }
    });
  }

  setattr(path: string, changes: AttributeChanges, steps?: OperationStep[]): Promise<void> {
    return this.changeInode('setattr', path, steps, attributesFault(changes), (inode) => ({
      kind: 'setattr',
      inode,
      mode: null,
      uid: null,
      gid: null,
      atimeUs: null,
      mtimeUs: null,
      trashUs: null,
      ...changes,
    }));
  }

  /** Null removes the attribute. */
  setxattr(
    path: string,
    name: string,
    value: Uint8Array | null,
    steps?: OperationStep[],
  ): Promise<void> {
    return this.changeInode('setxattr', path, steps, null, (inode) => ({
      kind: 'setxattr',
      inode,
      name,
      value,
    }));
  }

  getxattr(path: string, name: string, steps?: OperationStep[]): Promise<Uint8Array> {
    return this.onPath('getxattr', path, steps, true, async (operation, place) => {
      const { inode } = this.existing(operation, place);
      const query = { kind: 'get-attribute', inode, name } as const;
      return (await this.metadata.ask(operation, query, 'bytes')).bytes;
    });
  }

  listxattr(path: string, steps?: OperationStep[]): Promise<readonly string[]> {
    return this.onPath('listxattr', path, steps, true, async (operation, place) => {
      const { inode } = this.existing(operation, place);
      const query = { kind: 'list-attributes', inode } as const;
      return (await this.metadata.ask(operation, query, 'words')).words;
    });
  }

  /** The storage class of what is made from now on: chunks of a file, children of a directory. */
  setClass(path: string, classId: number, steps?: OperationStep[]): Promise<void> {
    return this.changeInode('set-class', path, steps, countFault(classId), (inode) => ({
      kind: 'set-class',
      inode,
      classId,
    }));
  }

  /** Limits what is below a directory; both 0: no quota. */
  setQuota(path: string, inodes: number, bytes: number, steps?: OperationStep[]): Promise<void> {
    return this.changeInode('set-quota', path, steps, countFault(inodes, bytes), (inode) => ({
      kind: 'set-quota',
      inode,
      inodes,
      bytes,
    }));
  }

  /**
   * Has the masters empty a chunkserver.
   * @param nth which of `servers`, from 0; wraps
   */
  drain(nth: number, steps?: OperationStep[]): Promise<void> {
    return this.administer('drain', nth, steps, (server) => ({
      kind: 'set-server-state',
      server,
      state: 'draining',
    }));
  }

  /** Ends a drain: the server takes parts again. Nothing changes for one that is not emptied. */
  undrain(nth: number, steps?: OperationStep[]): Promise<void> {
    return this.administer('undrain', nth, steps, (server) => ({
      kind: 'set-server-state',
      server,
      state: 'up',
    }));
  }

  /**
   * Has the masters forget a chunkserver. EBUSY while it is in use: it is up, or has parts, or something
   * to do. One that goes on beating joins as a new one.
   */
  removeServer(nth: number, steps?: OperationStep[]): Promise<void> {
    return this.administer('remove-server', nth, steps, (server) => ({
      kind: 'remove-server',
      server,
    }));
  }

  /** Takes no session, as whoever administers has none. */
  private administer(
    name: string,
    nth: number,
    steps: OperationStep[] | undefined,
    commandFor: (server: number) => CommandOf<'set-server-state' | 'remove-server'>,
  ): Promise<void> {
    return this.run(name, '/', steps, async (operation) => {
      refuse(operation, countFault(nth));
      const { servers } = this.settings;
      const server = servers[nth % servers.length];
      if (server === undefined) throw operation.error('ENOENT');
      const command = commandFor(server);
      const call = { kind: 'call', session: 0, sequence: 0, oldest: 0, command } as const;
      const { deadlineUs } = operation;
      let copies = 0;
      const done = await this.masters.exchange('call-done', deadlineUs, (request) => {
        copies += 1;
        return { ...call, request };
      });
      if (done === null || done.reply === null) throw operation.error('ETIMEDOUT', true);
      operation.note(name, done.index);
      // Without a session nothing tells copies apart: an earlier one may be what a later one met.
      if (done.reply.kind === 'error') throw operation.error(done.reply.errno, copies > 1);
    });
  }

  quota(path: string, steps?: OperationStep[]): Promise<QuotaUsage> {
    return this.onPath('quota', path, steps, true, async (operation, place) => {
      const { inode } = this.existing(operation, place);
      const usage = await this.metadata.ask(operation, { kind: 'quota', inode }, 'usage');
      const { inodes, bytes, maxInodes, maxBytes } = usage;
      return { inodes, bytes, maxInodes, maxBytes };
    });
  }

  private changeInode(
    name: string,
    path: string,
    steps: OperationStep[] | undefined,
    fault: FileErrno | null,
    command: (inode: number) => CommandOf<'setattr' | 'setxattr' | 'set-class' | 'set-quota'>,
  ): Promise<void> {
    return this.onPath(name, path, steps, true, async (operation, place) => {
      const { inode } = this.existing(operation, place);
      refuse(operation, fault);
      await this.metadata.change(operation, command(inode), [{ inode, name: '' }]);
    });
  }

  /** A copy of a file or tree that shares its bytes until either is written. */
  clone(path: string, newPath: string, steps?: OperationStep[]): Promise<number> {
    return this.copy('clone', path, newPath, false, steps);
  }

  /** A copy of one instant that nobody can change. */
  snapshot(path: string, newPath: string, steps?: OperationStep[]): Promise<number> {
    return this.copy('snapshot', path, newPath, true, steps);
  }

  private copy(
    name: string,
    path: string,
    newPath: string,
    frozen: boolean,
    steps: OperationStep[] | undefined,
  ): Promise<number> {
    return this.onPath(name, path, steps, true, async (operation, place) => {
      const { inode: source } = this.existing(operation, place);
      const there = await this.walker.walk(operation, newPath, false);
      const to = this.nameableFor(operation, place, there);
      const command = { kind: 'clone', source, parent: to.parent, name: to.name, frozen } as const;
      await this.flushFor(operation, source);
      return this.metadata.inodeOf(operation, command, keysOf(to), () =>
        this.session.callWhenFree(operation, command, () => this.leases.release(source)),
      );
    });
  }

  /** What this client has written to the file belongs into the copy. */
  private flushFor(operation: Operation, inode: number): Promise<void> {
    return this.data.flush(operation, inode);
  }
}

/** What is no longer sure when an entry comes, goes or leads elsewhere. */
function keysOf({ parent, inode }: Place): CacheKey[] {
  const keys = [{ inode: parent, name: '' }];
  if (inode !== 0) keys.push({ inode, name: '' });
  return keys;
}
