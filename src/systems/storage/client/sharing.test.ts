import { expect, test } from 'vitest';
import {
  FakeCluster,
  type FakeClusterOptions,
  inSlice,
} from '../../../../test/storage/fake-cluster.ts';
import { checkHistory } from '../../../checkers/history/check-history.ts';
import type { Model } from '../../../checkers/history/model.ts';
import { kv } from '../../../checkers/history/models/kv.ts';
import type { Environment } from '../../../sim/environment.ts';
import { History, operationFail, operationInfo, operationOk } from '../../../workload/history.ts';
import { FileError } from './file-error.ts';
import type { FileSystem } from './file-system.ts';

const rw = { read: true, write: true, create: true } as const;

const noise: Partial<Environment> = {
  netLossPerMillion: 10_000,
  netDuplicatePerMillion: 50_000,
  netReorderPerMillion: 100_000,
  schedulerPermuteTies: true,
};

const weathers: [string, Partial<Environment>][] = [
  ['calm', {}],
  ['noise', noise],
];

function filled(length: number, value: number): Uint8Array {
  return new Uint8Array(length).fill(value);
}

test.each(weathers)(
  'strict, %s: a read sees the latest write of another client',
  (_, environment) =>
    inSlice(() => {
      for (let seed = 1; seed <= 20; seed++) {
        const cluster = new FakeCluster({ seed, modes: ['strict', 'strict'], environment });
        for (const classId of [1, 2]) {
          const path = `/f${classId}`;
          const handles = [0, 1].map((client) =>
            cluster.do(async (files) => {
              const handle = await files.open(path, rw);
              await files.setClass(path, classId);
              return handle;
            }, client),
          );
          let size = 0;
          for (let round = 1; round <= 12; round++) {
            const writer = (round * seed) % 2;
            const offset = (round * 977 * seed) % 9_000;
            cluster.do(
              (files) => files.write(handles[writer]!, offset, filled(300, round)),
              writer,
            );
            size = Math.max(size, offset + 300);
            cluster.do(async (files) => {
              const handle = handles[1 - writer]!;
              expect(await files.read(handle, offset, 300)).toEqual(filled(300, round));
              expect((await files.stat(path)).sizeBytes).toBe(size);
            }, 1 - writer);
            if (round % 5 !== 0) continue;
            cluster.do((files) => files.truncate(path, offset), 1 - writer);
            size = offset;
            cluster.do(async (files) => {
              expect((await files.fstat(handles[writer]!)).sizeBytes).toBe(size);
              expect(await files.read(handles[writer]!, offset, 300)).toEqual(new Uint8Array(0));
            }, writer);
          }
        }
      }
    })(),
);

test.each(weathers)('strict, %s: names are never seen as they were', (_, environment) =>
  inSlice(() => {
    for (let seed = 1; seed <= 20; seed++) {
      const cluster = new FakeCluster({ seed, modes: ['strict', 'strict'], environment });
      for (let round = 0; round < 12; round++) {
        const one = round % 2;
        const [from, to] = [`/a${round}`, `/a${round + 1}`];
        if (round === 0) cluster.do((files) => files.create(from), one);
        // What is not there is remembered too.
        cluster.do(async (files) => {
          await expect(files.stat(to)).rejects.toMatchObject({ errno: 'ENOENT' });
          expect((await files.readdir('/')).map(({ name }) => name)).toEqual([from.slice(1)]);
        }, 1 - one);
        cluster.do((files) => files.rename(from, to), one);
        cluster.do(async (files) => {
          await files.stat(to);
          await expect(files.stat(from)).rejects.toMatchObject({ errno: 'ENOENT' });
          expect((await files.readdir('/')).map(({ name }) => name)).toEqual([to.slice(1)]);
        }, 1 - one);
      }
      expect(cluster.probes.get('client cache hit') ?? 0).toBeGreaterThan(0);
    }
  })(),
);

test.each(weathers)('close to open, %s: who opens sees what was closed', (_, environment) =>
  inSlice(() => {
    for (let seed = 1; seed <= 20; seed++) {
      const modes = ['close-to-open', 'close-to-open'] as const;
      const cluster = new FakeCluster({ seed, modes, environment });
      let expected = new Uint8Array(0);
      for (let round = 1; round <= 12; round++) {
        const one = round % 2;
        const offset = (round * 977 * seed) % 6_000;
        const grown = new Uint8Array(Math.max(expected.length, offset + 700));
        grown.set(expected);
        grown.fill(round, offset, offset + 700);
        expected = grown;
        cluster.do(async (files) => {
          const handle = await files.open('/f', rw);
          await files.write(handle, offset, filled(500, round));
          await files.write(handle, offset + 300, filled(400, round));
          expect(await files.read(handle, 0, 10_000)).toEqual(expected);
          await files.close(handle);
        }, one);
        cluster.do(async (files) => {
          const handle = await files.open('/f', rw);
          expect(await files.read(handle, 0, 10_000)).toEqual(expected);
          if (round % 3 !== 0) await files.close(handle);
        }, 1 - one);
      }
    }
  })(),
);

/** Reads and writes of two blocks by several clients at once, recorded as those of two keys. */
async function race(
  files: FileSystem,
  history: History,
  process: number,
  seed: number,
): Promise<void> {
  const handle = await files.open('/f', rw);
  let current = process;
  for (let nth = 0; nth < 25; nth++) {
    const block = (nth * 7 + seed + process) % 2;
    const value = 1 + process * 30 + nth;
    const writes = (nth * 13 + seed * 5 + process) % 3 === 0;
    const operation = history.invoke(
      {
        process: current,
        operation: writes ? 'put' : 'get',
        option: '',
        consistency: 'linearizable',
        key: `${block}`,
        value: writes ? `${value}` : null,
        expected: null,
      },
      0,
    );
    const rest = { swapped: false, index: 0, reason: '' };
    const offset = block * 300;
    try {
      let found: string | null = null;
      if (writes) await files.write(handle, offset, filled(300, value));
      else {
        const bytes = await files.read(handle, offset, 300);
        expect(new Set(bytes).size).toBeLessThan(2);
        found = bytes.length === 0 || bytes[0] === 0 ? null : `${bytes[0]}`;
      }
      history.complete(operation, { outcome: operationOk, value: found, ...rest }, 0);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      const outcome = error.unknown ? operationInfo : operationFail;
      history.complete(operation, { outcome, value: null, ...rest }, 0);
      if (error.unknown) current += 100;
    }
  }
}

/** Chunkservers that are silent now and then, and masters whose answers go astray. */
function trouble(cluster: FakeCluster, seed: number): void {
  let turn = seed;
  const draw = (among: number) => {
    turn = (Math.imul(turn, 1_103_515_245) + 12_345) >>> 0;
    return (turn >>> 8) % among;
  };
  for (const disk of cluster.disks.values()) {
    disk.trouble = ({ kind }) => {
      if (draw(12) !== 0) return undefined;
      return kind === 'read-blocks' ? 'bad' : draw(2) === 0 ? 'silence' : 'disk-error';
    };
  }
  cluster.master.mute = () => draw(20) === 0;
  cluster.master.trouble = () => (draw(20) === 0 ? 'unavailable' : undefined);
}

const troubles: [string, FakeClusterOptions, boolean, number][] = [
  ['calm', {}, false, 1],
  ['noise', { environment: noise }, false, 1],
  ['noise and trouble', { environment: noise }, true, 1],
  ['noise and trouble, coded', { environment: noise }, true, 2],
];

test.each(troubles)(
  'strict, %s: a block is a linearizable register',
  (_, options, troubled, classId) =>
    inSlice(() => {
      let completed = 0;
      for (let seed = 1; seed <= 40; seed++) {
        const modes = ['strict', 'strict', 'strict'] as const;
        const cluster = new FakeCluster({ ...options, seed, modes });
        cluster.do((files) => files.setClass('/', classId));
        if (troubled) trouble(cluster, seed);
        const history = new History();
        history.attach(cluster.world);
        const running = modes.map((_mode, at) =>
          cluster.begin((files) => race(files, history, at, seed), at),
        );
        cluster.until(() => running.every(({ done }) => done), 400_000_000);
        for (const one of running) one.result();
        const verdict = checkHistory(kv as Model, history.operations());
        expect([seed, verdict.verdict]).toEqual([seed, 'ok']);
        completed += history.outcome.filter((outcome) => outcome === operationOk).length;
      }
      // Most of it has to succeed, or the law would hold for want of operations.
      expect(completed).toBeGreaterThan(40 * 75 * 0.8);
    })(),
  60_000,
);
