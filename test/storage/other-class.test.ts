import { expect, test } from 'vitest';
import { inSlice } from './fake-cluster.ts';
import { RealCluster } from './real-cluster.ts';

const small = { nodes: 14, 'storage.masters': 3, 'storage.metaloggers': 1 } as const;
const rw = { read: true, write: true, create: true } as const;

test.each([
  [1, 4],
  [4, 1],
  [2, 1],
  [1, 2],
])(
  'a chunk that two files share is written when one of them got another class: %i, %i',
  (from, to) =>
    inSlice(() => {
      const cluster = new RealCluster(small);
      const read = cluster.do(async (files) => {
        await files.setClass('/', from);
        const first = await files.open('/f', rw);
        await files.write(first, 0, new Uint8Array(3_000).fill(1));
        await files.close(first);
        await files.clone('/f', '/g');
        await files.setClass('/g', to);
        const second = await files.open('/g', rw);
        await files.write(second, 1_000, new Uint8Array(10).fill(2));
        await files.close(second);
        const third = await files.open('/g', rw);
        return await files.read(third, 0, 4_000);
      });
      const wanted = new Uint8Array(3_000).fill(1).fill(2, 1_000, 1_010);
      expect(Buffer.compare(read, wanted)).toBe(0);
    })(),
);

test('all chunks of a file get its class, whichever class the first of them has already', () =>
  inSlice(() => {
    const cluster = new RealCluster(small);
    const chunkBytes = 4_096;
    const classesOf = (): readonly number[] => {
      const { slots, chunks } = cluster.metadata;
      return slots.groupKeys().flatMap((inode) =>
        slots.keys(inode).map((index) => {
          const { chunk } = slots.get(inode, index)!;
          return chunks.get(chunk)!.classId;
        }),
      );
    };
    const writeChunk = (index: number) =>
      cluster.do(async (files) => {
        const file = await files.open('/f', rw);
        await files.write(file, index * chunkBytes, new Uint8Array(chunkBytes).fill(index + 1));
        await files.close(file);
      });
    writeChunk(0);
    cluster.do((files) => files.setClass('/f', 4));
    cluster.run(10_000_000);
    expect(classesOf()).toEqual([4]);
    // Another class for so short a time that the first chunk keeps the one that it has.
    cluster.do((files) => files.setClass('/f', 1));
    writeChunk(1);
    expect(classesOf()).toEqual([4, 1]);
    cluster.do((files) => files.setClass('/f', 4));
    cluster.run(10_000_000);
    expect(classesOf()).toEqual([4, 4]);
  })());
