import { describe, expect, test } from 'vitest';
import type { FileSystem } from '../../src/systems/storage/client/file-system.ts';
import { auditState } from '../../src/systems/storage/metadata/audit.ts';
import type { MetadataState } from '../../src/systems/storage/metadata/state.ts';
import { inSlice } from './fake-cluster.ts';
import { RealCluster } from './real-cluster.ts';

const small = { nodes: 14, 'storage.masters': 3, 'storage.metaloggers': 1 } as const;
const rw = { read: true, write: true, create: true } as const;
const bytes = Uint8Array.of(49);
const shared = { style: 'posix', owner: 1, from: 0, to: 5, exclusive: false } as const;
const exclusive = { ...shared, exclusive: true } as const;
const [pair, huge, unknownClass] = [3, 7, 99];

/** Everything that files, names, contents and promises consist of; not who is at work on it. */
function contentsOf(state: MetadataState): unknown {
  const single = <Row extends object>(table: {
    keys(): Iterable<number>;
    get(key: number): Row | undefined;
  }) => [...table.keys()].map((key) => ({ key, ...table.get(key)! }));
  return {
    inodes: single(state.inodes),
    chunks: single(state.chunks),
    quotas: single(state.quotas),
    dentries: grouped(state.dentries),
    slots: grouped(state.slots),
    attributes: grouped(state.attributes),
    plans: grouped(state.plans),
  };
}

function grouped<Key, Row extends object>(table: {
  groupKeys(): Iterable<number>;
  keys(group: number): Iterable<Key>;
  get(group: number, key: Key): Row | undefined;
}): readonly unknown[] {
  return [...table.groupKeys()].flatMap((group) =>
    [...table.keys(group)].map((key) => ({ group, key, ...table.get(group, key)! })),
  );
}

type Bad = readonly [errno: string, what: string, work: (files: FileSystem) => Promise<unknown>];

/** Does what is wrong, one after the other: the right errno each time, and nothing has changed. */
function refuses(cluster: RealCluster, attempts: readonly Bad[]): void {
  // What was done before comes to rest.
  cluster.run(4_000_000);
  for (const [errno, what, work] of attempts) {
    const before = contentsOf(cluster.metadata);
    const disks = cluster.fragments();
    const found = cluster.do((files) =>
      work(files).then(
        () => 'done',
        (error: { errno?: string; unknown?: boolean }) => {
          return error.unknown === true ? `${error.errno}, perhaps done` : error.errno;
        },
      ),
    );
    expect([what, found]).toEqual([what, errno]);
    cluster.run(4_000_000);
    expect([what, contentsOf(cluster.metadata)]).toEqual([what, before]);
    expect([what, cluster.fragments()]).toEqual([what, disks]);
    expect(auditState(cluster.metadata)).toEqual([]);
  }
}

describe('what a client gets wrong, on a running cluster', () => {
  test(
    'names, kinds and handles',
    inSlice(() => {
      const cluster = new RealCluster(small);
      const open = cluster.do(async (files) => {
        await files.mkdir('/d');
        await files.mkdir('/d/e');
        await files.mkdir('/q');
        await files.create('/f');
        await files.symlink('/loop', '/loop');
        await files.link('/f', '/g');
        const handle = await files.open('/f', rw);
        await files.write(handle, 0, Uint8Array.of(1, 2, 3));
        await files.close(handle);
        await files.snapshot('/d', '/frozen');
        await files.setQuota('/q', 10, 0);
        return { gone: handle, reading: await files.open('/f', { read: true }) };
      });
      refuses(cluster, [
        ['ENOENT', 'nothing there', (files) => files.stat('/nothing')],
        ['ENOENT', 'no directory above', (files) => files.create('/nothing/f')],
        ['ENOTDIR', 'a path through a file', (files) => files.stat('/f/x')],
        ['ENOTDIR', 'rmdir of a file', (files) => files.rmdir('/f')],
        ['EISDIR', 'unlink of a directory', (files) => files.unlink('/d')],
        ['EISDIR', 'open of a directory', (files) => files.open('/d', rw)],
        ['EISDIR', 'truncate of a directory', (files) => files.truncate('/d', 0)],
        ['ENOTEMPTY', 'rmdir of a full directory', (files) => files.rmdir('/d')],
        ['ENOTEMPTY', 'rename over a full one', (files) => files.rename('/q', '/d')],
        ['EEXIST', 'mkdir of what is there', (files) => files.mkdir('/d')],
        ['EEXIST', 'exclusive create', (files) => files.create('/f', true)],
        ['EEXIST', 'link to a name that is taken', (files) => files.link('/f', '/d')],
        ['EISDIR', 'rename of a file over a directory', (files) => files.rename('/f', '/d/e')],
        ['ENOTDIR', 'rename of a directory over a file', (files) => files.rename('/d', '/f')],
        ['EINVAL', 'rename into oneself', (files) => files.rename('/d', '/d/e/x')],
        ['EBUSY', 'rename of the root', (files) => files.rename('/', '/d/r')],
        ['EPERM', 'hard link of a directory', (files) => files.link('/d', '/h')],
        ['EXDEV', 'link across a quota root', (files) => files.link('/f', '/q/f')],
        ['EXDEV', 'rename across, of what has two names', (files) => files.rename('/f', '/q/f')],
        ['ELOOP', 'a link that leads to itself', (files) => files.stat('/loop')],
        ['EINVAL', 'readlink of a file', (files) => files.readlink('/f')],
        ['ENAMETOOLONG', 'a name', (files) => files.create(`/${'n'.repeat(256)}`)],
        ['ENAMETOOLONG', 'a path', (files) => files.stat('/d/.'.repeat(2_000))],
        ['EINVAL', 'a name with a zero', (files) => files.create('/a\0b')],
        ['EROFS', 'create in a snapshot', (files) => files.create('/frozen/x')],
        ['EROFS', 'rmdir in a snapshot', (files) => files.rmdir('/frozen/e')],
        ['ENODATA', 'an attribute that is not there', (files) => files.getxattr('/f', 'x')],
        ['E2BIG', 'a long attribute', (f) => f.setxattr('/f', 'x', new Uint8Array(1_025))],
        ['EFBIG', 'a file too long', (files) => files.truncate('/f', 2 ** 40)],
        ['EBADF', 'a closed handle', (files) => files.read(open.gone, 0, 1)],
        ['EBADF', 'a write by who reads', (f) => f.write(open.reading, 0, Uint8Array.of(1))],
        ['EINVAL', 'a cut by who reads', (files) => files.ftruncate(open.reading, 0)],
        ['EINVAL', 'an unknown class', (files) => files.setClass('/f', unknownClass)],
        ['EINVAL', 'a read from below zero', (f) => f.read(open.reading, -1, 4)],
        ['EINVAL', 'a length below zero', (files) => files.truncate('/f', -1)],
        ['EFBIG', 'a length beyond all numbers', (files) => files.truncate('/f', 1e18)],
        ['EINVAL', 'a quota below zero', (files) => files.setQuota('/q', -1, 0)],
        ['EINVAL', 'a mode below zero', (files) => files.setattr('/f', { mode: -1 })],
        ['EINVAL', 'a lock from below zero', (f) => f.lock(open.reading, { ...shared, from: -1 })],
        ['EBADF', 'a lock for writing, by who reads', (f) => f.lock(open.reading, exclusive)],
        ['ENOTDIR', 'a slash behind a file', (files) => files.unlink('/f/')],
        ['ENOTDIR', 'a dot behind a file', (files) => files.stat('/f/.')],
        ['EISDIR', 'a slash behind a new file', (files) => files.create('/new/')],
        ['EINVAL', 'rmdir of a dot', (files) => files.rmdir('/d/e/.')],
        ['EINVAL', 'rename to a dot', (files) => files.rename('/d', '/d/.')],
        ['EPERM', 'the index of a snapshot', (f) => f.setxattr('/d', 'snapshot.index', bytes)],
      ]);
    }),
  );

  test(
    'a stale handle: its session has expired while its client stood still',
    inSlice(() => {
      const cluster = new RealCluster(small, 2);
      const handle = cluster.do(async (files) => {
        const made = await files.open('/f', rw);
        await files.write(made, 0, Uint8Array.of(1, 2, 3));
        return made;
      });
      cluster.standStill(0, 12_000_000);
      refuses(cluster, [
        ['ESTALE', 'a read', (files) => files.stat('/').then(() => files.read(handle, 0, 3))],
        ['ESTALE', 'a write', (files) => files.write(handle, 0, Uint8Array.of(9))],
      ]);
      const seen = cluster.do(async (files) => {
        const own = await files.open('/f', { read: true });
        return [...(await files.read(own, 0, 10))];
      }, 1);
      expect(seen).toEqual([1, 2, 3]);
    }),
  );

  test(
    'a class that finds no lawful place',
    inSlice(() => {
      const cluster = new RealCluster(small);
      const handle = cluster.do(async (files) => {
        await files.mkdir('/wide');
        await files.setClass('/wide', huge);
        return files.open('/wide/f', rw);
      });
      refuses(cluster, [
        // Twenty parts, ten chunkservers.
        ['ENOSPC', 'a write', (files) => files.write(handle, 0, new Uint8Array(5_000).fill(1))],
      ]);
      expect(cluster.do((files) => files.fstat(handle)).sizeBytes).toBe(0);
    }),
  );

  test(
    'a quota that is exceeded',
    inSlice(() => {
      const cluster = new RealCluster(small);
      const handle = cluster.do(async (files) => {
        await files.mkdir('/q');
        await files.setQuota('/q', 2, 4_096);
        await files.create('/q/a');
        const made = await files.open('/q/f', rw);
        // Short, as far as it counts: what does not fit was never there.
        expect(await files.write(made, 4_000, new Uint8Array(3_000).fill(1))).toBe(96);
        return made;
      });
      const more = new Uint8Array(10).fill(2);
      refuses(cluster, [
        ['EDQUOT', 'an inode more', (files) => files.create('/q/b')],
        ['EDQUOT', 'a directory more', (files) => files.mkdir('/q/d')],
        ['EDQUOT', 'an append', (files) => files.append(handle, more)],
        ['EDQUOT', 'a longer file', (files) => files.ftruncate(handle, 4_097)],
        ['EDQUOT', 'a clone', (files) => files.clone('/q/f', '/q/c')],
      ]);
      const { sizeBytes } = cluster.do((files) => files.fstat(handle));
      expect(sizeBytes).toBe(4_096);
      expect(cluster.do((files) => files.quota('/q'))).toMatchObject({ bytes: 4_096 });
    }),
  );

  test(
    'disks that are full, until something is removed',
    inSlice(() => {
      // A chunk of 4 KiB and no more on each of ten servers: five pairs.
      const cluster = new RealCluster({ ...small, 'storage.capacityBytes': 4_096 });
      const written = cluster.do(async (files) => {
        await files.setClass('/', pair);
        for (let at = 0; ; at++) {
          const handle = await files.open(`/f${at}`, rw);
          try {
            await files.write(handle, 0, new Uint8Array(4_096).fill(at + 1));
          } catch (error) {
            expect(error).toMatchObject({ errno: 'ENOSPC', unknown: false });
            await files.close(handle);
            await files.unlink(`/f${at}`);
            return at;
          }
          await files.close(handle);
        }
      });
      expect(written).toBeGreaterThan(2);
      const handle = cluster.do((files) => files.open('/one-more', rw));
      refuses(cluster, [
        ['ENOSPC', 'a write', (files) => files.write(handle, 0, Uint8Array.of(1))],
      ]);
      cluster.do((files) => files.unlink('/f0'));
      // What was there is erased after a grace.
      cluster.run(6_000_000);
      expect(cluster.do((files) => files.write(handle, 0, Uint8Array.of(7)))).toBe(1);
      for (let at = 1; at < written; at++) {
        const bytes = cluster.do(async (files) => {
          const own = await files.open(`/f${at}`, { read: true });
          return files.read(own, 0, 5_000);
        });
        expect(bytes).toEqual(new Uint8Array(4_096).fill(at + 1));
      }
    }),
  );
});
