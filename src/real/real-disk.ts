import { constants } from 'node:fs';
import * as fs from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { checkDirectoryName, checkFileName, checkOffset } from '../sim/disk/file-names.ts';
import {
  type Disk,
  type DiskCallback,
  type DiskDone,
  DiskError,
  type DiskErrorCode,
} from '../sim/disk-contract.ts';

// biome-ignore lint/suspicious/noExplicitAny: each operation has its own type of result
type Done = (error: any, result: any) => void;

/** Files below one directory of this machine. Names cannot lead out of it. */
export class RealDisk implements Disk {
  readonly #root: string;
  /** The last operation on each file, which the next one waits for. */
  readonly #last = new Map<string, Promise<unknown>>();
  /** Runs a callback of the component. */
  readonly #run: (callback: () => void) => void;
  #closed = false;

  constructor(root: string, run: (callback: () => void) => void) {
    this.#root = root;
    this.#run = run;
  }

  /** No completion arrives from now on. Resolves when no operation is under way. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#last.values());
  }

  read(file: string): Promise<Uint8Array | undefined>;
  read(file: string, done: DiskCallback<Uint8Array | undefined>): void;
  read(file: string, done?: Done): unknown {
    return this.#hand('read', [file], done, async ([path]) => {
      try {
        return new Uint8Array(await fs.readFile(path));
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return undefined;
        throw error;
      }
    });
  }

  readAt(file: string, offset: number, length: number): Promise<Uint8Array | undefined>;
  readAt(
    file: string,
    offset: number,
    length: number,
    done: DiskCallback<Uint8Array | undefined>,
  ): void;
  readAt(file: string, offset: number, length: number, done?: Done): unknown {
    checkOffset(offset);
    checkOffset(length);
    return this.#hand('read', [file], done, async ([path]) => {
      try {
        return await bytesAt(path, offset, length);
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return undefined;
        throw error;
      }
    });
  }

  write(file: string, data: Uint8Array | string): Promise<void>;
  write(file: string, data: Uint8Array | string, done: DiskDone): void;
  write(file: string, data: Uint8Array | string, done?: Done): unknown {
    return this.#hand('write', [file], done, async ([path]) => {
      await fs.mkdir(dirname(path), { recursive: true });
      await fs.writeFile(path, data);
    });
  }

  writeAt(file: string, offset: number, data: Uint8Array): Promise<void>;
  writeAt(file: string, offset: number, data: Uint8Array, done: DiskDone): void;
  writeAt(file: string, offset: number, data: Uint8Array, done?: Done): unknown {
    checkOffset(offset);
    return this.#hand('write', [file], done, async ([path]) => {
      await fs.mkdir(dirname(path), { recursive: true });
      await withFile(path, constants.O_RDWR | constants.O_CREAT, async (handle) => {
        for (let at = 0; at < data.length; ) {
          at += (await handle.write(data, at, data.length - at, offset + at)).bytesWritten;
        }
      });
    });
  }

  append(file: string, data: Uint8Array | string): Promise<void>;
  append(file: string, data: Uint8Array | string, done: DiskDone): void;
  append(file: string, data: Uint8Array | string, done?: Done): unknown {
    return this.#hand('append', [file], done, async ([path]) => {
      await fs.mkdir(dirname(path), { recursive: true });
      await fs.appendFile(path, data);
    });
  }

  truncate(file: string, length: number): Promise<void>;
  truncate(file: string, length: number, done: DiskDone): void;
  truncate(file: string, length: number, done?: Done): unknown {
    checkOffset(length);
    return this.#hand('truncate', [file], done, ([path]) => fs.truncate(path, length));
  }

  sync(file: string): Promise<void>;
  sync(file: string, done: DiskDone): void;
  sync(file: string, done?: Done): unknown {
    return this.#hand('sync', [file], done, ([path]) => syncPath(path));
  }

  rename(from: string, to: string): Promise<void>;
  rename(from: string, to: string, done: DiskDone): void;
  rename(from: string, to: string, done?: Done): unknown {
    return this.#hand('rename', [from, to], done, async ([path, target]) => {
      await fs.access(path);
      await fs.mkdir(dirname(target as string), { recursive: true });
      await fs.rename(path, target as string);
    });
  }

  remove(file: string): Promise<void>;
  remove(file: string, done: DiskDone): void;
  remove(file: string, done?: Done): unknown {
    return this.#hand('remove', [file], done, ([path]) => fs.rm(path, { force: true }));
  }

  list(directory: string): Promise<readonly string[]>;
  list(directory: string, done: DiskCallback<readonly string[]>): void;
  list(directory: string, done?: Done): unknown {
    checkDirectoryName(directory);
    return this.#enqueue('list', directory, [`${directory}/`], done, async () => {
      try {
        const entries = await fs.readdir(join(this.#root, directory), { withFileTypes: true });
        const files = entries.filter((entry) => entry.isFile());
        return files.map((entry) => entry.name).sort();
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return [];
        throw error;
      }
    });
  }

  syncDirectory(directory: string): Promise<void>;
  syncDirectory(directory: string, done: DiskDone): void;
  syncDirectory(directory: string, done?: Done): unknown {
    checkDirectoryName(directory);
    return this.#enqueue('sync-directory', directory, [`${directory}/`], done, async () => {
      // The directory's own name stands in its parent, and so on up to the root.
      for (let name = directory; ; name = name.includes('/') ? dirname(name) : '') {
        await syncPath(join(this.#root, name)).catch((error: unknown) => {
          if (codeOf(error) !== 'ENOENT') throw error;
        });
        if (name === '') return;
      }
    });
  }

  #hand(
    operation: string,
    files: readonly [string, ...string[]],
    done: Done | undefined,
    work: (paths: [string, ...string[]]) => Promise<unknown>,
  ): unknown {
    for (const file of files) checkFileName(file);
    const paths = files.map((file) => join(this.#root, file)) as [string, ...string[]];
    return this.#enqueue(operation, files[0], files, done, () => work(paths));
  }

  /** Runs work after what was asked for earlier on the same keys. */
  #enqueue(
    operation: string,
    file: string,
    keys: readonly string[],
    done: Done | undefined,
    work: () => Promise<unknown>,
  ): unknown {
    if (done === undefined) {
      return new Promise((resolve, reject) => {
        this.#enqueue(
          operation,
          file,
          keys,
          (error, result) => (error ? reject(error) : resolve(result)),
          work,
        );
      });
    }
    if (this.#closed) return undefined;
    const before = keys.map((key) => this.#last.get(key));
    const outcome = Promise.all(before)
      .then(work)
      .then(
        (result) => [null, result] as const,
        (error: unknown) => [new DiskError(codeOf(error), operation, file), undefined] as const,
      );
    for (const key of keys) this.#last.set(key, outcome);
    void outcome.then(([error, result]) => {
      for (const key of keys) if (this.#last.get(key) === outcome) this.#last.delete(key);
      if (!this.#closed) this.#run(() => done(error, result));
    });
    return undefined;
  }
}

function codeOf(error: unknown): DiskErrorCode {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT' || code === 'ENOSPC') return code;
  return code === 'EDQUOT' ? 'ENOSPC' : 'EIO';
}

/** As many bytes from an offset on as there are, `length` at most. */
function bytesAt(path: string, offset: number, length: number): Promise<Uint8Array> {
  return withFile(path, constants.O_RDONLY, async (handle) => {
    const { size } = await handle.stat();
    const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
    for (let at = 0; at < bytes.length; ) {
      const { bytesRead } = await handle.read(bytes, at, bytes.length - at, offset + at);
      if (bytesRead === 0) return bytes.subarray(0, at);
      at += bytesRead;
    }
    return bytes;
  });
}

async function withFile<Result>(
  path: string,
  flags: number,
  work: (handle: fs.FileHandle) => Promise<Result>,
): Promise<Result> {
  const handle = await fs.open(path, flags);
  try {
    return await work(handle);
  } finally {
    await handle.close();
  }
}

/** Makes a file or a directory durable. Rejects when there is none. */
export function syncPath(path: string): Promise<void> {
  return withFile(path, constants.O_RDONLY, (handle) => handle.sync());
}
