import type { CommandOf } from '../metadata/command.ts';
import type { Attributes } from '../metadata/queries.ts';
import {
  lockAccessFault,
  lockFault,
  modeFault,
  openFault,
  placeFault,
  readFault,
  refuse,
  sizeFault,
} from './arguments.ts';
import { FileError } from './file-error.ts';
import { NameOperations } from './name-operations.ts';
import type { Operation, OperationStep } from './operation.ts';
import { joinSlices } from './slices.ts';
import type { LossWatch } from './write-losses.ts';

/** How a file is opened; what is left out is false. */
export interface OpenFlags {
  readonly read?: boolean;
  readonly write?: boolean;
  /** Makes the file when there is none. */
  readonly create?: boolean;
  /** With `create`: EEXIST when there is something. */
  readonly exclusive?: boolean;
  /** Each write goes to the end of the file. */
  readonly append?: boolean;
  readonly truncate?: boolean;
  /** Of a new file. Default 0o644. */
  readonly mode?: number;
  /** The process that opens it: its posix locks on the file end when this handle is closed. Default 0. */
  readonly owner?: number;
}

/** A lock on bytes of a file (`posix`) or on the whole of it (`flock`). */
export interface LockRequest {
  readonly style: 'posix' | 'flock';
  /**
   * Of a posix lock the process, in a number of the caller's choice; by default the one that opened the
   * file. A flock is of the open file itself.
   */
  readonly owner?: number;
  readonly from: number;
  /** The first byte behind. */
  readonly to: number;
  readonly exclusive: boolean;
  /** Whether to wait while another one is in the way, up to the deadline of operations. */
  readonly wait?: boolean;
}

/** The lock in the way of another one. */
export interface LockInTheWay {
  readonly session: number;
  readonly owner: number;
  readonly exclusive: boolean;
}

interface OpenFile {
  readonly inode: number;
  readonly path: string;
  readonly session: number;
  readonly flags: OpenFlags;
  /** What it was told of writes that were lost. */
  readonly losses: LossWatch;
  /** The processes that use it: which opened it, or took posix locks by it. */
  readonly owners: Set<number>;
}

/**
 * A file system over the masters and chunkservers of a cluster, in the manner of POSIX: paths begin
 * at the root, open files are numbers. Every operation throws a `FileError` with an errno name. One
 * whose `unknown` is true may have had its effect, in whole or in part, or may have it later.
 *
 * Bytes that are read are views of what came from the chunkservers: nobody may change them. Bytes to
 * be written belong to the file system until the write has returned, in close-to-open mode until the
 * file is synced or closed.
 */
export class FileSystem extends NameOperations {
  private readonly files: Map<number, OpenFile> = new Map();
  private nextHandle: number = 1;

  /** Makes a file without opening it, and gives its inode; an existing one is as good unless `exclusive`. */
  create(
    path: string,
    exclusive: boolean = false,
    mode: number = 0o644,
    steps?: OperationStep[],
  ): Promise<number> {
    return this.onPath('create', path, steps, !exclusive, (operation, place) => {
      refuse(operation, modeFault(mode));
      if (place.name === '' && !exclusive) throw operation.error('EISDIR');
      const { parent, name } = this.nameable(operation, place, 'EISDIR');
      return this.make(operation, parent, name, { exclusive, mode });
    });
  }

  private make(
    operation: Operation,
    parent: number,
    name: string,
    { exclusive = false, mode = 0o644 }: OpenFlags,
  ): Promise<number> {
    const command = { kind: 'create', parent, name, mode, uid: 0, gid: 0, exclusive } as const;
    return this.metadata.inodeOf(operation, command, [{ inode: parent, name: '' }]);
  }

  /** Opens a file and gives its handle. Directories are not opened: EISDIR. */
  open(path: string, flags: OpenFlags, steps?: OperationStep[]): Promise<number> {
    const exclusive = flags.create === true && flags.exclusive === true;
    return this.onPath('open', path, steps, !exclusive, async (operation, place) => {
      refuse(operation, openFault(flags));
      let { inode } = place;
      if (inode !== 0) {
        this.existing(operation, place);
        if (exclusive) throw operation.error('EEXIST');
        if (place.kind === 'directory') throw operation.error('EISDIR');
      } else {
        if (flags.create !== true) throw operation.error('ENOENT');
        if (place.slash) throw operation.error('EISDIR');
        inode = await this.make(operation, place.parent, place.name, flags);
      }
      return this.openInode(operation, inode, path, flags);
    });
  }

  private async openInode(
    operation: Operation,
    inode: number,
    path: string,
    flags: OpenFlags,
  ): Promise<number> {
    const { session } = await this.session.call(operation, { kind: 'open', inode });
    const handle = this.nextHandle++;
    const owners = new Set([flags.owner ?? 0]);
    this.files.set(handle, { inode, path, session, flags, losses: this.data.watch(inode), owners });
    // Whoever opens sees what was closed before.
    if (!this.isStrict) this.metadata.cache.drop({ inode, name: '' });
    if (flags.truncate === true && flags.write === true) {
      try {
        await this.resize(operation, inode, 0);
      } catch (error) {
        await this.letGo(operation, handle);
        throw error;
      }
    }
    return handle;
  }

  /** The inode of an open file. */
  inodeOf(handle: number): number {
    return this.files.get(handle)?.inode ?? 0;
  }

  private onFile<T>(
    name: string,
    handle: number,
    steps: OperationStep[] | undefined,
    body: (operation: Operation, file: OpenFile) => Promise<T>,
  ): Promise<T> {
    const file = this.files.get(handle);
    return this.run(name, file?.path ?? '', steps, async (operation) => {
      if (file === undefined) throw operation.error('EBADF');
      if (file.session !== this.session.id) throw operation.error('ESTALE');
      return body(operation, file);
    });
  }

  /** What stat(2) tells of an open file. */
  fstat(handle: number, steps?: OperationStep[]): Promise<Attributes> {
    return this.onFile('fstat', handle, steps, (operation, { inode }) =>
      this.attributesOf(operation, inode, null),
    );
  }

  /** The bytes from `offset` on as views, fewer than `length` at the end of the file. */
  readSlices(
    handle: number,
    offset: number,
    length: number,
    steps?: OperationStep[],
  ): Promise<readonly Uint8Array[]> {
    return this.onFile('read', handle, steps, (operation, { inode, flags }) => {
      if (flags.read !== true) throw operation.error('EBADF');
      refuse(operation, readFault(offset, length));
      // Behind the longest file there is nothing.
      const from = Math.min(offset, this.settings.storage.maxFileBytes);
      const most = Math.min(length, this.settings.storage.maxFileBytes - from);
      return this.data.read(operation, inode, from, most);
    });
  }

  /** The same in one piece: a view when one block has it all, else a copy. */
  async read(
    handle: number,
    offset: number,
    length: number,
    steps?: OperationStep[],
  ): Promise<Uint8Array> {
    return joinSlices(await this.readSlices(handle, offset, length, steps), this.counters);
  }

  /**
   * Writes bytes at an offset and gives how many were written: fewer than all where a quota or the
   * largest size of files ends them. In close-to-open mode they wait for `fsync` or `close`.
   */
  write(
    handle: number,
    offset: number,
    bytes: Uint8Array,
    steps?: OperationStep[],
  ): Promise<number> {
    return this.onFile('write', handle, steps, async (operation, { inode, flags }) => {
      if (flags.write !== true) throw operation.error('EBADF');
      refuse(operation, readFault(offset, bytes.length));
      if (bytes.length === 0) return 0;
      if (flags.append === true) {
        await this.appendTo(operation, inode, bytes);
        return bytes.length;
      }
      const { maxFileBytes } = this.settings.storage;
      refuse(operation, placeFault(offset, maxFileBytes));
      const fitting = bytes.subarray(0, maxFileBytes - offset);
      return this.isStrict
        ? this.data.write(operation, inode, offset, fitting)
        : this.data.writeBack(operation, inode, offset, fitting);
    });
  }

  /** Writes bytes behind the end of the file and gives where they begin. Two appends never overlap. */
  append(handle: number, bytes: Uint8Array, steps?: OperationStep[]): Promise<number> {
    return this.onFile('append', handle, steps, (operation, { inode, flags }) => {
      if (flags.write !== true) throw operation.error('EBADF');
      return this.appendTo(operation, inode, bytes);
    });
  }

  /** The masters give the range first, so one that fails leaves zeros. */
  private async appendTo(operation: Operation, inode: number, bytes: Uint8Array): Promise<number> {
    await this.data.flush(operation, inode);
    const command = { kind: 'append', inode, bytes: bytes.length } as const;
    const { reply } = await this.metadata.change(operation, command, [{ inode, name: '' }]);
    if (reply.kind !== 'offset') throw operation.error('EIO', true);
    const written = await this.data
      .write(operation, inode, reply.offsetBytes, bytes)
      .catch((error: unknown) => this.halfDone(operation, error));
    if (written < bytes.length) throw operation.error('EIO', true);
    return reply.offsetBytes;
  }

  private halfDone(operation: Operation, error: unknown): never {
    throw error instanceof FileError ? operation.error(error.errno, true) : error;
  }

  /** Sets the length of an open file. */
  ftruncate(handle: number, sizeBytes: number, steps?: OperationStep[]): Promise<void> {
    return this.onFile('ftruncate', handle, steps, (operation, { inode, flags }) => {
      if (flags.write !== true) throw operation.error('EINVAL');
      refuse(operation, sizeFault(sizeBytes, this.settings.storage.maxFileBytes));
      return this.resize(operation, inode, sizeBytes);
    });
  }

  /** Sets the length of a file. */
  truncate(path: string, sizeBytes: number, steps?: OperationStep[]): Promise<void> {
    return this.onPath('truncate', path, steps, true, (operation, place) => {
      const { inode } = this.existing(operation, place);
      refuse(operation, sizeFault(sizeBytes, this.settings.storage.maxFileBytes));
      return this.resize(operation, inode, sizeBytes);
    });
  }

  /**
   * Everything written to the file before is durable and seen by who opens it from now on. What was
   * lost since the file was opened, whoever sent it, is told to each handle, once: by this or by `close`.
   */
  fsync(handle: number, steps?: OperationStep[]): Promise<void> {
    return this.onFile('fsync', handle, steps, (operation, { inode, losses }) =>
      this.data.sync(operation, inode, losses),
    );
  }

  /** As `fsync`; the handle is gone, whatever the outcome. */
  close(handle: number, steps?: OperationStep[]): Promise<void> {
    return this.onFile('close', handle, steps, async (operation, { inode, losses }) => {
      try {
        await this.data.sync(operation, inode, losses);
      } finally {
        await this.letGo(operation, handle);
      }
    }).finally(() => {
      this.forgetHandle(handle);
    });
  }

  private forgetHandle(handle: number): void {
    const file = this.files.get(handle);
    if (file === undefined) return;
    this.files.delete(handle);
    this.data.unwatch(file.inode, file.losses);
  }

  /** Leases that are left at the last close would have to be recovered before others read. */
  private async letGo(operation: Operation, handle: number): Promise<void> {
    const file = this.files.get(handle);
    if (file === undefined) return;
    const { inode, session, owners } = file;
    this.forgetHandle(handle);
    const isLast = ![...this.files.values()].some(
      (file) => file.inode === inode && file.session === session,
    );
    if (isLast) await this.leases.release(inode);
    const command = { kind: 'close', inode, handle, owners: [...owners] } as const;
    await this.session.call(operation, command);
    // Close to open: nothing that was kept for this file is relied upon by the next to open it.
    if (isLast && !this.isStrict) this.metadata.cache.drop({ inode, name: '' });
  }

  /**
   * Takes a lock. EAGAIN while another one is in the way, at once or when the wait is over. As on any
   * POSIX system a process loses its posix locks on a file when it closes any handle of the file.
   */
  lock(handle: number, request: LockRequest, steps?: OperationStep[]): Promise<void> {
    return this.onFile('lock', handle, steps, async (operation, file) => {
      const lock = this.lockOf(operation, handle, file, request);
      refuse(operation, lockAccessFault(request, file.flags));
      if (lock.style === 'posix') file.owners.add(lock.owner);
      try {
        await this.takeLock(operation, handle, { kind: 'lock', ...lock }, request.wait === true);
      } finally {
        // A close has overtaken it, and has let go of what was not there yet.
        if (!this.files.has(handle)) {
          await this.session.tryCall(operation, { kind: 'unlock', ...lock });
        }
      }
      if (!this.files.has(handle)) throw operation.error('EBADF');
      if (!this.isStrict) this.metadata.cache.drop({ inode: file.inode, name: '' });
    });
  }

  private async takeLock(
    operation: Operation,
    handle: number,
    command: CommandOf<'lock'>,
    wait: boolean,
  ): Promise<void> {
    while (this.files.has(handle)) {
      const done = await this.session.tryCall(operation, command);
      if (typeof done !== 'string') return;
      const waits = wait && done === 'EAGAIN' && operation.leftUs > this.settings.lockPollUs;
      if (!waits) throw operation.error(done);
      await this.masters.pause(this.settings.lockPollUs);
    }
  }

  /** A lock as the masters know it. */
  private lockOf(
    operation: Operation,
    handle: number,
    { inode, flags }: OpenFile,
    request: LockRequest,
  ): Omit<CommandOf<'lock'>, 'kind'> {
    refuse(operation, lockFault(request));
    const { style, exclusive, from, to } = request;
    return style === 'flock'
      ? { inode, style, owner: handle, from: 0, to: 1, exclusive }
      : { inode, style, owner: request.owner ?? flags.owner ?? 0, from, to, exclusive };
  }

  /** Gives a lock back; what was written under it is seen by who takes it next. */
  unlock(handle: number, request: LockRequest, steps?: OperationStep[]): Promise<void> {
    return this.onFile('unlock', handle, steps, async (operation, file) => {
      const lock = this.lockOf(operation, handle, file, request);
      await this.data.flush(operation, file.inode);
      await this.session.call(operation, { kind: 'unlock', ...lock });
    });
  }

  /** The lock that stands in the way of another one (F_GETLK), or null. */
  testLock(
    handle: number,
    request: LockRequest,
    steps?: OperationStep[],
  ): Promise<LockInTheWay | null> {
    return this.onFile('test-lock', handle, steps, async (operation, file) => {
      const query = {
        kind: 'test-lock',
        ...this.lockOf(operation, handle, file, request),
      } as const;
      const { session, owner, exclusive } = await this.metadata.ask(operation, query, 'lock');
      return session === 0 ? null : { session, owner, exclusive };
    });
  }

  /** Closes the session: open files and locks go with it. What is buffered is sent first. */
  unmount(steps?: OperationStep[]): Promise<void> {
    return this.run('unmount', '/', steps, async (operation) => {
      for (const { inode, losses } of this.files.values()) {
        await this.data.sync(operation, inode, losses);
        await this.leases.release(inode);
      }
      this.files.clear();
      await this.session.call(operation, { kind: 'close-session' });
      this.stop();
    });
  }
}
