import {
  broken,
  type FileHistory,
  held,
  type Outcome,
  premiseFalse,
  rung,
} from '../../src/index.ts';
import { simulationClient } from '../../src/systems/storage/client/client-settings.ts';
import type { Acknowledged, FileLedger } from './file-ledger.ts';
import { believed, cellBytes, wereWrittenThere } from './mixed-cells.ts';
import type { StorageMoment } from './moment.ts';

type Reading = NonNullable<FileHistory['read'][number]>;
type Run = Reading['runs'][number];

/** A read that is over. */
export interface Read {
  readonly operation: number;
  readonly inode: number;
  readonly reading: Reading;
  /** How many bytes were asked for. */
  readonly length: number;
}

/** The reads among operations that are over. */
export function readsOf({ history }: FileLedger, finished: readonly number[]): Read[] {
  const reads: Read[] = [];
  for (const operation of finished) {
    const found = history.read[operation];
    const call = history.call[operation]!;
    const answer = history.answer[operation];
    if (found === undefined || call.do !== 'read' || answer === undefined) continue;
    if (answer.errno !== null || answer.inode === 0) continue;
    const reading = { ...found, runs: found.runs.map((run) => believed(history, run)) };
    reads.push({ operation, inode: answer.inode, reading, length: call.length });
  }
  return reads;
}

export const bytesWereWritten = rung<StorageMoment>({
  id: 'SD1',
  title: 'bytes were written',
  statement:
    'Every byte that is read was written by some write to that file at that place, or is a zero.',
  source: 'HDFS-15240, HDDS-6890, juicefs#5038, Ceph tracker 74221',
  kind: 'always',
  owedUnder: 'any damage',
  clientVisible: true,
  watches: ['finished'],
  check({ node, finished, facts: { files } }) {
    let outcome: Outcome = premiseFalse;
    for (const { inode, reading, operation } of readsOf(files!, finished)) {
      for (const run of reading.runs) {
        if (run.writer === 0) continue;
        const wrong = whatIsWrong(files!, run, inode);
        if (wrong !== undefined) {
          const { from, to, writer, at } = run;
          const values = { operation, inode, from, to, writer, at, wrong };
          return broken({ nodes: [node], values });
        }
        outcome = held;
      }
    }
    return outcome;
  },
});

/** Why a run cannot come from the write that its bytes name; undefined when it can. */
function whatIsWrong(files: FileLedger, run: Run, inode: number): string | undefined {
  const { history } = files;
  if (run.raw !== null) {
    return wereWrittenThere(history, run.from, run.raw) ? undefined : 'parts that nobody wrote';
  }
  const writer = history.writers[run.writer];
  if (writer === undefined) return 'nobody wrote that';
  const call = history.call[writer.operation]!;
  if (call.do === 'write') {
    const place = run.from - call.offset;
    // A neighbour's byte may look like the last of a cell.
    const isOutside = place < 0 || run.to - call.offset >= writer.length + cellBytes;
    if (isOutside) return 'the write did not reach there';
    // The end of one write and what lies behind it may look like a cell together.
    if (run.to - run.from === cellBytes && run.to - call.offset > writer.length) return undefined;
    if (place % 256 !== run.at) return 'bytes stand elsewhere than they were written';
  }
  const of = files.inodeOf(run.writer);
  const isOther = of !== 0 && of !== inode && !files.hasClones;
  return isOther ? `they were written to inode ${of}` : undefined;
}

/** Before which time an acknowledged write must be seen by a read. */
type SeenFrom = (files: FileLedger, read: Read) => number | undefined;

/**
 * A read that should have found one of some writes, by default of those that are acknowledged, and
 * found something that stood there before it, or nothing.
 */
export function staleIn(
  files: FileLedger,
  read: Read,
  untilUs: number,
  writes: readonly Acknowledged[] = files.acknowledged(read.inode),
): Readonly<Record<string, unknown>> | 'nothing to see' | undefined {
  const { reading, inode, length, operation } = read;
  const end = reading.offset + length;
  let seen = false;
  for (const write of writes) {
    const from = Math.max(write.from, reading.offset);
    const to = Math.min(write.to, end);
    if (from >= to || write.completedUs >= untilUs) continue;
    seen = true;
    const stale = olderThan(files, write, reading, from, to);
    if (stale === undefined) continue;
    return { operation, inode, lost: write.writer, from, to, found: stale };
  }
  return seen ? undefined : 'nothing to see';
}

/** What stands in place of a write that should be seen and is older than it; undefined: nothing. */
function olderThan(
  files: FileLedger,
  write: Acknowledged,
  { runs, offset, length }: Reading,
  from: number,
  to: number,
): string | undefined {
  for (const run of runs) {
    if (run.to <= from || to <= run.from || run.raw !== null) continue;
    if (run.writer === write.writer || looksLike(files, write, run, from, to)) continue;
    if (run.writer === 0) {
      if (!files.mayBeCutAfter(write.invokedUs)) return 'zeros';
    } else if (files.completedUs(run.writer) < write.invokedUs) return `writer ${run.writer}`;
  }
  const isShort = offset + length < to && !files.mayBeCutAfter(write.invokedUs);
  return isShort ? 'the end of the file' : undefined;
}

/** Where a write ends inside a cell, its last bytes may be those that were there before. */
function looksLike(
  { history }: FileLedger,
  write: Acknowledged,
  run: Run,
  from: number,
  to: number,
): boolean {
  const call = history.call[write.operation]!;
  if (call.do !== 'write' && call.do !== 'append') return false;
  const [low, high] = [Math.max(from, run.from), Math.min(to, run.to)];
  if (high - low >= cellBytes) return false;
  const read = history.bytesOf(run).subarray(low - run.from, high - run.from);
  return read.every((byte, at) => byte === call.bytes[low + at - write.from]);
}

function judge(
  { node, finished, facts }: StorageMoment,
  mode: string,
  seenFrom: SeenFrom,
): Outcome {
  const files = facts.files!;
  let outcome: Outcome = premiseFalse;
  for (const read of readsOf(files, finished)) {
    if (files.history.mode[read.operation] !== mode) continue;
    const untilUs = seenFrom(files, read);
    if (untilUs === undefined) continue;
    const stale = staleIn(files, read, untilUs);
    if (stale === 'nothing to see') continue;
    if (stale !== undefined) return broken({ nodes: [node], values: stale });
    outcome = held;
  }
  return outcome;
}

export const strictReads = rung<StorageMoment>({
  id: 'SD3',
  title: 'strict reads',
  statement:
    'In strict mode a read finds every write that was acknowledged before it began, or something newer.',
  source: 'Herlihy and Wing 1990; longhorn#6290, Ceph "Preventing stale reads", garage (PR 543)',
  kind: 'always',
  owedUnder: 'noticeable damage',
  clientVisible: true,
  watches: ['finished'],
  check: (moment) =>
    judge(moment, 'strict', ({ history }, { operation }) => history.invokedUs[operation]!),
});

export const closeToOpen = rung<StorageMoment>({
  id: 'SD4',
  title: 'close to open',
  statement:
    'Who opens a file after a write to it was synced or closed finds that write, or something newer.',
  source: 'NFS version 3 clients, close-to-open; MooseFS NEWS 3.0.44',
  kind: 'always',
  owedUnder: 'noticeable damage',
  clientVisible: true,
  watches: ['finished'],
  check: (moment) => judge(moment, 'close-to-open', openedUs),
});

/** From when on what was over must be seen by a read: its own begin, or that of the open before it. */
export function startOfView(files: FileLedger, read: Read): number | undefined {
  const { history } = files;
  const isStrict = history.mode[read.operation] === 'strict';
  return isStrict ? history.invokedUs[read.operation]! : openedUs(files, read);
}

/** When the handle of a read was opened; undefined: its open is not known. */
function openedUs({ history }: FileLedger, { operation }: Read): number | undefined {
  const call = history.call[operation]!;
  if (!('handle' in call)) return undefined;
  for (let at = operation - 1; at >= 0; at -= 1) {
    if (history.client[at] !== history.client[operation]) continue;
    if (history.life[at] !== history.life[operation]) return undefined;
    const result = history.answer[at]?.result;
    const isOpen = history.call[at]!.do === 'open' && result?.kind === 'number';
    if (isOpen && result.number === call.handle) return history.invokedUs[at]!;
  }
  return undefined;
}

export const appendsApart = rung<StorageMoment>({
  id: 'SD6',
  title: 'appends apart',
  statement: 'No two appends that are acknowledged have bytes of a file in common.',
  source: 'seaweedfs#4648; POSIX.1-2017, O_APPEND',
  kind: 'always',
  owedUnder: 'noticeable damage',
  clientVisible: true,
  watches: ['finished'],
  check({ node, finished, facts: { files } }) {
    let outcome: Outcome = premiseFalse;
    const { history } = files!;
    for (const operation of finished) {
      if (history.call[operation]!.do !== 'append') continue;
      const answer = history.answer[operation];
      if (answer?.errno !== null || answer.inode === 0) continue;
      const all = files!.acknowledged(answer.inode).filter(({ isAppend }) => isAppend);
      const own = all.find((one) => one.operation === operation);
      if (own === undefined) continue;
      for (const one of all) {
        if (one === own || one.to <= own.from || own.to <= one.from) continue;
        if (files!.mayBeCutAfter(Math.min(one.invokedUs, own.invokedUs))) continue;
        const values = { inode: answer.inode, first: one.writer, second: own.writer };
        return broken({ nodes: [node], values: { ...values, from: own.from, to: own.to } });
      }
      outcome = held;
    }
    return outcome;
  },
});

const { deadlineUs } = simulationClient;
/** The longest that an operation may take until it says how it ended, beyond its own deadline. */
const slackUs = 1_000_000;

export const operationsEnd = rung<StorageMoment>({
  id: 'SH4',
  title: 'operations end',
  statement: 'Every operation of a client ends by its deadline, done, refused or unknown.',
  source: 'ceph PR 23691, 24286: a client that hangs after a failover',
  kind: 'eventually',
  owedUnder: 'any damage',
  clientVisible: true,
  watches: ['end'],
  check({ facts }) {
    const { files, world } = facts;
    if (files === undefined) return premiseFalse;
    const { history } = files;
    for (let operation = 0; operation < history.length; operation += 1) {
      if (history.completedUs[operation]! >= 0) continue;
      const openUs = world.timeUs - history.invokedUs[operation]!;
      if (openUs <= deadlineUs + slackUs) continue;
      const values = { operation, do: history.call[operation]!.do, openUs };
      return broken({ nodes: [], values });
    }
    return history.length > 0 ? held : premiseFalse;
  },
});
