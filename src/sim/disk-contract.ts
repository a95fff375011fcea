/** Why a disk operation failed. */
export type DiskErrorCode =
  /** The device could not read or write: nothing is known about the bytes concerned. */
  | 'EIO'
  /** No room. The write had no effect, or only a part of it reached the file. */
  | 'ENOSPC'
  /** There is no such file. */
  | 'ENOENT';

/** A failed disk operation. It is given to the callback, or rejects the promise; never thrown. */
export class DiskError extends Error {
  override readonly name = 'DiskError';
  readonly code: DiskErrorCode;
  readonly operation: string;
  readonly file: string;

  constructor(code: DiskErrorCode, operation: string, file: string) {
    super(`${operation} ${file}: ${code}`);
    this.code = code;
    this.operation = operation;
    this.file = file;
  }
}

/** Called once with an error or with the result. */
export type DiskCallback<Result> = (error: DiskError | null, result: Result) => void;
/** Called once, with an error or with null. */
export type DiskDone = (error: DiskError | null) => void;

/**
 * The files of one node, in directories named by the part before the last `/` (they need not be
 * made; the empty name is the top directory).
 *
 * All operations are asynchronous. Those on one file take effect in the order in which they were
 * asked for; those on different files in any order. Nothing is durable before the right sync: bytes
 * and length of a file by `sync(file)`, its name (creation, rename, removal) by `syncDirectory`.
 *
 * Every operation has two faces: with a callback as last argument it returns nothing and allocates
 * no promise; without one it returns a promise. Completions of a dead life never arrive. A buffer
 * handed to `write` or `append` belongs to the disk until completion.
 */
export interface Disk {
  /** All bytes of the file, as the cache has them; undefined when there is none. */
  read(file: string): Promise<Uint8Array | undefined>;
  read(file: string, done: DiskCallback<Uint8Array | undefined>): void;
  /**
   * Bytes from an offset on, as the cache has them: `length` of them, or as many as there are;
   * undefined when there is no such file.
   */
  readAt(file: string, offset: number, length: number): Promise<Uint8Array | undefined>;
  readAt(
    file: string,
    offset: number,
    length: number,
    done: DiskCallback<Uint8Array | undefined>,
  ): void;
  /** Replaces the whole content, creating the file if need be. Not atomic: a crash may tear it. */
  write(file: string, data: Uint8Array | string): Promise<void>;
  write(file: string, data: Uint8Array | string, done: DiskDone): void;
  /** Writes at an offset, creating the file if need be; a gap reads as zeros. */
  writeAt(file: string, offset: number, data: Uint8Array): Promise<void>;
  writeAt(file: string, offset: number, data: Uint8Array, done: DiskDone): void;
  /** Writes at the end, creating the file if need be. */
  append(file: string, data: Uint8Array | string): Promise<void>;
  append(file: string, data: Uint8Array | string, done: DiskDone): void;
  /** Cuts or extends (with zeros) to a length. */
  truncate(file: string, length: number): Promise<void>;
  truncate(file: string, length: number, done: DiskDone): void;
  /** Makes bytes and length of the file durable. After a failed sync nothing is known of them. */
  sync(file: string): Promise<void>;
  sync(file: string, done: DiskDone): void;
  /** Renames within or across directories, replacing the target. Durable after `syncDirectory`. */
  rename(from: string, to: string): Promise<void>;
  rename(from: string, to: string, done: DiskDone): void;
  /** Removes the file; no error when there is none. */
  remove(file: string): Promise<void>;
  remove(file: string, done: DiskDone): void;
  /** Names of the files directly in a directory, sorted, without the directory's name. */
  list(directory: string): Promise<readonly string[]>;
  list(directory: string, done: DiskCallback<readonly string[]>): void;
  /** Makes creations, renames and removals in a directory durable. */
  syncDirectory(directory: string): Promise<void>;
  syncDirectory(directory: string, done: DiskDone): void;
}
