import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type RealNode, runReal } from '../../src/real/run-real.ts';
import {
  type FileClientState,
  fileClientComponent,
} from '../../src/systems/storage/client/client-component.ts';
import { simulationClient } from '../../src/systems/storage/client/client-settings.ts';
import type { FileSystem } from '../../src/systems/storage/client/file-system.ts';
import {
  storageSettingsFrom,
  storageTimingsFrom,
} from '../../src/systems/storage/drawn-settings.ts';
import type { StorageWireMessage } from '../../src/systems/storage/messages/storage-codec.ts';
import { classesFrom } from '../../src/systems/storage/standard-classes.ts';
import { NodeProcesses } from './node-processes.ts';

const masters = 3;
const chunkservers = 5;
const config = {
  nodes: masters + chunkservers,
  'storage.masters': masters,
  'storage.metaloggers': 0,
} as const;
const copies = 1;
const rw = { read: true, write: true, create: true } as const;

let directory: string;
let processes: NodeProcesses;
let client: RealNode<FileClientState, StorageWireMessage>;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'seedstorm-storage-'));
  const about = { system: 'storage', config } as const;
  processes = await NodeProcesses.start(directory, config.nodes, about);
  client = await runReal({
    component: fileClientComponent({
      settings: {
        ...simulationClient,
        masters: processes.names.slice(0, masters),
        classes: classesFrom(config),
        storage: storageSettingsFrom(config),
        timings: storageTimingsFrom(config),
        mode: 'strict',
        owner: 1,
      },
      begin: () => {},
    }),
    id: 'c1',
    directory: join(directory, 'c1'),
    peers: processes.peers,
  });
});

afterEach(async () => {
  await client.close();
  await processes.close();
  await rm(directory, { recursive: true });
});

/** Bytes that tell where they belong. */
function pattern(name: string, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (name.charCodeAt(at % name.length) + at) & 255);
}

/** An operation may run into a server that has just died: as a program does, again until it works. */
async function again<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === 20) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

async function writeFile(files: FileSystem, path: string, bytes: Uint8Array): Promise<void> {
  const handle = await files.open(path, rw);
  await files.write(handle, 0, bytes);
  await files.fsync(handle);
  await files.close(handle);
}

async function readFile(files: FileSystem, path: string): Promise<Uint8Array> {
  const handle = await files.open(path, { read: true });
  const { sizeBytes } = await files.fstat(handle);
  const bytes = await files.read(handle, 0, sizeBytes);
  await files.close(handle);
  return bytes;
}

describe('masters and chunkservers as processes of this machine', () => {
  test('files outlive kill -9 of a master, of a chunkserver, and of all at once', {
    timeout: 120_000,
  }, async () => {
    const { fileSystem: files } = client.state;
    const written = new Map<string, Uint8Array>();
    const write = async (count: number) => {
      for (let index = 0; index < count; index++) {
        const path = `/d/f${written.size}`;
        // Some are of several chunks.
        const bytes = pattern(path, 700 + 1_900 * index);
        await again(() => writeFile(files, path, bytes));
        written.set(path, bytes);
      }
    };
    const readBack = async () => {
      for (const [path, bytes] of written) {
        expect([path, await again(() => readFile(files, path))]).toEqual([path, bytes]);
      }
      const names = (await again(() => files.readdir('/d'))).map(({ name }) => `/d/${name}`);
      expect(names.sort()).toEqual([...written.keys()].sort());
    };

    await again(() => files.mkdir('/d'));
    await again(() => files.setClass('/d', copies));
    await write(4);
    await processes.kill('n1');
    await write(2);
    await processes.kill('n5');
    await write(2);
    await readBack();

    await processes.begin('n1');
    await processes.begin('n5');
    await Promise.all(processes.names.map((id) => processes.kill(id)));
    await Promise.all(processes.names.map((id) => processes.begin(id)));
    await readBack();
    await write(2);
    await readBack();
    expect(processes.complaints).toEqual([]);
  });
});
