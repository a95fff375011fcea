import type { Component } from '../../../src/sim/component.ts';
import type { Env } from '../../../src/sim/env.ts';
import { calmEnvironment, type Environment } from '../../../src/sim/environment.ts';
import { KeyedChoices } from '../../../src/sim/keyed-choices.ts';
import { World } from '../../../src/sim/world.ts';
import { crcBytes, crcEnd, crcStart } from '../../../src/systems/common/crc32c.ts';
import { blockChecksum, type FragmentName } from '../../../src/systems/storage/block-checksum.ts';
import type { ChunkServer } from '../../../src/systems/storage/chunkserver/chunk-server.ts';
import { chunkServerComponent } from '../../../src/systems/storage/chunkserver/component.ts';
import type {
  BytesWritten,
  PutPart,
  ReadBlocks,
  WriteBytes,
} from '../../../src/systems/storage/messages/data-messages.ts';
import type { Block } from '../../../src/systems/storage/messages/fragment.ts';
import {
  type StorageMessage,
  type StorageWireMessage,
  storageCodec,
} from '../../../src/systems/storage/messages/storage-codec.ts';
import { simulationSettings } from '../../../src/systems/storage/metadata/settings.ts';
import { simulationTimings } from '../../../src/systems/storage/timings.ts';

const pollUs = 200;

/** Chunkservers n1, n2, ... in a calm world, and one endpoint that a test speaks through. */
export class ServersRig {
  readonly world: World;
  readonly got: { readonly from: string; readonly message: StorageWireMessage }[] = [];
  readonly probes: Map<string, number> = new Map();
  readonly errors: unknown[] = [];
  /** False: the leader is silent. */
  leads = true;
  /** What beats are answered with. */
  leftOut: readonly FragmentName[] = [];
  term = 3;
  index = 10;
  private readonly queue: [to: string, message: StorageMessage][] = [];
  private request = 1;

  constructor(
    servers: number = 3,
    options: { capacityBytes?: number; environment?: Partial<Environment> } = {},
  ) {
    const peers = Array.from({ length: servers }, (_, at) => `n${at + 1}`);
    const place = { region: 1, zone: 1, host: 1, weight: 1 };
    const capacityBytes = options.capacityBytes ?? 1_000_000;
    this.world = new World({
      nodes: [
        ...peers.map((id, index) => ({
          id,
          component: chunkServerComponent({
            ...{ peers, index, masters: ['c1'] },
            settings: simulationSettings,
            timings: simulationTimings,
            place: { ...place, capacityBytes },
          }),
          zone: 'z',
          server: true,
        })),
        { id: 'c1', component: this.hand(), zone: 'clients', server: false },
      ],
      choices: new KeyedChoices({ kind: 'seed', seed: 1, overrides: [], forks: [] }),
      environment: { ...calmEnvironment, ...options.environment },
      paranoid: true,
      observer: {
        probe: (_node, name) => {
          this.probes.set(name, (this.probes.get(name) ?? 0) + 1);
        },
        threw: (_node, error) => {
          this.errors.push(error);
        },
      },
    });
    this.world.begin();
    this.run(700_000);
  }

  private hand(): Component<object, StorageWireMessage> {
    const poll = (env: Env<StorageWireMessage>): void => {
      for (const [to, message] of this.queue.splice(0)) env.network.send(to, message);
      env.timers.set('poll', pollUs, () => poll(env));
    };
    return {
      name: 'hand',
      codec: storageCodec,
      create: () => ({}),
      start: (_state, env) => poll(env),
      message: (_state, env, from, message) => {
        this.got.push({ from, message });
        if (message.kind !== 'beat' || !this.leads) return;
        const { server, beat, life } = message;
        const { term, index } = this;
        env.network.send(from, {
          kind: 'beat-heard',
          ...{ term, index, server, beat, life, serveUs: 600_000, wantsReport: true },
          leftOut: this.leftOut,
        });
      },
    };
  }

  run(forUs: number): void {
    this.world.runUntil(this.world.timeUs + forUs);
    if (this.errors.length > 0) throw this.errors[0];
  }

  server(node: number): ChunkServer {
    return this.world.state(node) as ChunkServer;
  }

  send(to: string, message: StorageMessage): void {
    this.queue.push([to, message]);
  }

  /** Sends a message with a number of its own, and gives the answer to it, if any comes in time. */
  ask<Kind extends StorageWireMessage['kind']>(
    to: string,
    kind: Kind,
    make: (number: number) => StorageMessage,
    withinUs: number = 50_000,
  ): Extract<StorageWireMessage, { kind: Kind }> | undefined {
    const number = this.request++;
    this.send(to, make(number));
    this.run(withinUs);
    const found = this.got.find(({ message }) => {
      const own = 'request' in message ? message.request : 'task' in message ? message.task : 0;
      return message.kind === kind && own === number;
    });
    return found?.message as Extract<StorageWireMessage, { kind: Kind }> | undefined;
  }

  setVersion(
    to: string,
    chunk: number,
    version: number,
    from: number,
    fence: number,
    more: { copyOf?: number; copyVersion?: number; term?: number } = {},
  ) {
    const { copyOf = 0, copyVersion = 0, term = this.term } = more;
    this.index = Math.max(this.index, fence);
    return this.ask(to, 'version-set', (task) => ({
      kind: 'set-version',
      ...{ task, term, index: this.index, ...replica(chunk, version), from, fence },
      ...{ copyOf, copyVersion, copyGeneration: 0 },
    }));
  }

  write(
    chain: readonly string[],
    chunk: number,
    write: { version: number; fence: number; sequence: number; offset?: number; fill: number },
    change: Partial<WriteBytes> = {},
    size: number = 256,
  ): BytesWritten | undefined {
    const { fill, offset = 0, ...rest } = write;
    const bytes = new Uint8Array(size).fill(fill);
    const checksum = crcEnd(crcBytes(crcStart, bytes, 0, bytes.length));
    return this.ask(chain[0]!, 'bytes-written', (request) => ({
      kind: 'write-bytes',
      ...{ request, ...replica(chunk, rest.version), ...rest, offset, bytes, checksum, chain },
      position: 0,
      ...change,
    }));
  }

  read(to: string, name: FragmentName, change: Partial<ReadBlocks> = {}) {
    return this.ask(to, 'blocks-read', (request) => ({
      kind: 'read-blocks',
      ...{ request, ...name, firstBlock: 0, blocks: 1, index: 0, forRepair: false, ...change },
    }));
  }

  put(
    to: string,
    name: FragmentName,
    fence: number,
    data: Uint8Array,
    change: Partial<PutPart> = {},
  ) {
    return this.ask(to, 'part-put', (request) => ({
      kind: 'put-part',
      ...{ request, ...name, fence, index: this.index, blocks: blocksOf(name, data), ...change },
    }));
  }

  erase(to: string, name: FragmentName, index: number = this.index, term: number = this.term) {
    return this.ask(to, 'task-done', (task) => ({
      kind: 'erase-fragment',
      ...{ task, term, index, ...name },
    }));
  }
}

export function replica(chunk: number, version: number): FragmentName {
  return { chunk, version, generation: 0, part: 0 };
}

/** Bytes as blocks of a fragment with that name. */
export function blocksOf(name: FragmentName, data: Uint8Array): Block[] {
  const blocks: Block[] = [];
  for (let at = 0; at < data.length; at += simulationSettings.blockBytes) {
    const bytes = data.subarray(at, at + simulationSettings.blockBytes);
    const checksum = blockChecksum(name, blocks.length, bytes);
    blocks.push({ bytes, version: name.version, checksum });
  }
  return blocks;
}
