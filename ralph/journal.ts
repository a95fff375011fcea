import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { UsageError } from '../src/record/usage-error.ts';
import type { JournalEntry, JournalRecord } from './journal-record.ts';

/** What the first record says of the one before it. */
const beginning = '0'.repeat(64);

/** What reading a journal found. */
export interface JournalContent {
  readonly records: readonly JournalRecord[];
  /** Bytes of whole records; behind them a last write was cut short. */
  readonly soundBytes: number;
  /** Bytes of a last record that was not written to its end. */
  readonly tornBytes: number;
}

/**
 * Reads a journal and checks that it is an unbroken chain.
 * @throws UsageError that names the line at which it is broken
 */
export function parseJournal(text: Buffer, path: string): JournalContent {
  const records: JournalRecord[] = [];
  let at = 0;
  let last = beginning;
  while (at < text.length) {
    const end = text.indexOf(0x0a, at);
    if (end < 0) break;
    const record = parseLine(text.toString('utf8', at, end));
    const isNext = record?.prev === last && record.seq === records.length + 1;
    if (record === undefined || !isNext || hashOf(record) !== record.hash) {
      throw new UsageError(
        'the chain of the journal is broken here',
        `${path}:${records.length + 1}`,
        'what it says from there on cannot be believed; move it away to begin a new one',
      );
    }
    records.push(record);
    last = record.hash;
    at = end + 1;
  }
  return { records, soundBytes: at, tornBytes: text.length - at };
}

function parseLine(line: string): JournalRecord | undefined {
  try {
    return JSON.parse(line) as JournalRecord;
  } catch {
    return undefined;
  }
}

function hashOf(record: JournalRecord): string {
  const { hash: _, ...rest } = record;
  return createHash('sha256').update(JSON.stringify(rest)).digest('hex');
}

/**
 * The memory of the loop: a file that only grows. Each record carries the hash of the one before it
 * and is on disk before anything is done that relies on it.
 */
export class Journal {
  readonly path: string;
  readonly records: JournalRecord[] = [];
  /** Bytes of a torn last record that opening it found and took away. */
  readonly tornBytes: number;
  #descriptor: number;
  #lines: string[] = [];
  #sizeBytes: number;

  private constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true });
    this.path = path;
    const text = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
    const { records, soundBytes, tornBytes } = parseJournal(text, path);
    this.records.push(...records);
    this.#lines = records.map((record) => `${JSON.stringify(record)}\n`);
    this.tornBytes = tornBytes;
    this.#sizeBytes = soundBytes;
    this.#descriptor = openSync(path, 'a');
    if (tornBytes > 0) ftruncateSync(this.#descriptor, soundBytes);
    syncFolder(dirname(path));
  }

  /** @throws UsageError when it is no unbroken chain */
  static open(path: string): Journal {
    return new Journal(path);
  }

  /** Appends a record; it is durable when this returns. */
  append(run: string, entry: JournalEntry): JournalRecord {
    this.restore();
    const prev = this.records.at(-1)?.hash ?? beginning;
    const seq = this.records.length + 1;
    const unsigned = { seq, at: new Date().toISOString(), run, ...entry, prev };
    const record = { ...unsigned, hash: '' } as JournalRecord;
    const signed = { ...unsigned, hash: hashOf(record) } as JournalRecord;
    const line = `${JSON.stringify(signed)}\n`;
    writeSync(this.#descriptor, line);
    fsyncSync(this.#descriptor);
    this.records.push(signed);
    this.#lines.push(line);
    this.#sizeBytes += Buffer.byteLength(line);
    return signed;
  }

  /**
   * Puts the file back if somebody changed, moved or removed it.
   * @param thorough compares the content too, not only place and length
   * @returns whether that was necessary
   */
  restore(thorough: boolean = false): boolean {
    const found = statSync(this.path, { throwIfNoEntry: false });
    const own = fstatSync(this.#descriptor);
    const isOwn = found?.ino === own.ino && found.dev === own.dev;
    const text = this.#lines.join('');
    if (isOwn && found.size === this.#sizeBytes) {
      if (!thorough || readFileSync(this.path, 'utf8') === text) return false;
    }
    mkdirSync(dirname(this.path), { recursive: true });
    const part = `${this.path}.part`;
    const descriptor = openSync(part, 'w');
    writeSync(descriptor, text);
    fsyncSync(descriptor);
    closeSync(descriptor);
    renameSync(part, this.path);
    syncFolder(dirname(this.path));
    closeSync(this.#descriptor);
    this.#descriptor = openSync(this.path, 'a');
    return true;
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

/** Makes names in a folder durable. */
export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } catch {
    // Some file systems refuse to sync a folder; then names are as durable as they can be there.
  } finally {
    closeSync(descriptor);
  }
}
