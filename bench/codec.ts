import * as judge from 'wasm-reed-solomon-erasure';
import { table } from '../src/report/table.ts';
import { ReedSolomon } from '../src/systems/storage/erasure/reed-solomon.ts';
import { type Benchmark, type Figure, rounds } from './benchmark.ts';

const geometries = [
  [4, 2],
  [8, 3],
  [8, 4],
  [16, 4],
] as const;
const partBytes = 65_536;
const chunkBytes = 4_096;
const roundCount = 5;
const roundMs = 100;

/** Reed-Solomon of ours beside the WebAssembly package that judges it in tests. */
export const codec: Benchmark = {
  name: 'codec',
  summary: 'erasure codec beside wasm-reed-solomon-erasure: parts of 64 KiB, chunks of 4 KiB',
  measure(tell) {
    const figures: Figure[] = [];
    const lines = geometries.map(([dataParts, parityParts]) => {
      const found = measureGeometry(dataParts, parityParts);
      figures.push(...found.figures);
      return found.cells;
    });
    const right = (title: string): { title: string; align: 'right' } => ({ title, align: 'right' });
    const columns = [
      { title: '' },
      ...['encode MB/s', 'judge', 'ratio', 'decode MB/s', 'judge', 'ratio'].map(right),
      ...['encode 4 KiB us', 'decode 4 KiB us'].map(right),
    ];
    tell(table(columns, lines, '').join('\n'));
    tell(
      `\nMegabytes of data per second of processor time, best of ${roundCount} rounds by turns in one process. ` +
        'Decoding makes\nas many lost data parts as the code can bear.',
    );
    return { figures };
  },
};

interface Found {
  readonly figures: readonly Figure[];
  readonly cells: readonly string[];
}

function measureGeometry(dataParts: number, parityParts: number): Found {
  const variant = `${dataParts}+${parityParts}`;
  const code = new ReedSolomon(dataParts, parityParts);
  const bytes = Uint8Array.from({ length: dataParts * partBytes }, (_, i) => i * 31 + (i >> 8));
  const data = code.split(bytes);
  const all = [...data, ...code.encode(data)];
  const lost = Uint32Array.from({ length: Math.min(dataParts, parityParts) }, (_, i) => i);
  const given = all.map((part, i) => (lost.includes(i) ? null : part));
  const damaged = all.map((part, i) => (lost.includes(i) ? new Uint8Array(partBytes) : part));
  const small = code.split(bytes.subarray(0, chunkBytes));
  const smallAll = [...small, ...code.encode(small)];
  const smallGiven = smallAll.map((part, i) => (lost.includes(i) ? null : part));
  const [encode, judgeEncode, decode, judgeDecode, encodeSmall, decodeSmall] = byTurns([
    () => code.encode(data),
    () => judge.encode(data, parityParts),
    () => code.reconstruct(given),
    () => judge.reconstruct(damaged, parityParts, lost),
    () => code.encode(small),
    () => code.reconstruct(smallGiven),
  ]) as [number[], number[], number[], number[], number[], number[]];

  const megabytes = bytes.length / 1_000_000;
  const speed = (metric: string, rates: readonly number[]): Figure => {
    const found = rounds(
      rates.map((rate) => rate * megabytes),
      'higher',
    );
    return { metric, variant, ...found, unit: 'MB/s', better: 'higher', exact: false };
  };
  const ratio = (metric: string, ours: readonly number[], theirs: readonly number[]): Figure => {
    const pairs = ours.map((rate, round) => rate / theirs[round]!).sort((a, b) => a - b);
    const value = Math.max(...ours) / Math.max(...theirs);
    // Both are disturbed, so a pair may be off either way: the middle three of five count.
    const low = Math.min(value, pairs[1]!);
    const high = Math.max(value, pairs.at(-2)!);
    return { metric, variant, value, low, high, unit: '', better: 'higher', exact: false };
  };
  const time = (metric: string, rates: readonly number[]): Figure => {
    const found = rounds(
      rates.map((rate) => 1_000_000 / rate),
      'lower',
    );
    return { metric, variant, ...found, unit: 'us', better: 'lower', exact: false };
  };
  const figures = [
    speed('encode', encode),
    ratio('encode, ratio to wasm', encode, judgeEncode),
    speed('decode', decode),
    ratio('decode, ratio to wasm', decode, judgeDecode),
    time('encode 4 KiB', encodeSmall),
    time('decode 4 KiB', decodeSmall),
  ];
  const judged = [judgeEncode, judgeDecode].map((rates) => Math.max(...rates) * megabytes);
  const value = (at: number, digits: number): string => figures[at]!.value.toFixed(digits);
  return {
    figures,
    cells: [
      variant,
      ...[value(0, 0), judged[0]!.toFixed(0), value(1, 2)],
      ...[value(2, 0), judged[1]!.toFixed(0), value(3, 2)],
      ...[value(4, 1), value(5, 1)],
    ],
  };
}

/** Calls a second in each round: each round has all of them, so that a slow moment meets all. */
function byTurns(works: readonly (() => unknown)[]): number[][] {
  for (const work of works) for (let i = 0; i < 20; i++) work();
  const rates: number[][] = works.map(() => []);
  for (let round = 0; round < roundCount; round++) {
    for (const [at, work] of works.entries()) rates[at]!.push(rate(work));
  }
  return rates;
}

/** Calls for each second of processor time. */
function rate(work: () => unknown): number {
  const before = process.cpuUsage();
  const end = performance.now() + roundMs;
  let calls = 0;
  for (; performance.now() < end; calls++) work();
  const { user, system } = process.cpuUsage(before);
  return (calls * 1_000_000) / (user + system);
}
