import type { FileHistory } from '../../src/index.ts';

type Run = NonNullable<FileHistory['read'][number]>['runs'][number];

/** See `byteOf` of the workload. */
export const cellBytes = 4;

/**
 * A run as it may be believed. Where the writes of two meet, the end of a cell of one and the begin
 * of a cell of the other may by chance look like a cell of a third: such a run is parts of cells.
 */
export function believed(history: FileHistory, run: Run): Run {
  if (run.writer <= 0 || run.to - run.from !== cellBytes || fits(history, run)) return run;
  const raw = history.bytesOf(run);
  if (!wereWrittenThere(history, run.from, raw)) return run;
  return { from: run.from, to: run.to, writer: -1, at: 0, raw };
}

/** Whether the writer that a run names wrote its bytes to that place. */
function fits(history: FileHistory, run: Run): boolean {
  const writer = history.writers[run.writer];
  if (writer === undefined) return false;
  const call = history.call[writer.operation]!;
  if (call.do !== 'write') return true;
  const place = run.from - call.offset;
  return place >= 0 && run.to - call.offset <= writer.length && place % 256 === run.at;
}

/** Whether each byte may have come to its place by some write; where an append went is not asked. */
export function wereWrittenThere(history: FileHistory, from: number, bytes: Uint8Array): boolean {
  return bytes.every((byte, at) => {
    const place = from + at;
    return history.writers.some(({ operation }) => {
      const call = history.call[operation];
      if (call?.do === 'write') return call.bytes[place - call.offset] === byte;
      return call?.do === 'append' && call.bytes.includes(byte);
    });
  });
}
