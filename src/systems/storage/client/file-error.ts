import type { Errno } from '../metadata/errno.ts';

/** What an operation on files can fail with: errno(3) names of the masters and of the client. */
export type FileErrno =
  | Errno
  /** More symbolic links on the way than a path may have. */
  | 'ELOOP'
  /** A lock that ends beyond all offsets. */
  | 'EOVERFLOW'
  /** Nobody answered in time. What was asked for may still take effect, or never: see `unknown`. */
  | 'ETIMEDOUT';

/** An operation of the file system that failed. */
export class FileError extends Error {
  override readonly name: string = 'FileError';
  readonly errno: FileErrno;
  /** For example `rename`. */
  readonly operation: string;
  readonly path: string;
  /** Whether it may have had an effect all the same, in whole or in part, or may have one later. */
  readonly unknown: boolean;

  constructor(errno: FileErrno, operation: string, path: string, unknown: boolean = false) {
    super(`${errno}: ${operation} ${path}${unknown ? ' (may have taken effect)' : ''}`);
    this.errno = errno;
    this.operation = operation;
    this.path = path;
    this.unknown = unknown;
  }
}

/** The errno of an error of the file system; anything else is thrown on. */
export function errnoOf(error: unknown): FileErrno {
  if (error instanceof FileError) return error.errno;
  throw error;
}
