import type { Component } from '../../../sim/component.ts';
import type { Env } from '../../../sim/env.ts';
import type { Address } from '../../../sim/message.ts';
import { type StorageWireMessage, storageCodec } from '../messages/storage-codec.ts';
import type { ClientSettings } from './client-settings.ts';
import { FileSystem } from './file-system.ts';

/** What a client's work has to do with. */
export interface FileClientLife {
  readonly env: Env<StorageWireMessage>;
  /** The file system of the life that runs. */
  readonly fileSystem: FileSystem;
  /** Ends that life, with all that is open, cached and buffered, and begins another one. */
  restart(): void;
}

/** What makes a client's node. */
export interface FileClientOptions {
  readonly settings: ClientSettings;
  /** Called at the start of each life of the node: begins the work. */
  begin(life: FileClientLife): void | Promise<void>;
}

/** What a life of a client's node keeps. */
export class FileClientState implements FileClientLife {
  readonly env: Env<StorageWireMessage>;
  fileSystem: FileSystem;
  private readonly settings: ClientSettings;

  constructor(env: Env<StorageWireMessage>, settings: ClientSettings) {
    this.env = env;
    this.settings = settings;
    this.fileSystem = new FileSystem(env, settings);
  }

  restart(): void {
    this.fileSystem.stop();
    this.fileSystem = new FileSystem(this.env, this.settings);
    this.fileSystem.start();
  }
}

/** The component of a client: an endpoint on the network that mounts the file system and works on it. */
export function fileClientComponent(
  options: FileClientOptions,
): Component<FileClientState, StorageWireMessage> {
  return {
    name: 'file-client',
    codec: storageCodec,
    create: (env) => new FileClientState(env, options.settings),
    // Asynchronous also when the work is not: promises have to run within the step.
    async start(state) {
      state.fileSystem.start();
      await options.begin(state);
    },
    message(state, _env, from: Address, message) {
      state.fileSystem.receive(nodeOf(from), message);
    },
  };
}

function nodeOf(address: Address): string {
  const colon = address.indexOf(':');
  return colon < 0 ? address : address.slice(0, colon);
}
