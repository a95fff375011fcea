import type { AnyComponent } from '../sim/component.ts';
import type { Env } from '../sim/env.ts';
import type { Config } from '../sim/system-definition.ts';

/** How fresh a client's view of files is. */
export type FileMode = 'strict' | 'close-to-open';

/** How a file is opened. */
export interface FileOpenFlags {
  readonly read: boolean;
  readonly write: boolean;
  readonly create: boolean;
  readonly exclusive: boolean;
  readonly truncate: boolean;
  /** The process that opens it, as in `FileLock`. */
  readonly owner?: number;
}

/** A lock that is taken, given back or tested. */
export interface FileLock {
  readonly style: 'posix' | 'flock';
  readonly owner: number;
  readonly from: number;
  /** The first byte behind. */
  readonly to: number;
  readonly exclusive: boolean;
  readonly wait: boolean;
}

/** An operation on names or inodes, by path. */
export type PathCall =
  | {
      readonly do:
        | 'stat'
        | 'lstat'
        | 'create'
        | 'create-exclusive'
        | 'mkdir'
        | 'readlink'
        | 'unlink'
        | 'rmdir'
        | 'readdir'
        | 'listxattr'
        | 'quota';
      readonly path: string;
    }
  | {
      readonly do: 'rename' | 'rename-keep' | 'link' | 'clone' | 'snapshot';
      readonly path: string;
      readonly newPath: string;
    }
  | { readonly do: 'remove-snapshot'; readonly path: string }
  | { readonly do: 'symlink'; readonly path: string; readonly target: string }
  | { readonly do: 'setattr'; readonly path: string; readonly mode: number }
  | {
      readonly do: 'setxattr';
      readonly path: string;
      readonly name: string;
      /** Empty removes the attribute. */
      readonly value: string;
    }
  | { readonly do: 'getxattr'; readonly path: string; readonly name: string }
  | { readonly do: 'truncate'; readonly path: string; readonly sizeBytes: number }
  /** What is removed is kept in the trash for so long; directories give it to what is made in them. */
  | { readonly do: 'keep-removed'; readonly path: string; readonly keepUs: number }
  /** A file out of the trash gets a name again. */
  | { readonly do: 'restore'; readonly path: string; readonly inode: number }
  /** What is in the trash. */
  | { readonly do: 'list-trash'; readonly path: string }
  /** A file in the trash ends before its time. */
  | { readonly do: 'purge'; readonly path: string; readonly inode: number }
  /** An administrator wants the server of a number to be emptied, used again, or forgotten; numbers wrap. */
  | {
      readonly do: 'drain' | 'undrain' | 'remove-server';
      readonly path: string;
      readonly server: number;
    }
  | { readonly do: 'set-class'; readonly path: string; readonly classId: number }
  | {
      readonly do: 'set-quota';
      readonly path: string;
      readonly inodes: number;
      readonly bytes: number;
    }
  | { readonly do: 'open'; readonly path: string; readonly flags: FileOpenFlags };

/** An operation on an open file. `path` is the one that it was opened by. */
export type HandleCall = { readonly path: string; readonly handle: number } & (
  | { readonly do: 'read'; readonly offset: number; readonly length: number }
  | { readonly do: 'write'; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly do: 'append'; readonly bytes: Uint8Array }
  | { readonly do: 'ftruncate'; readonly sizeBytes: number }
  | { readonly do: 'fsync' | 'close' | 'fstat' }
  | { readonly do: 'lock' | 'unlock' | 'test-lock'; readonly lock: FileLock }
);

export type FileCall = PathCall | HandleCall;

/** What stat(2) tells, as far as a law may ask. */
export interface FileFacts {
  readonly inode: number;
  readonly kind: string;
  readonly mode: number;
  readonly links: number;
  readonly sizeBytes: number;
  readonly classId: number;
  readonly frozen: boolean;
}

/** A removed file that can come back: which, where it was last, since when and until when. */
export interface RemovedFile {
  readonly inode: number;
  readonly parent: number;
  readonly name: string;
  readonly sinceUs: number;
  readonly untilUs: number;
}

/** What an operation told. */
export type FileResult =
  | { readonly kind: 'none' }
  /** A handle, an inode, an offset, or how many bytes were written. */
  | { readonly kind: 'number'; readonly number: number }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'facts'; readonly facts: FileFacts }
  | { readonly kind: 'trash'; readonly files: readonly RemovedFile[] };

/** One thing that a service was asked for an operation, in order. */
export interface FileStep {
  readonly kind: string;
  /** Of the entry, or the one that the answer is of; 0: no answer. */
  readonly index: number;
  readonly cached: boolean;
  /** The question in the service's own words; null: it was no question. */
  readonly query: object | null;
}

/** How an operation ended. */
export interface FileAnswer {
  /** Null: it was done. */
  readonly errno: string | null;
  /** It may have had its effect all the same, in whole or in part, or may have it later. */
  readonly unknown: boolean;
  /** Of the open file that it was about; 0: it was about none. */
  readonly inode: number;
  readonly result: FileResult;
  /** Witnesses of what it saw and did. */
  readonly steps: readonly FileStep[];
}

/** The client's side of a file service, while its node lives. */
export interface FileHost {
  readonly env: Env;
  /** Never rejects. Never resolves once `restart` was called. */
  perform(call: FileCall): Promise<FileAnswer>;
  /** Forgets everything: open files, caches, buffers, the session. */
  restart(): void;
}

/** What makes a client of a file service. */
export interface FileClientMaking {
  readonly config: Config;
  readonly peers: readonly string[];
  /** Which client it is, from 0. */
  readonly index: number;
  readonly mode: FileMode;
  /** Called at the start of each life of the node. */
  begin(host: FileHost): void;
}

/** How a file service is spoken to. The system under test provides it. */
export interface FileProtocol {
  readonly limits: {
    readonly blockBytes: number;
    readonly chunkBytes: number;
    readonly maxNameBytes: number;
    /** Classes that files may be given. */
    readonly classIds: readonly number[];
  };
  component(making: FileClientMaking): AnyComponent;
}
