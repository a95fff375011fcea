import { expect, test } from 'vitest';
import { FakeCluster, inSlice } from '../../../../test/storage/fake-cluster.ts';
import { FileError } from './file-error.ts';
import type { FileSystem } from './file-system.ts';
import { WriteLosses } from './write-losses.ts';

const rw = { read: true, write: true, create: true } as const;
const bytes = new Uint8Array(300).fill(1);

/** How something ended: done, or by which error. */
async function outcome(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'done';
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return error.errno;
  }
}

function onFiles<T>(work: (files: FileSystem) => Promise<T>): T {
  return new FakeCluster({ seed: 1, modes: ['close-to-open'] }).do(work);
}

test('a loss is told to each handle that was open, once, whoever sent it', () =>
  inSlice(() => {
    const told = onFiles(async (files) => {
      const handles = [await files.open('/f', rw), await files.open('/f', rw)] as const;
      const reader = await files.open('/f', { read: true });
      await files.setQuota('/', 0, 100);
      await files.write(handles[0], 0, bytes);
      await files.write(handles[1], 300, bytes);
      const outcomes: string[] = [];
      for (const handle of [...handles, ...handles, reader]) {
        outcomes.push(await outcome(files.fsync(handle)));
      }
      for (const handle of [...handles, reader]) outcomes.push(await outcome(files.close(handle)));
      return outcomes;
    });
    const syncs = ['EDQUOT', 'EDQUOT', 'done', 'done', 'EDQUOT'];
    expect(told).toEqual([...syncs, 'done', 'done', 'done']);
  })());

test('close tells too; who opens later has nothing to be told, and what is written since counts', () =>
  inSlice(() => {
    const told = onFiles(async (files) => {
      const [first, second] = [await files.open('/f', rw), await files.open('/f', rw)];
      await files.setQuota('/', 0, 100);
      await files.write(first, 0, bytes);
      const outcomes = [await outcome(files.close(first))];
      await files.setQuota('/', 0, 0);
      const third = await files.open('/f', rw);
      await files.write(third, 0, bytes);
      outcomes.push(await outcome(files.fsync(third)));
      outcomes.push(await outcome(files.close(second)));
      outcomes.push(await outcome(files.close(third)));
      const reader = await files.open('/f', rw);
      expect(await files.read(reader, 0, 300)).toEqual(bytes);
      return outcomes;
    });
    expect(told).toEqual(['EDQUOT', 'done', 'EDQUOT', 'done']);
  })());

test('who sends for another reason is told by its own error, and the handles still are', () =>
  inSlice(() => {
    const told = onFiles(async (files) => {
      const handle = await files.open('/f', rw);
      await files.setQuota('/', 0, 100);
      await files.write(handle, 0, bytes);
      const outcomes = [await outcome(files.truncate('/f', 10))];
      outcomes.push(await outcome(files.fsync(handle)));
      outcomes.push(await outcome(files.fsync(handle)));
      return outcomes;
    });
    expect(told).toEqual(['EDQUOT', 'EDQUOT', 'done']);
  })());

test('a loss that nobody was told of is told to the first that opens, and to no later one', () => {
  const losses = new WriteLosses();
  const first = losses.watch();
  losses.lose('ENOSPC');
  // By which timeout it was lost is of no concern to who is told later.
  losses.lose('ETIMEDOUT');
  expect(losses.isIdle).toBe(false);
  losses.release();
  // The one that was open never asked.
  expect(losses.isIdle).toBe(false);
  const second = losses.watch();
  expect(second.tell(second.toldOf)).toBe('EIO');
  expect(second.tell(second.toldOf)).toBe(null);
  const third = losses.watch();
  expect(third.tell(third.toldOf)).toBe(null);
  expect(first.tell(first.toldOf)).toBe('EIO');
  losses.release();
  losses.release();
  expect(losses.isIdle).toBe(true);
});

test('a call that began before its handle was told of a loss is told of it too', () => {
  const losses = new WriteLosses();
  const watch = losses.watch();
  const [one, other] = [watch.toldOf, watch.toldOf];
  losses.lose('EIO');
  expect([watch.tell(one), watch.tell(other)]).toEqual(['EIO', 'EIO']);
  expect(watch.tell(watch.toldOf)).toBe(null);
});
