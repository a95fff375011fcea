/**
 * What the erasure codec costs, beside the WebAssembly package that judges it in tests, in the same
 * process and by turns: megabytes of data per second at parts of 64 KiB, and microseconds for one
 * chunk of 4 KiB, the size in simulation.
 *
 * `npx node bench/codec.ts` prints the table.
 */
import * as judge from 'wasm-reed-solomon-erasure';
import { table } from '../src/report/table.ts';
import { ReedSolomon } from '../src/systems/storage/erasure/reed-solomon.ts';

const geometries = [
  [4, 2],
  [8, 3],
  [8, 4],
  [16, 4],
] as const;
const partBytes = 65_536;
const chunkBytes = 4_096;
const rounds = 5;
const roundMs = 200;

/** Calls a second, the best of some rounds; the first calls are for warming up. */
function rate(work: () => unknown): number {
  for (let i = 0; i < 20; i++) work();
  let best = 0;
  for (let round = 0; round < rounds; round++) {
    const begin = performance.now();
    let calls = 0;
    let spent = 0;
    for (; spent < roundMs; spent = performance.now() - begin) {
      work();
      calls += 1;
    }
    best = Math.max(best, (calls * 1_000) / spent);
  }
  return best;
}

function row(dataParts: number, parityParts: number): string[] {
  const code = new ReedSolomon(dataParts, parityParts);
  const bytes = Uint8Array.from({ length: dataParts * partBytes }, (_, i) => i * 31 + (i >> 8));
  const data = code.split(bytes);
  const megabytes = bytes.length / 1_000_000;
  const small = code.split(bytes.subarray(0, chunkBytes));
  const all = [...small, ...code.encode(small)];
  const worst = all.map((part, i) => (i < parityParts ? null : part));
  return [
    `${dataParts}+${parityParts}`,
    (rate(() => code.encode(data)) * megabytes).toFixed(0),
    (rate(() => judge.encode(data, parityParts)) * megabytes).toFixed(0),
    (1_000_000 / rate(() => code.encode(small))).toFixed(1),
    (1_000_000 / rate(() => code.reconstruct(worst))).toFixed(1),
  ];
}

const columns = [
  { title: '' },
  { title: 'encode MB/s', align: 'right' },
  { title: 'judge MB/s', align: 'right' },
  { title: 'encode 4 KiB us', align: 'right' },
  { title: 'worst repair us', align: 'right' },
] as const;
const lines = geometries.map(([dataParts, parityParts]) => row(dataParts, parityParts));
process.stdout.write(`${table(columns, lines, '').join('\n')}\n`);
