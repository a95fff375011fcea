import type { Component } from '../../../sim/component.ts';
import type { Config } from '../../../sim/system-definition.ts';
import type { StorageWireMessage } from '../messages/storage-codec.ts';
import type { Attributes, TrashedFile } from '../metadata/queries.ts';
import {
  type FileClientLife,
  type FileClientState,
  fileClientComponent,
} from './client-component.ts';
import type { CacheMode, ClientSettings } from './client-settings.ts';
import { FileError } from './file-error.ts';
import type { FileSystem, LockRequest, OpenFlags } from './file-system.ts';
import type { OperationStep } from './operation.ts';

/** An operation as the workload's clients name it: `FileCall` there says the same. */
export type ClientCall =
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
        | 'remove-snapshot'
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
  | { readonly do: 'symlink'; readonly path: string; readonly target: string }
  | { readonly do: 'setattr'; readonly path: string; readonly mode: number }
  | {
      readonly do: 'setxattr';
      readonly path: string;
      readonly name: string;
      readonly value: string;
    }
  | { readonly do: 'getxattr'; readonly path: string; readonly name: string }
  | { readonly do: 'truncate'; readonly path: string; readonly sizeBytes: number }
  | { readonly do: 'keep-removed'; readonly path: string; readonly keepUs: number }
  | { readonly do: 'restore'; readonly path: string; readonly inode: number }
  | { readonly do: 'list-trash'; readonly path: string }
  | { readonly do: 'purge'; readonly path: string; readonly inode: number }
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
  | { readonly do: 'open'; readonly path: string; readonly flags: OpenFlags }
  | HandleCall;

type HandleCall = { readonly path: string; readonly handle: number } & (
  | { readonly do: 'read'; readonly offset: number; readonly length: number }
  | { readonly do: 'write'; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly do: 'append'; readonly bytes: Uint8Array }
  | { readonly do: 'ftruncate'; readonly sizeBytes: number }
  | { readonly do: 'fsync' | 'close' | 'fstat' }
  | { readonly do: 'lock' | 'unlock' | 'test-lock'; readonly lock: LockRequest }
);

export type ClientResult =
  | { readonly kind: 'none' }
  | { readonly kind: 'number'; readonly number: number }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'facts'; readonly facts: Attributes }
  | { readonly kind: 'trash'; readonly files: readonly TrashedFile[] };

/** How an operation ended. */
export interface ClientAnswer {
  readonly errno: string | null;
  readonly unknown: boolean;
  readonly inode: number;
  readonly result: ClientResult;
  readonly steps: readonly OperationStep[];
}

const none: ClientResult = { kind: 'none' };

/** Carries out one call and says how it ended. Never rejects, but for errors of the program. */
export async function performCall(files: FileSystem, call: ClientCall): Promise<ClientAnswer> {
  const steps: OperationStep[] = [];
  let inode = 'handle' in call ? files.inodeOf(call.handle) : 0;
  try {
    const result =
      'handle' in call ? await onHandle(files, call, steps) : await onPath(files, call, steps);
    if (call.do === 'open' && result.kind === 'number') inode = files.inodeOf(result.number);
    return { errno: null, unknown: false, inode, result, steps };
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return { errno: error.errno, unknown: error.unknown, inode, result: none, steps };
  }
}

async function numberOf(promise: Promise<number>): Promise<ClientResult> {
  return { kind: 'number', number: await promise };
}

async function nothingOf(promise: Promise<void>): Promise<ClientResult> {
  await promise;
  return none;
}

async function onHandle(
  files: FileSystem,
  call: HandleCall,
  steps: OperationStep[],
): Promise<ClientResult> {
  const { handle } = call;
  switch (call.do) {
    case 'read':
      return { kind: 'bytes', bytes: await files.read(handle, call.offset, call.length, steps) };
    case 'write':
      return numberOf(files.write(handle, call.offset, call.bytes, steps));
    case 'append':
      return numberOf(files.append(handle, call.bytes, steps));
    case 'ftruncate':
      return nothingOf(files.ftruncate(handle, call.sizeBytes, steps));
    case 'fsync':
      return nothingOf(files.fsync(handle, steps));
    case 'close':
      return nothingOf(files.close(handle, steps));
    case 'fstat':
      return { kind: 'facts', facts: await files.fstat(handle, steps) };
    case 'lock':
      return nothingOf(files.lock(handle, call.lock, steps));
    case 'unlock':
      return nothingOf(files.unlock(handle, call.lock, steps));
    default: {
      const lock = await files.testLock(handle, call.lock, steps);
      if (lock === null) return none;
      const { session, owner, exclusive } = lock;
      return { kind: 'text', text: `${session}/${owner}${exclusive ? ' exclusive' : ''}` };
    }
  }
}

type PathCall = Exclude<ClientCall, HandleCall>;

async function onPath(
  files: FileSystem,
  call: PathCall,
  steps: OperationStep[],
): Promise<ClientResult> {
  const { path } = call;
  switch (call.do) {
    case 'stat':
    case 'lstat':
      return { kind: 'facts', facts: await files.stat(path, call.do === 'stat', steps) };
    case 'readlink':
      return { kind: 'text', text: await files.readlink(path, steps) };
    case 'readdir': {
      const entries = await files.readdir(path, steps);
      return { kind: 'words', words: entries.map(({ name, inode }) => `${name}:${inode}`) };
    }
    case 'listxattr':
      return { kind: 'words', words: await files.listxattr(path, steps) };
    case 'getxattr':
      return { kind: 'bytes', bytes: await files.getxattr(path, call.name, steps) };
    case 'quota': {
      const { inodes, bytes, maxInodes, maxBytes } = await files.quota(path, steps);
      return { kind: 'text', text: `${inodes}/${maxInodes} inodes, ${bytes}/${maxBytes} bytes` };
    }
    case 'list-trash':
      return { kind: 'trash', files: await files.listTrash(steps) };
    default:
      return onChange(files, call, steps);
  }
}

type ReadingCall =
  | 'stat'
  | 'lstat'
  | 'readlink'
  | 'readdir'
  | 'listxattr'
  | 'getxattr'
  | 'quota'
  | 'list-trash';

function onChange(
  files: FileSystem,
  call: Exclude<PathCall, { readonly do: ReadingCall }> | PathCall,
  steps: OperationStep[],
): Promise<ClientResult> {
  const { path } = call;
  switch (call.do) {
    case 'create':
    case 'create-exclusive':
      return numberOf(files.create(path, call.do === 'create-exclusive', 0o644, steps));
    case 'mkdir':
      return numberOf(files.mkdir(path, 0o755, steps));
    case 'unlink':
      return nothingOf(files.unlink(path, steps));
    case 'rmdir':
      return nothingOf(files.rmdir(path, steps));
    case 'remove-snapshot':
      return nothingOf(files.removeSnapshot(path, steps));
    case 'rename':
    case 'rename-keep':
      return nothingOf(files.rename(path, call.newPath, call.do === 'rename-keep', steps));
    case 'link':
      return nothingOf(files.link(path, call.newPath, steps));
    case 'clone':
      return numberOf(files.clone(path, call.newPath, steps));
    case 'snapshot':
      return numberOf(files.snapshot(path, call.newPath, steps));
    case 'symlink':
      return numberOf(files.symlink(call.target, path, steps));
    case 'setattr':
      return nothingOf(files.setattr(path, { mode: call.mode }, steps));
    case 'setxattr':
      return nothingOf(files.setxattr(path, call.name, attributeValue(call.value), steps));
    case 'truncate':
      return nothingOf(files.truncate(path, call.sizeBytes, steps));
    case 'keep-removed':
      return nothingOf(files.setattr(path, { trashUs: call.keepUs }, steps));
    case 'restore':
      return numberOf(files.restore(call.inode, path, steps));
    case 'purge':
      return nothingOf(files.purge(call.inode, steps));
    case 'drain':
      return nothingOf(files.drain(call.server, steps));
    case 'undrain':
      return nothingOf(files.undrain(call.server, steps));
    case 'remove-server':
      return nothingOf(files.removeServer(call.server, steps));
    case 'set-class':
      return nothingOf(files.setClass(path, call.classId, steps));
    case 'set-quota':
      return nothingOf(files.setQuota(path, call.inodes, call.bytes, steps));
    case 'open':
      return numberOf(files.open(path, call.flags, steps));
    default:
      throw new TypeError(`'${call.do}' changes nothing`);
  }
}

/** Text of the Latin alphabet as bytes; empty removes the attribute. */
function attributeValue(value: string): Uint8Array | null {
  if (value === '') return null;
  return Uint8Array.from({ length: value.length }, (_, at) => value.charCodeAt(at) & 0xff);
}

/** What a workload's client gives to have a component made: `FileClientMaking` there says the same. */
export interface StorageClientMaking {
  readonly config: Config;
  readonly peers: readonly string[];
  readonly index: number;
  readonly mode: CacheMode;
  begin(host: {
    readonly env: FileClientLife['env'];
    perform(call: ClientCall): Promise<ClientAnswer>;
    restart(): void;
  }): void;
}

/**
 * How clients speak to the file store: fits `FileProtocol` of the workload, which this folder may not
 * import.
 * @param settingsOf the settings of a client, all but mode and owner, from a drawn config
 */
export function storageFileProtocol(
  settingsOf: (config: Config, peers: readonly string[]) => Omit<ClientSettings, 'mode' | 'owner'>,
  limits: Pick<ClientSettings, 'storage' | 'classes'>,
): {
  readonly limits: {
    readonly blockBytes: number;
    readonly chunkBytes: number;
    readonly maxNameBytes: number;
    readonly classIds: readonly number[];
  };
  component(making: StorageClientMaking): Component<FileClientState, StorageWireMessage>;
} {
  const { blockBytes, chunkBytes, maxNameBytes } = limits.storage;
  return {
    limits: { blockBytes, chunkBytes, maxNameBytes, classIds: limits.classes.map(({ id }) => id) },
    component({ config, peers, index, mode, begin }) {
      const settings = { ...settingsOf(config, peers), mode, owner: index + 1 };
      return fileClientComponent({
        settings,
        begin: (life) =>
          begin({
            env: life.env,
            perform: (call) => performCall(life.fileSystem, call),
            restart: () => life.restart(),
          }),
      });
    },
  };
}
