import { describe, expect, test } from 'vitest';
import type { Measured } from '../../bench/benchmark.ts';
import type { DoneOperation, MeasuredCluster } from '../../bench/storage/cluster.ts';
import { countCopies } from '../../bench/storage/copy-meter.ts';
import { quantile } from '../../bench/storage/figures.ts';
import { clusterOpener } from '../../bench/storage/open-cluster.ts';
import { storageBenchmark } from '../../bench/storage/storage.ts';
import { TrafficMeter } from '../../bench/storage/traffic-meter.ts';
import { nodeHost } from '../../src/run/host.ts';
import type { Message } from '../../src/sim/message.ts';
import type { Step } from '../../src/sim/observer.ts';
import { encodeRecord } from '../../src/systems/storage/chunkserver/journal-format.ts';
import { ReedSolomon } from '../../src/systems/storage/erasure/reed-solomon.ts';

/** Nodes 0 and 1 are chunkservers, node 2 is a client. */
function meter(
  dataParts: number,
  ...sent: readonly (readonly [number, number, object])[]
): TrafficMeter {
  const found = new TrafficMeter((node) => node < 2, dataParts);
  for (const [node, to, message] of sent) {
    const one = { to, port: 'data', message: message as Message };
    const stale = { to: 2, port: 'data', message: { kind: 'write-bytes' } as unknown as Message };
    found.afterStep({ node, sent: [one, stale], sentCount: 1 } as unknown as Step);
  }
  return found;
}

const fragment = { chunk: 1, version: 1, generation: 0, part: 0, request: 1 };
const block = (bytes: number): object => ({
  bytes: new Uint8Array(bytes),
  version: 1,
  checksum: 0,
});

describe('traffic', () => {
  test('is put down to clients, chains and repairs', () => {
    const write = { kind: 'write-bytes', ...fragment, bytes: new Uint8Array(10) };
    const put = { kind: 'put-part', ...fragment, blocks: [block(100), block(1)] };
    const read = { kind: 'blocks-read', request: 1, fault: null, blocks: [block(1_000)] };
    const seen = meter(
      1,
      [2, 0, write],
      [0, 1, write],
      [0, 1, write],
      [2, 0, put],
      [0, 1, put],
      [0, 2, read],
      [0, 1, read],
      [1, 0, read],
    );
    expect(seen).toMatchObject({
      ...{ writtenBytes: 111, chainBytes: 20, repairBytes: 2_101, readBytes: 1_000 },
    });
  });

  test('tells reads of parity from others, for clients and codes alone', () => {
    const read = (part: number): object => ({ kind: 'read-blocks', ...fragment, part });
    const sent = [0, 3, 4, 5].map((part) => [2, 0, read(part)] as const);
    expect(meter(4, ...sent, [0, 1, read(5)])).toMatchObject({ reads: 4, parityReads: 2 });
    expect(meter(1, ...sent)).toMatchObject({ reads: 4, parityReads: 0 });
  });
});

describe('copies', () => {
  const here = '/test/bench/storage.test';
  const bytes = new Uint8Array(100);
  test.each<readonly [string, number, () => unknown]>([
    ['a view', 0, () => bytes.subarray(10, 50)],
    ['an empty buffer', 0, () => new Uint8Array(50)],
    ['a view of a whole buffer', 0, () => new Uint8Array(bytes.buffer, 3, 7)],
    ['a slice', 40, () => bytes.slice(10, 50)],
    ['a slice from the end', 30, () => bytes.slice(-30)],
    ['a slice of nothing', 0, () => bytes.slice(50, 10)],
    ['a buffer of another', 100, () => new Uint8Array(bytes)],
    ['a buffer from another', 100, () => Uint8Array.from(bytes)],
    ['set', 20, () => new Uint8Array(50).set(bytes.subarray(0, 20), 5)],
    ['a slice of other numbers', 0, () => new Int32Array(50).slice(10)],
    ['copies inside', 10, () => new Uint8Array(50).copyWithin(0, 20, 30)],
  ])('%s: %i bytes', (_, count, work) => {
    expect(countCopies(here, work).bytes).toBe(count);
    expect(countCopies('/elsewhere/', work).bytes).toBe(0);
  });

  test('are put down to the folder of who copies', () => {
    const code = new ReedSolomon(4, 2);
    const split = (length: number): number =>
      countCopies('/src/systems/storage/', () => code.split(new Uint8Array(length), 16)).bytes;
    // Whole parts share the memory, only the one in which the data end is new.
    expect([split(64), split(61), split(8)]).toEqual([0, 13, 8]);
  });

  test('count too where other code makes them for that folder', () => {
    const record = { kind: 'bad', number: 1, fault: 'bad' } as const;
    const work = (): Uint8Array => encodeRecord(record);
    // The bytes are copied by the common `ByteWriter`.
    const { result, bytes: count } = countCopies('/src/systems/storage/', work);
    expect(count).toBe(result.length);
  });

  test('leave everything as it was, also after an error', () => {
    const [plain, set] = [Uint8Array, Uint8Array.prototype.set];
    const failing = (): void => {
      throw new Error('no luck');
    };
    expect(() => countCopies(here, failing)).toThrow('no luck');
    expect(Uint8Array).toBe(plain);
    expect(Uint8Array.prototype.set).toBe(set);
    expect(Object.keys(Uint8Array.prototype)).toEqual([]);
  });
});

/** A cluster that exists on paper: an operation each millisecond, a repair of a part each 15 ms. */
class PaperCluster implements MeasuredCluster {
  readonly traffic = new TrafficMeter(() => false, 4);
  readonly #done: DoneOperation[] = [];
  readonly #repairs: boolean;
  #nowUs = 0;
  #lost = 0;
  #lostAtUs = 0;

  constructor(repairs = true) {
    this.#repairs = repairs;
  }

  advance(untilUs: number): void {
    for (; this.#nowUs < untilUs; this.#nowUs += 1_000) {
      const kind = this.#nowUs % 2_000 === 0 ? 'read' : 'write';
      const tookUs = kind === 'read' ? 200 : this.#nowUs % 100_000 === 1_000 ? 9_000 : 500;
      this.#done.push({ kind, atUs: this.#nowUs, tookUs, bytes: 64 });
      this.traffic.reads += 1;
    }
  }

  operations(): readonly DoneOperation[] {
    return this.#done;
  }

  missingParts(): number {
    if (this.#lost === 0 || !this.#repairs) return this.#lost;
    const made = Math.floor((this.#nowUs - this.#lostAtUs) / 15_000);
    this.traffic.repairBytes = 1_000 * Math.min(made, this.#lost);
    this.traffic.parityReads = 5;
    return Math.max(0, this.#lost - made);
  }

  lose(domain: 'host' | 'zone'): void {
    this.#lost = domain === 'host' ? 4 : 16;
    this.#lostAtUs = this.#nowUs;
  }
}

describe('the benchmark of storage', () => {
  const told: string[] = [];
  const measure = async (open: () => MeasuredCluster): Promise<Measured> =>
    await storageBenchmark(() => open, [1, 3]).measure((text) => void told.push(text));

  test('gives load, latencies, repair and degraded reads for each class, all exact', async () => {
    const measured = await measure(() => new PaperCluster());
    const figures = 'figures' in measured ? measured.figures : [];
    const of = (variant: string): Record<string, number> =>
      Object.fromEntries(
        figures.filter((one) => one.variant === variant).map((one) => [one.metric, one.value]),
      );
    const load = {
      ...{ operations: 1_000, 'read, p50': 0.2, 'read, p99': 0.2 },
      ...{ 'write, p50': 0.5, 'write, p99': 9, 'bytes copied per byte read or written': 0 },
    };
    const repair = {
      ...{ 'full redundancy, one host lost': 60, 'repair bytes, one host lost': 4_000 },
      ...{ 'full redundancy, one zone lost': 240, 'repair bytes, one zone lost': 16_000 },
    };
    expect(of('R(3)')).toEqual({ ...load, ...repair });
    expect(of('16+4')).toMatchObject({ ...load, ...repair });
    expect(of('16+4')['reads of parity, one zone lost']).toBeCloseTo(500 / 240);
    expect(figures.every(({ exact, seeds }) => exact && seeds?.[1] === 3)).toBe(true);
    expect(told.join('\n')).toMatch(/full redundancy, one zone lost, ms\s+240 /);
  });

  test('fails when redundancy does not come back', async () => {
    await expect(measure(() => new PaperCluster(false))).rejects.toThrow(
      '4 parts missing 120 s after a host was lost',
    );
  });

  test('opens the whole system, whose figures are the same again', async () => {
    const figures = (): Promise<object> =>
      nodeHost.slice((drain) => {
        const cluster = clusterOpener(drain!)({ kind: 'erasure', dataParts: 4, parityParts: 2 }, 7);
        cluster.advance(1_400_000);
        expect(cluster.missingParts()).toBe(0);
        cluster.lose('host');
        const lost = cluster.missingParts();
        cluster.advance(1_450_000);
        return { lost, ...cluster.traffic, done: cluster.operations() };
      });
    const first = (await figures()) as { lost: number; done: readonly DoneOperation[] };
    expect(first.lost).toBeGreaterThan(0);
    expect(new Set(first.done.map(({ kind }) => kind))).toEqual(
      new Set(['other', 'write', 'read']),
    );
    expect(first.done.every(({ tookUs }) => tookUs >= 0)).toBe(true);
    expect(await figures()).toEqual(first);
  });

  test('takes the quantile of what was seen', () => {
    const hundred = Array.from({ length: 100 }, (_, at) => at + 1);
    expect([0.5, 0.99, 1].map((share) => quantile(hundred, share))).toEqual([50, 99, 100]);
    expect([quantile([7], 0.5), quantile([7], 0.99), quantile([], 0.5)]).toEqual([7, 7, 0]);
  });
});
