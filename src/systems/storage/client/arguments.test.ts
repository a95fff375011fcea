import { expect, test } from 'vitest';
import { FakeCluster, inSlice } from '../../../../test/storage/fake-cluster.ts';
import type { CacheMode } from './client-settings.ts';
import type { FileError } from './file-error.ts';
import type { FileSystem, LockRequest } from './file-system.ts';
import type { OperationStep } from './operation.ts';

const rw = { read: true, write: true, create: true } as const;
const posix = { style: 'posix', owner: 1, from: 0, to: 10, exclusive: true } as const;
const flock = { style: 'flock', from: 0, to: 0, exclusive: true } as const;
const one = Uint8Array.of(1);

async function errnoOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'OK',
    ({ errno, unknown }: FileError) => (unknown ? `${errno}, perhaps done` : errno),
  );
}

type Attempt = (
  files: FileSystem,
  handle: number,
  steps: OperationStep[],
) => readonly [string, Promise<unknown>];

const size = (sizeBytes: number, errno: string): Attempt[] => [
  (files, _, steps) => [errno, files.truncate('/f', sizeBytes, steps)],
  (files, handle, steps) => [errno, files.ftruncate(handle, sizeBytes, steps)],
];
const lock = (wrong: Partial<LockRequest>, errno: string): Attempt[] => [
  (files, handle, steps) => [errno, files.lock(handle, { ...posix, ...wrong }, steps)],
  (files, handle, steps) => [errno, files.unlock(handle, { ...posix, ...wrong }, steps)],
  (files, handle, steps) => [errno, files.testLock(handle, { ...posix, ...wrong }, steps)],
];
const attribute = (wrong: Parameters<FileSystem['setattr']>[1]): Attempt => {
  return (files, _, steps) => ['EINVAL', files.setattr('/f', wrong, steps)];
};

/** What is wrong in itself, whatever there is in the file system. */
const wrong: readonly Attempt[] = [
  ...[-1, 1.5, Number.NaN, Number.NEGATIVE_INFINITY].flatMap((bad): Attempt[] => [
    (files, handle, steps) => ['EINVAL', files.read(handle, bad, 4, steps)],
    (files, handle, steps) => ['EINVAL', files.read(handle, 0, bad, steps)],
    (files, handle, steps) => ['EINVAL', files.write(handle, bad, one, steps)],
    (files, handle, steps) => ['EINVAL', files.write(handle, bad, new Uint8Array(0), steps)],
    ...size(bad, 'EINVAL'),
    ...lock({ from: bad }, 'EINVAL'),
    ...lock({ to: bad }, 'EINVAL'),
    ...lock({ owner: bad }, 'EINVAL'),
    ...lock({ ...flock, owner: bad }, 'EINVAL'),
    (files, _, steps) => ['EINVAL', files.setQuota('/', bad, 0, steps)],
    (files, _, steps) => ['EINVAL', files.setQuota('/', 0, bad, steps)],
    (files, _, steps) => ['EINVAL', files.setClass('/f', bad, steps)],
    (files, _, steps) => ['EINVAL', files.mkdir('/new', bad, steps)],
    (files, _, steps) => ['EINVAL', files.create('/new', true, bad, steps)],
    (files, _, steps) => ['EINVAL', files.open('/new', { ...rw, mode: bad }, steps)],
    (files, _, steps) => ['EINVAL', files.open('/f', { ...rw, owner: bad }, steps)],
    (files, _, steps) => ['EINVAL', files.restore(bad, '/new', steps)],
    (files, _, steps) => ['EINVAL', files.drain(bad, steps)],
    ...(['mode', 'uid', 'gid', 'atimeUs', 'mtimeUs', 'trashUs'] as const).map((name) =>
      attribute({ [name]: bad }),
    ),
  ]),
  ...[2 ** 22, 2 ** 53, 2 ** 60, 1e18].map((far): Attempt => {
    return (files, handle, steps) => ['EFBIG', files.write(handle, far, one, steps)];
  }),
  ...[2 ** 22 + 1, 2 ** 53, 1e18].flatMap((far) => size(far, 'EFBIG')),
  ...lock({ from: 5, to: 5 }, 'EINVAL'),
  ...lock({ from: 0, to: 2 ** 60 }, 'EOVERFLOW'),
  ...lock({ style: 'both' as 'flock' }, 'EINVAL'),
  ...[{ mode: 0o10000 }, { uid: 2 ** 32 - 1 }, { mtimeUs: 2 ** 53 }].map(attribute),
  (files, _, steps) => ['EINVAL', files.setQuota('/', 2 ** 53, 0, steps)],
];

test.each<CacheMode>(['strict', 'close-to-open'])(
  'in %s mode numbers that are wrong are refused, and no command is sent',
  (mode) =>
    inSlice(() => {
      const cluster = new FakeCluster({ modes: [mode] });
      cluster.do(async (files) => {
        const handle = await files.open('/f', rw);
        for (const [at, attempt] of wrong.entries()) {
          const steps: OperationStep[] = [];
          const [errno, work] = attempt(files, handle, steps);
          expect([at, await errnoOf(work)]).toEqual([at, errno]);
          expect([at, steps.filter(({ query }) => query === null)]).toEqual([at, []]);
        }
        expect(await errnoOf(files.stat('/new'))).toBe('ENOENT');
        expect(await files.fstat(handle)).toMatchObject({ sizeBytes: 0, mode: 0o644 });
      });
    })(),
);

test.each<CacheMode>(['strict', 'close-to-open'])('in %s mode limits can be reached', (mode) =>
  inSlice(() => {
    const cluster = new FakeCluster({ modes: [mode] });
    const end = cluster.settings.maxFileBytes;
    cluster.do(async (files) => {
      const handle = await files.open('/f', { ...rw, mode: 0o7777 });
      expect(await files.write(handle, end - 2, new Uint8Array(5).fill(7))).toBe(2);
      await files.fsync(handle);
      expect((await files.fstat(handle)).sizeBytes).toBe(end);
      expect([...(await files.read(handle, end - 2, 2 ** 60))]).toEqual([7, 7]);
      expect(await files.read(handle, end, 4)).toHaveLength(0);
      expect(await files.read(handle, 2 ** 60, 2 ** 60)).toHaveLength(0);
      expect(await files.read(handle, 0, 0)).toHaveLength(0);
      expect(await files.write(handle, end, new Uint8Array(0))).toBe(0);
      await files.ftruncate(handle, 0);
      await files.truncate('/f', end);
      await files.setattr('/f', { mode: 0, uid: 2 ** 32 - 2, mtimeUs: 0 });
      await files.setQuota('/', Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
      await files.lock(handle, { ...posix, to: Number.MAX_SAFE_INTEGER });
    });
  })(),
);

test(
  'a path that ends in a slash is that of a directory, and dots are no names',
  inSlice(() => {
    const cluster = new FakeCluster();
    cluster.do(async (files) => {
      await files.mkdir('/d');
      await files.mkdir('/d/e');
      const file = await files.create('/f');
      await files.symlink('d', '/s');
      await files.symlink('d/', '/sd');
      await files.symlink('f', '/sf');
      await files.symlink('f/', '/sfd');
      await files.symlink('nowhere', '/dangling');
      await files.symlink('.', '/dot');
      const d = await files.lookup('/d');
      const expected: [string, Promise<unknown>][] = [
        ['ENOTDIR', files.open('/f/', rw)],
        ['ENOTDIR', files.open('/f/', { read: true })],
        ['ENOTDIR', files.open('/f/', { ...rw, exclusive: true })],
        ['ENOTDIR', files.open('/sf/', { read: true })],
        ['ENOTDIR', files.open('/sfd', { read: true })],
        ['EISDIR', files.open('/new/', rw)],
        ['ENOENT', files.open('/new/', { read: true })],
        ['EISDIR', files.open('/d/.', rw)],
        ['EISDIR', files.create('/new/')],
        ['EISDIR', files.create('/new/', true)],
        ['ENOTDIR', files.create('/f/')],
        ['EISDIR', files.create('/d/')],
        ['EISDIR', files.create('/d/.')],
        ['EEXIST', files.create('/d/..', true)],
        ['ENOTDIR', files.stat('/f/')],
        ['ENOTDIR', files.stat('/f/.')],
        ['ENOTDIR', files.stat('/f/..')],
        ['ENOTDIR', files.stat('/sf/')],
        ['ENOTDIR', files.stat('/sfd')],
        ['ENOENT', files.stat('/new/')],
        ['ENOENT', files.stat('/new/.')],
        ['ENOENT', files.stat('/new/..')],
        ['ENOENT', files.stat('/dangling/', false)],
        ['ENOTDIR', files.truncate('/f/', 0)],
        ['ENOTDIR', files.setattr('/f/', { mode: 0 })],
        ['ENOTDIR', files.unlink('/f/')],
        ['EISDIR', files.unlink('/d/')],
        ['EISDIR', files.unlink('/d/.')],
        ['EISDIR', files.unlink('/s/')],
        ['ENOTDIR', files.rmdir('/f/')],
        ['EINVAL', files.rmdir('/d/e/.')],
        ['EINVAL', files.rmdir('/d/e/./')],
        ['ENOTEMPTY', files.rmdir('/d/e/..')],
        ['EBUSY', files.rmdir('/')],
        ['EBUSY', files.rmdir('///')],
        ['ENOTDIR', files.rmdir('/s')],
        ['EINVAL', files.readlink('/s/')],
        ['EINVAL', files.rename('/d', '/d/.')],
        ['EINVAL', files.rename('/d/.', '/g')],
        ['EINVAL', files.rename('/d/e', '/d/e/..')],
        ['EBUSY', files.rename('/d', '/')],
        ['ENOTDIR', files.rename('/f/', '/g')],
        ['ENOTDIR', files.rename('/f', '/g/')],
        ['ENOTDIR', files.rename('/f', '/sf/')],
        ['EISDIR', files.rename('/f', '/d/e/')],
        ['ENOTDIR', files.link('/f/', '/g')],
        ['ENOENT', files.link('/f', '/g/')],
        ['ENOTDIR', files.link('/f', '/sf/')],
        ['EEXIST', files.link('/f', '/d/')],
        ['ENOENT', files.symlink('x', '/g/')],
        ['EEXIST', files.symlink('x', '/d/')],
        ['EEXIST', files.symlink('x', '/d/.')],
        ['ENOTDIR', files.clone('/f', '/g/')],
        ['ENOTDIR', files.clone('/f/', '/g')],
        ['EEXIST', files.mkdir('/d/')],
        ['EEXIST', files.mkdir('/d/.')],
        ['EEXIST', files.mkdir('/f/')],
        ['ENOENT', files.mkdir('/new/.')],
        ['EINVAL', files.stat('/a\0b')],
        ['OK', files.stat('/d//e/./..//')],
        ['OK', files.readdir('/d/.')],
        ['OK', files.setattr('/d/.', { mode: 0o755 })],
      ];
      for (const [at, [errno, work]] of expected.entries()) {
        expect([at, await errnoOf(work)]).toEqual([at, errno]);
      }
      expect(await errnoOf(files.stat('/new'))).toBe('ENOENT');
      expect(await files.lookup('/f')).toBe(file);
      // A slash makes lstat(2) follow, and so does a dot.
      expect(await files.stat('/s', false)).toMatchObject({ kind: 'symlink' });
      for (const path of ['/s/', '/s/.', '/s//', '/sd/', '/d/e/../../dot/d/']) {
        expect(await files.stat(path, false)).toMatchObject({ kind: 'directory', inode: d });
      }
      expect(await files.stat('/dot/', false)).toMatchObject({ inode: 1 });
      await files.mkdir('/new/');
      await files.mkdir('/dangling/');
      expect(await files.stat('/nowhere')).toMatchObject({ kind: 'directory' });
      await files.clone('/d/', '/copy/');
      await files.rename('/new/', '/newer/');
      await files.rmdir('/newer//');
      // Through the link to what it leads to, as for every other path that ends in a slash.
      await files.rmdir('/dangling/');
      expect(await errnoOf(files.stat('/nowhere'))).toBe('ENOENT');
      expect(await files.stat('/dangling', false)).toMatchObject({ kind: 'symlink' });
    });
  }),
);

test(
  'posix locks need the access that they are about; flock does not mind',
  inSlice(() => {
    const cluster = new FakeCluster();
    cluster.do(async (files) => {
      const both = await files.open('/f', rw);
      const reader = await files.open('/f', { read: true });
      const writer = await files.open('/f', { write: true });
      const shared = { ...posix, exclusive: false };
      expect(await errnoOf(files.lock(reader, posix))).toBe('EBADF');
      expect(await errnoOf(files.lock(writer, shared))).toBe('EBADF');
      expect(await files.testLock(both, { ...posix, owner: 2 })).toBeNull();
      await files.lock(reader, shared);
      await files.lock(writer, posix);
      await files.unlock(reader, posix);
      await files.lock(reader, flock);
    });
  }),
);

test(
  'a flock ends with the open file that took it',
  inSlice(() => {
    const cluster = new FakeCluster({ modes: ['strict', 'strict'] });
    const other = cluster.do((files) => files.open('/f', rw), 1);
    const [first, second] = cluster.do(async (files) => {
      const handles = [await files.open('/f', rw), await files.open('/f', rw)] as const;
      await files.lock(handles[0], flock);
      // Another open file is another holder, though it is the same process.
      expect(await errnoOf(files.lock(handles[1], flock))).toBe('EAGAIN');
      await files.unlock(handles[1], flock);
      return handles;
    });
    const attempt = () => cluster.do((files) => errnoOf(files.lock(other, flock)), 1);
    expect(attempt()).toBe('EAGAIN');
    cluster.do((files) => files.close(second));
    expect(attempt()).toBe('EAGAIN');
    const third = cluster.do((files) => files.open('/f', rw));
    cluster.do((files) => files.close(first));
    expect(attempt()).toBe('OK');
    cluster.do((files) => files.close(third));
  }),
);

test(
  'posix locks of a process end when it closes any handle of the file, and those of others stay',
  inSlice(() => {
    const cluster = new FakeCluster({ modes: ['strict', 'strict'] });
    const other = cluster.do((files) => files.open('/f', rw), 1);
    const held = (from: number) =>
      cluster.do((files) => files.testLock(other, { ...posix, from, to: from + 1 }), 1);
    cluster.do(async (files) => {
      const mine = [
        await files.open('/f', { ...rw, owner: 1 }),
        await files.open('/f', { ...rw, owner: 1 }),
      ];
      const theirs = await files.open('/f', { ...rw, owner: 2 });
      const { owner: _, ...byDefault } = posix;
      await files.lock(mine[0]!, byDefault);
      await files.lock(theirs, { ...byDefault, from: 10, to: 20 });
      // A handle that both use is closed by both.
      await files.lock(mine[0]!, { ...posix, owner: 3, from: 20, to: 30 });
      await files.close(mine[1]!);
    });
    expect([held(0), held(10)?.owner, held(20)?.owner]).toEqual([null, 2, 3]);
  }),
);

test(
  'a lock that comes behind the close of its handle is not kept',
  inSlice(() => {
    const cluster = new FakeCluster({ modes: ['strict', 'strict'] });
    const other = cluster.do((files) => files.open('/f', rw), 1);
    cluster.do((files) => files.lock(other, flock), 1);
    const [kept, handle] = cluster.do(async (files) => [
      await files.open('/f', rw),
      await files.open('/f', rw),
    ]);
    const waiting = cluster.begin((files) => files.lock(handle!, { ...flock, wait: true }));
    cluster.run(200_000);
    cluster.do((files) => files.close(handle!));
    cluster.do((files) => files.unlock(other, flock), 1);
    cluster.until(() => waiting.done);
    expect(waiting.error).toMatchObject({ errno: 'EBADF' });
    cluster.do((files) => files.lock(other, flock), 1);
    cluster.do((files) => files.close(kept!));
  }),
);
