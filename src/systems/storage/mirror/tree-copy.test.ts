import { expect, test } from 'vitest';
import {
  FakeCluster,
  type FakeClusterOptions,
  fakeClasses,
  inSlice,
} from '../../../../test/storage/fake-cluster.ts';
import type { Component } from '../../../sim/component.ts';
import type { Env } from '../../../sim/env.ts';
import { simulationClient } from '../client/client-settings.ts';
import { FileError } from '../client/file-error.ts';
import { type StorageWireMessage, storageCodec } from '../messages/storage-codec.ts';
import { simulationSettings } from '../metadata/settings.ts';
import type { Pace } from './pace.ts';
import { RegionClient, refused } from './region-client.ts';
import { TreeCopy } from './tree-copy.ts';

const { chunkBytes } = simulationSettings;

/** Runs work on a client of a cluster in memory until it is done. */
function onCluster(
  work: (files: RegionClient) => Promise<void>,
  options: FakeClusterOptions = {},
): void {
  let done = false;
  let failure: unknown;
  const component: Component<RegionClient, StorageWireMessage> = {
    name: 'copier',
    codec: storageCodec,
    create: (env: Env<StorageWireMessage>) =>
      new RegionClient(env, {
        ...{ ...simulationClient, masters: ['m1'], classes: fakeClasses },
        ...options.client,
        mode: 'close-to-open',
      }),
    async start(files) {
      files.start();
      await work(files).catch((error: unknown) => {
        failure = error;
      });
      done = true;
    },
    message: (files, _env, from, message) => files.receive(from.split(':')[0]!, message),
  };
  const cluster = new FakeCluster({ ...options, clients: [component] });
  cluster.until(() => done, 600_000_000);
  if (failure !== undefined) throw failure;
}

async function put(files: RegionClient, path: string, at: number, bytes: Uint8Array) {
  const handle = await files.open(path, { write: true, create: true });
  await files.write(handle, at, bytes);
  await files.close(handle);
}

const filled = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);

/** Everything about a tree, as text, by path. */
async function told(files: RegionClient, path: string, below: string = ''): Promise<string[]> {
  const at = path + below;
  const facts = await files.stat(at, false);
  const { kind, mode, sizeBytes, mtimeUs, classId } = facts;
  if (kind === 'symlink') return [`${below} -> ${await files.readlink(at)}`];
  const lines = [`${below} ${kind} ${mode} ${mtimeUs} ${classId}`];
  for (const name of await files.listxattr(at)) {
    if (name !== 'snapshot.index') lines.push(`${below} ${name}=${await files.getxattr(at, name)}`);
  }
  if (kind === 'file') {
    const handle = await files.open(at, { read: true });
    lines.push(`${below} ${sizeBytes} ${await files.read(handle, 0, sizeBytes)}`);
    await files.close(handle);
    return lines;
  }
  for (const { name } of await files.readdir(at)) {
    lines.push(...(await told(files, path, `${below}/${name}`)));
  }
  return lines;
}

async function build(files: RegionClient): Promise<void> {
  for (const path of ['/t', '/t/d', '/t/d/e', '/t/empty']) await files.mkdir(path);
  await put(files, '/t/a', 0, filled(9_000, 1));
  await put(files, '/t/d/b', 5_000, filled(300, 2));
  await put(files, '/t/d/e/c', 0, filled(100, 3));
  await put(files, '/t/d/e/coded', 0, filled(10, 9));
  await files.setClass('/t/d/e/coded', 2);
  await files.symlink('d/b', '/t/link');
  await files.setxattr('/t/a', 'one', filled(3, 1));
  await files.setxattr('/t/d', 'two', filled(4, 2));
  await files.setattr('/t/d', { mode: 0o700 });
}

/** Each changes something that another kind of difference would not show. */
const changes: readonly ((files: RegionClient) => Promise<unknown>)[] = [
  async () => {},
  // The same length and the same time.
  async (files) => {
    const { mtimeUs } = await files.stat('/t/a');
    await put(files, '/t/a', 100, filled(1, 77));
    await files.setattr('/t/a', { mtimeUs });
  },
  (files) => files.unlink('/t/d/b'),
  // The same chunk, and less of it counts.
  async (files) => {
    await files.truncate('/t/a', 10);
    await files.truncate('/t/a', 9_000);
  },
  (files) => files.rename('/t/d/e', '/t/moved'),
  async (files) => {
    await files.unlink('/t/link');
    await files.mkdir('/t/link');
    await put(files, '/t/link/x', 0, filled(5, 5));
  },
  async (files) => {
    await files.removeAll('/t/empty');
    await files.symlink('nowhere', '/t/empty');
  },
  (files) => files.setxattr('/t/a', 'one', null),
  (files) => files.setxattr('/t/d', 'two', filled(1, 9)),
  (files) => files.setattr('/t/d', { mode: 0o711, mtimeUs: 12 }),
  (files) => put(files, '/t/moved/c', chunkBytes * 2 - 5, filled(10, 4)),
  (files) => files.link('/t/a', '/t/d/again'),
  (files) => files.removeAll('/t/moved'),
];

/** Lets so many pieces through and then fails, as a cluster does that is lost. */
function failingPace(pieces: number): Pace {
  let left = pieces;
  const take = async (): Promise<void> => {
    left -= 1;
    if (left < 0) throw new FileError('ETIMEDOUT', 'read', '');
  };
  return { take } as unknown as Pace;
}

test.each([0, 1, 2, 1_000])(
  'after each round the copy is the snapshot, also when the first try ends at piece %i',
  (pieces) =>
    inSlice(() =>
      onCluster(async (files) => {
        await build(files);
        let before: string | null = null;
        for (const [round, change] of changes.entries()) {
          await change(files);
          const from = `/s${round}`;
          await files.snapshot('/t', from);
          const places = { source: files, from, before, target: files, to: '/copy', chunkBytes };
          await new TreeCopy({ ...places, pace: failingPace(pieces) })
            .run()
            .catch(refused('ETIMEDOUT' as never, undefined));
          await new TreeCopy({ ...places, pace: failingPace(1_000) }).run();
          expect(await told(files, '/copy'), `round ${round}`).toEqual(await told(files, from));
          if (before !== null) await files.removeAll(before);
          before = from;
        }
      }),
    )(),
);

test('what did not change is not carried over again', () =>
  inSlice(() =>
    onCluster(async (files) => {
      await build(files);
      await files.snapshot('/t', '/s1');
      const places = { source: files, target: files, to: '/copy', chunkBytes };
      const pace = failingPace(1_000);
      const first = new TreeCopy({ ...places, from: '/s1', before: null, pace });
      await first.run();
      expect(first.copiedBytes).toBe(9_000 + 5_300 + 100 + 10);
      await put(files, '/t/a', 4_096, filled(1, 8));
      await files.snapshot('/t', '/s2');
      const second = new TreeCopy({ ...places, from: '/s2', before: '/s1', pace });
      await second.run();
      expect(second.copiedBytes).toBe(4_096);
    }),
  )());

// Found by seed 8 of storage-mirror (SM6): all of a file in one sync never came to an end in time.
test('a file that takes longer than an operation has is carried over all the same', () =>
  inSlice(() =>
    onCluster(
      async (files) => {
        await files.mkdir('/t');
        for (let chunk = 0; chunk < 12; chunk++) {
          await put(files, '/t/a', chunk * chunkBytes, filled(chunkBytes, chunk + 1));
        }
        await files.snapshot('/t', '/s');
        const places = { source: files, target: files, from: '/s', to: '/copy', chunkBytes };
        await new TreeCopy({ ...places, before: null, pace: failingPace(1_000) }).run();
        const copy = await files.open('/copy/a', { read: true });
        for (let chunk = 0; chunk < 12; chunk++) {
          const bytes = await files.read(copy, chunk * chunkBytes, chunkBytes);
          expect(bytes).toEqual(filled(chunkBytes, chunk + 1));
        }
      },
      // A chunk is written in some twenty of these, twelve of them in a good deal more.
      {
        environment: { netLatencyMinUs: 10_000, netLatencyUs: 10_000 },
        client: { deadlineUs: 1_000_000 },
      },
    ),
  )());

test('the snapshot of a tree of too many inodes is refused by name, and leaves nothing behind', () =>
  inSlice(() => {
    onCluster(
      async (files) => {
        await files.ensureDirectory('/t');
        for (const name of ['a', 'b', 'c']) await put(files, `/t/${name}`, 0, filled(1, 1));
        const refusal = await files.snapshot('/t', '/s').catch((error: unknown) => error);
        expect(refusal).toBeInstanceOf(FileError);
        expect(refusal).toMatchObject({ errno: 'E2BIG' });
        expect(await files.find('/s')).toBe(null);
      },
      { settings: { maxCloneInodes: 3 } },
    );
  }));
