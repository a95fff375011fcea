import { expect, test } from 'vitest';
import { FakeCluster, inSlice } from '../../../../test/storage/fake-cluster.ts';
import { FileError } from './file-error.ts';

const rw = { read: true, write: true, create: true } as const;

function pattern(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * 7 + seed) & 0xff);
}

test(
  'names: made, found, listed, linked, renamed and removed',
  inSlice(() => {
    const cluster = new FakeCluster();
    cluster.do(async (files) => {
      await files.mkdir('/d');
      const inode = await files.create('/d/a');
      await files.link('/d/a', '/d/b');
      await files.symlink('d/a', '/s');
      expect(await files.lookup('/s')).toBe(inode);
      expect((await files.stat('/s', false)).kind).toBe('symlink');
      expect(await files.readlink('/s')).toBe('d/a');
      expect((await files.stat('/d/b')).links).toBe(2);
      await files.rename('/d/b', '/c');
      expect((await files.readdir('/d')).map(({ name }) => name)).toEqual(['a']);
      expect((await files.readdir('/')).map(({ name }) => name)).toEqual(['c', 'd', 's']);
      await files.unlink('/d/../d/./a');
      await files.rmdir('/d');
      await expect(files.lookup('/s')).rejects.toMatchObject({ errno: 'ENOENT' });
      await files.setxattr('/c', 'k', pattern(5, 1));
      expect(await files.getxattr('/c', 'k')).toEqual(pattern(5, 1));
      expect(await files.listxattr('/c')).toEqual(['k']);
    });
  }),
);

test(
  'what was removed is listed, comes back once, and is purged for good',
  inSlice(() => {
    const cluster = new FakeCluster();
    cluster.do(async (files) => {
      await files.setattr('/', { trashUs: 60_000_000 });
      await files.mkdir('/d');
      const removed: number[] = [];
      for (let nth = 0; nth < 70; nth++) {
        removed.push(await files.create(`/d/f${nth}`));
        await files.unlink(`/d/f${nth}`);
      }
      const listed = await files.listTrash();
      expect(listed.map(({ inode }) => inode)).toEqual(removed);
      expect(listed[69]).toMatchObject({ name: 'f69', parent: await files.lookup('/d') });
      const { sinceUs, untilUs } = listed[0]!;
      expect(untilUs - sinceUs).toBe(60_000_000);
      const [purged, restored] = removed;
      await files.purge(purged!);
      await expect(files.purge(purged!)).rejects.toMatchObject({ errno: 'ENOENT' });
      await expect(files.restore(purged!, '/a')).rejects.toMatchObject({ errno: 'ENOENT' });
      await expect(files.purge(-1)).rejects.toMatchObject({ errno: 'EINVAL' });
      expect(await files.restore(restored!, '/a')).toBe(restored);
      expect((await files.listTrash()).map(({ inode }) => inode)).toEqual(removed.slice(2));
    });
  }),
);

test(
  'bytes across blocks and chunks, replicated and coded, with holes and truncation',
  inSlice(() => {
    for (const classId of [1, 2]) {
      for (const mode of ['strict', 'close-to-open'] as const) {
        const cluster = new FakeCluster({ modes: [mode] });
        cluster.do(async (files) => {
          await files.setClass('/', classId);
          const handle = await files.open('/f', rw);
          const model = new Uint8Array(13_000);
          let size = 0;
          for (const [offset, length] of [
            [0, 10],
            [250, 20],
            [4_000, 200],
            [9_000, 1_000],
            [5, 5],
            [8_100, 300],
          ] as const) {
            const bytes = pattern(length, offset);
            expect(await files.write(handle, offset, bytes)).toBe(length);
            model.set(bytes, offset);
            size = Math.max(size, offset + length);
            expect(await files.read(handle, 0, 20_000)).toEqual(model.subarray(0, size));
          }
          await files.fsync(handle);
          expect(await files.read(handle, 0, 20_000)).toEqual(model.subarray(0, size));
          await files.ftruncate(handle, 4_100);
          await files.ftruncate(handle, 12_000);
          model.fill(0, 4_100);
          expect(await files.read(handle, 0, 20_000)).toEqual(model.subarray(0, 12_000));
          expect(await files.append(handle, pattern(700, 3))).toBe(12_000);
          model.set(pattern(700, 3), 12_000);
          expect(await files.read(handle, 3_000, 20_000)).toEqual(model.subarray(3_000, 12_700));
          await files.close(handle);
          await files.clone('/f', '/g');
          const other = await files.open('/g', rw);
          await files.write(other, 4_050, pattern(100, 9));
          const again = await files.open('/f', rw);
          expect(await files.read(again, 0, 20_000)).toEqual(model.subarray(0, 12_700));
          model.set(pattern(100, 9), 4_050);
          expect(await files.read(other, 0, 20_000)).toEqual(model.subarray(0, 12_700));
        });
      }
    }
  }),
);

test(
  'errors name errno, operation and path',
  inSlice(() => {
    const cluster = new FakeCluster();
    cluster.do(async (files) => {
      await files.symlink('/loop', '/loop');
      const failure = await files.stat('/loop').catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(FileError);
      expect(failure).toMatchObject({ errno: 'ELOOP', operation: 'stat', path: '/loop' });
      const errno = async (work: Promise<unknown>) =>
        work.then(
          () => 'OK',
          (error: FileError) => error.errno,
        );
      expect(await errno(files.mkdir('/'))).toBe('EEXIST');
      expect(await errno(files.rmdir('/'))).toBe('EBUSY');
      expect(await errno(files.stat(`/${'x'.repeat(300)}`))).toBe('ENAMETOOLONG');
      expect(await errno(files.stat(`/x${'/x'.repeat(3_000)}`))).toBe('ENAMETOOLONG');
      expect(await errno(files.read(77, 0, 1))).toBe('EBADF');
      await files.create('/f');
      expect(await errno(files.stat('/f/x'))).toBe('ENOTDIR');
      expect(await errno(files.open('/f', { ...rw, exclusive: true }))).toBe('EEXIST');
      expect(await errno(files.open('/', rw))).toBe('EISDIR');
      const reader = await files.open('/f', { read: true });
      expect(await errno(files.write(reader, 0, pattern(1, 1)))).toBe('EBADF');
      await files.setQuota('/', 0, 100);
      const handle = await files.open('/f', rw);
      expect(await files.write(handle, 0, pattern(60, 1))).toBe(60);
      expect(await errno(files.write(handle, 60, pattern(60, 1)))).toBe('EDQUOT');
      expect(await files.write(handle, 50, pattern(60, 2))).toBe(10);
      expect((await files.fstat(handle)).sizeBytes).toBe(60);
    });
  }),
);

// Found by seed 34 of storage-storm (SE3): calls beyond the window were refused with EINVAL.
test(
  'many calls at once wait for room in the window of requests',
  inSlice(() => {
    const cluster = new FakeCluster({ settings: { requestWindow: 4 } });
    cluster.do(async (files) => {
      const handles: number[] = [];
      for (let at = 0; at < 20; at++) handles.push(await files.open(`/f${at}`, rw));
      await Promise.all(handles.map((handle) => files.close(handle)));
    });
  }),
);
