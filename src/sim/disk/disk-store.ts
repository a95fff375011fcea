import { choicePoint } from '../choice-point.ts';
import type { ChoicePoint, Stream } from '../choices.ts';
import type { DiskErrorCode } from '../disk-contract.ts';
import type { Environment } from '../environment.ts';
import { hashText, joinWords } from '../hash.ts';
import { copiedBytes } from './byte-arena.ts';
import type { DiskFaults } from './disk-faults.ts';
import { Extents } from './extents.ts';
import { StoredFile } from './file-images.ts';
import { baseNameOf, directoryOf } from './file-names.ts';
import { Names } from './names.ts';
import { type Operation, operationCode, wholeFile } from './operations.ts';
import { losePower } from './power-loss.ts';
import { RecycledBytes } from './recycled.ts';
import { failSync, syncFile } from './sync-file.ts';

const partPoint: ChoicePoint = choicePoint('disk-write-part');
const targetPoint: ChoicePoint = choicePoint('disk-misdirected-target');

/** `carryOut` without limit, as a completed operation that meets the troubles in force. */
const completed = -1;

/** The bytes and names of one disk, and what each operation does to them. */
export class DiskStore {
  readonly names: Names;
  /** What the last operation read or listed. */
  result: unknown;
  /** What the last sync may have changed. */
  promisedFrom = 0;
  promisedTo = 0;
  readonly #stream: Stream;
  readonly #environment: Environment;
  readonly #faults: DiskFaults;
  readonly #recycled = new RecycledBytes();
  readonly #damagedFiles: Set<StoredFile> = new Set();
  #usedBytes = 0;

  constructor(stream: Stream, environment: Environment, faults: DiskFaults) {
    this.#stream = stream;
    this.#environment = environment;
    this.#faults = faults;
    this.names = new Names((file) => this.#account(file));
  }

  get damaged(): boolean {
    return this.#damagedFiles.size > 0 || this.names.damaged.size > 0;
  }

  /** Bytes of the cached file; 0 when there is none. */
  lengthOf(file: string): number {
    return this.names.file(file)?.cachedLength ?? 0;
  }

  losePower(): void {
    const { cached, actual } = this.names;
    this.names.losePower(this.#stream);
    for (const file of cached.values()) {
      if (file.actualNames === 0) this.#recycled.discard(file.cached, 0, file.cachedLength);
    }
    this.#usedBytes = 0;
    const { diskSectorBytes } = this.#environment;
    for (const [name, file] of actual) {
      losePower(file, this.#stream, hashText(name), diskSectorBytes, this.#recycled);
      this.#account(file);
      this.#usedBytes += file.cachedLength;
    }
  }

  wipe(): void {
    this.names.wipe();
    this.#usedBytes = 0;
  }

  flipBit(name: string, offset: number, bit: number): boolean {
    const file = this.names.actual.get(name);
    if (file === undefined || offset < 0 || offset >= file.actualSize) return false;
    const mask = 1 << (bit & 7);
    file.splitPromised();
    file.actualImage[offset] = (file.actualImage[offset] as number) ^ mask;
    if (offset < file.cachedLength && !file.dirty.has(offset)) {
      file.cached[offset] = (file.cached[offset] as number) ^ mask;
    }
    if (offset < file.promisedSize) file.compare(offset, offset + 1);
    file.mergePromised();
    this.#account(file);
    return true;
  }

  /**
   * Carries out an operation. Returns why it failed, or null.
   * @param limit bytes of data that still reach the cache when a crash interrupts it; `completed`
   *   when nothing does, and then troubles in force apply
   */
  carryOut(operation: Operation, limit: number): DiskErrorCode | null {
    const { queue, code } = operation;
    const { name } = queue;
    const troubled = limit === completed && this.#faults.any;
    switch (code) {
      case operationCode.append:
      case operationCode.write:
      case operationCode.writeAt:
        return this.#writeBytes(operation, limit, troubled);
      case operationCode.sync:
        return this.#sync(operation, troubled);
      case operationCode.truncate:
        return this.#truncate(operation, troubled);
      case operationCode.read:
        return this.#read(operation, troubled);
      case operationCode.rename:
        return this.#rename(name, (operation.target as typeof queue).name);
      case operationCode.remove:
        this.#remove(name);
        return null;
      case operationCode.list:
        return this.#list(operation, troubled);
      default:
        return this.#syncDirectory(operation, troubled);
    }
  }

  #hits(mode: Parameters<DiskFaults['hits']>[0], { code, queue, offset }: Operation): boolean {
    return this.#faults.hits(mode, queue.name, joinWords(joinWords(code, queue.hash), offset));
  }

  #writeBytes(operation: Operation, limit: number, troubled: boolean): DiskErrorCode | null {
    const { name, hash } = operation.queue;
    const data = operation.data as Uint8Array;
    let file = this.names.file(name);
    const replacing = operation.code === operationCode.write;
    const length = file === undefined ? 0 : file.cachedLength;
    const offset = operation.code === operationCode.append ? length : operation.offset;
    let count = limit === completed ? data.length : Math.min(limit, data.length);
    let error: DiskErrorCode | null = null;
    if (troubled && this.#hits('write-error', operation)) {
      error = 'EIO';
      const part = this.#stream.below(partPoint, joinWords(hash, offset), 3);
      count = part === 2 ? count : Math.floor((count * part) / 2);
      if (part === 0) return error;
    }
    const room = this.#room(operation, replacing ? 0 : length, offset + count, length, troubled);
    if (room < offset + count) {
      error ??= 'ENOSPC';
      if (this.#stream.below(partPoint, joinWords(hash, offset), 2) === 0) return error;
      count = room - offset;
      if (count <= 0) return error;
    }
    if (file === undefined) {
      file = new StoredFile();
      this.names.create(name, file);
    } else if (replacing) file.truncateCached(0);
    file.writeCached(offset, data, count);
    this.#usedBytes += file.cachedLength - length;
    if (troubled && error === null) this.#misplace(operation, file, offset, count);
    return error;
  }

  /** The end up to which a write has room. */
  #room(
    operation: Operation,
    kept: number,
    end: number,
    length: number,
    troubled: boolean,
  ): number {
    if (end <= kept) return end;
    if (troubled && this.#hits('full', operation)) return kept;
    const capacity = this.#environment.diskCapacityBytes;
    if (capacity === 0) return end;
    return Math.min(end, Math.max(kept, capacity - this.#usedBytes + length));
  }

  /** The device does something else with a write than it says. */
  #misplace(operation: Operation, file: StoredFile, offset: number, count: number): void {
    const phantom = this.#hits('phantom-write', operation);
    const misdirected = !phantom && this.#hits('misdirected-write', operation);
    if (!phantom && !misdirected) return;
    file.phantom ??= new Extents();
    file.phantom.add(offset, offset + count);
    if (phantom) return;
    const { diskSectorBytes } = this.#environment;
    const sectors = Math.max(1, Math.ceil(file.cachedLength / diskSectorBytes));
    const key = joinWords(operation.queue.hash, offset);
    const target = this.#stream.below(targetPoint, key, sectors) * diskSectorBytes;
    if (target === offset) return;
    file.misdirected ??= [];
    file.misdirected.push(offset, offset + count, target);
  }

  #sync(operation: Operation, troubled: boolean): DiskErrorCode | null {
    const { name, hash } = operation.queue;
    const file = this.names.file(name);
    if (file === undefined) return 'ENOENT';
    if (troubled && this.#hits('sync-error', operation)) {
      failSync(file, this.#stream, hash, this.#environment.diskSectorBytes);
      return 'EIO';
    }
    const { dirty, cachedLength, promisedSize } = file;
    let from = dirty.empty ? cachedLength : dirty.from;
    let to = dirty.empty ? cachedLength : dirty.to;
    if (cachedLength !== promisedSize) {
      from = Math.min(from, cachedLength, promisedSize);
      to = Math.max(to, cachedLength, promisedSize);
    }
    this.promisedFrom = from;
    this.promisedTo = to;
    const lying = troubled && this.#hits('lying-sync', operation);
    if (syncFile(file, lying)) this.#account(file);
    return null;
  }

  #truncate(operation: Operation, troubled: boolean): DiskErrorCode | null {
    const { queue, offset } = operation;
    const file = this.names.file(queue.name);
    if (file === undefined) return 'ENOENT';
    if (troubled && this.#hits('write-error', operation)) return 'EIO';
    const before = file.cachedLength;
    if (this.#room(operation, before, offset, before, troubled) < offset) return 'ENOSPC';
    if (offset < before) this.#recycled.discard(file.cached, offset, before);
    file.truncateCached(offset);
    this.#usedBytes += file.cachedLength - before;
    return null;
  }

  #read(operation: Operation, troubled: boolean): DiskErrorCode | null {
    if (troubled && this.#hits('read-error', operation)) return 'EIO';
    const file = this.names.file(operation.queue.name);
    this.result = file === undefined ? undefined : bytesOf(file, operation);
    return null;
  }

  #rename(from: string, to: string): DiskErrorCode | null {
    const file = this.names.file(from);
    if (file === undefined) return 'ENOENT';
    if (from === to) return null;
    const replaced = this.names.file(to);
    if (replaced !== undefined) this.#discard(replaced);
    this.names.rename(from, to, file);
    return null;
  }

  #remove(name: string): void {
    const file = this.names.file(name);
    if (file === undefined) return;
    this.#discard(file);
    this.names.remove(name);
  }

  #discard(file: StoredFile): void {
    this.#recycled.discard(file.cached, 0, file.cachedLength);
    this.#usedBytes -= file.cachedLength;
  }

  #list(operation: Operation, troubled: boolean): DiskErrorCode | null {
    if (troubled && this.#hits('read-error', operation)) return 'EIO';
    const names: string[] = [];
    for (const name of this.names.cached.keys()) {
      if (directoryOf(name) === operation.queue.name) names.push(baseNameOf(name));
    }
    this.result = names.sort();
    return null;
  }

  #syncDirectory(operation: Operation, troubled: boolean): DiskErrorCode | null {
    if (troubled && this.#hits('sync-error', operation)) return 'EIO';
    const lying = troubled && this.#hits('lying-sync', operation);
    this.names.syncDirectory(operation.queue.name, lying);
    return null;
  }

  /** Keeps the ledger of damaged files: those with a promised name count. */
  #account(file: StoredFile): void {
    if (file.promisedNames > 0 && file.damaged) this.#damagedFiles.add(file);
    else this.#damagedFiles.delete(file);
  }
}

/** What a read gives of a file: as much of what it asks for as there is. */
function bytesOf({ cached, cachedLength }: StoredFile, { offset, length }: Operation): Uint8Array {
  if (length === wholeFile) return copiedBytes(cached, cachedLength);
  const from = Math.min(offset, cachedLength);
  const count = Math.min(length, cachedLength - from);
  return copiedBytes(cached.subarray(from, from + count), count);
}
