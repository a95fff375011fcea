import { choicePoint } from '../choice-point.ts';
import type { ChoicePoint, Stream } from '../choices.ts';
import { type Disk, DiskError, type DiskErrorCode } from '../disk-contract.ts';
import type { Environment } from '../environment.ts';
import { joinWords } from '../hash.ts';
import { latencyTable, latencyUs } from '../latency-table.ts';
import type { Folder } from '../message.ts';
import type { DiskTrouble } from '../world-control.ts';
import type { DiskView, FileImages } from '../world-view.ts';
import { DiskFace } from './disk-face.ts';
import { DiskFaults } from './disk-faults.ts';
import { DiskStore } from './disk-store.ts';
import { checkDirectoryName, checkFileName } from './file-names.ts';
import {
  errorNumber,
  Operation,
  type OperationCode,
  OperationQueue,
  operationCode,
  operationNames,
  submitMarks,
} from './operations.ts';

const latencyPoint: ChoicePoint = choicePoint('disk-latency');
const inFlightPoint: ChoicePoint = choicePoint('disk-in-flight');
const inFlightPartPoint: ChoicePoint = choicePoint('disk-in-flight-part');

/** A slow disk takes this many times as long. */
const slowFactor = 20;

/** What a disk needs of the world around it. */
export interface DiskHost {
  nowUs(): number;
  /**
   * Schedules a completion for the current life of the node, as a step with cause `disk`. It never
   * runs when that life has ended.
   */
  complete(delayUs: number, label: string, callback: () => void): void;
  /** A sync has promised the bytes of a file, which may have changed between two offsets. */
  promised(file: string, from: number, to: number): void;
  directoryPromised(directory: string): void;
  /** Something happened that a fault may be triggered by: see `When` of the fault plan. */
  mark(event: string): void;
  /** The component has used a promise. */
  asynchronous(): void;
  /** The component is about to learn of an input/output error, in this life for the first time. */
  metIoError?(): void;
  /** The last operation that a slow disk had taken in service is done. */
  caughtUp?(): void;
  /** Takes in every operation when it is handed in, and its outcome when it is done. */
  readonly folder: Folder;
}

/** One node's disk over all its lives: queues, latencies, faults and crashes. */
export class SimulatedDisk implements DiskView {
  /** What the component of the current life gets. That of a life that is over does nothing. */
  face: Disk;
  readonly #host: DiskHost;
  readonly #stream: Stream;
  readonly #environment: Environment;
  readonly #store: DiskStore;
  readonly #faults: DiskFaults;
  #queues: Map<string, OperationQueue> = new Map();
  #directoryQueues: Map<string, OperationQueue> = new Map();
  /** An append and its sync ask for one file after another. */
  #recentQueue: OperationQueue | undefined;
  #stalled: OperationQueue[] = [];
  #sequence = 0;
  #life = 0;
  #metIoError = false;
  /** Operations in service that take long because the disk was slow when it took them. */
  #slowed = 0;
  readonly #finish = (queue: OperationQueue): void => this.#complete(queue);

  constructor(host: DiskHost, stream: Stream, environment: Environment) {
    this.#host = host;
    this.#stream = stream;
    this.#environment = environment;
    this.#faults = new DiskFaults(stream);
    this.#store = new DiskStore(stream, environment, this.#faults);
    this.face = this.#newFace();
  }

  #newFace(): Disk {
    const life = ++this.#life;
    return new DiskFace({
      submit: (code, file, target, offset, length, data, done) => {
        if (life === this.#life) this.#submit(code, file, target, offset, length, data, done);
      },
      asynchronous: () => this.#host.asynchronous(),
    });
  }

  /** No trouble is in force, and none that is over still keeps an operation. */
  get healthy(): boolean {
    return !this.#faults.any && this.#slowed === 0;
  }

  /** Bytes or names that were promised are not what is actually there. */
  get damaged(): boolean {
    return this.#store.damaged;
  }

  /** An operation of the current life failed with EIO. */
  get metIoError(): boolean {
    return this.#metIoError;
  }

  promisedFiles(): readonly string[] {
    return [...this.#store.names.promised.keys()].sort();
  }

  actualFiles(): readonly string[] {
    return [...this.#store.names.actual.keys()].sort();
  }

  cachedFiles(): readonly string[] {
    return [...this.#store.names.cached.keys()].sort();
  }

  images(file: string): FileImages | undefined {
    return this.#store.names.cached.get(file);
  }

  promisedBytes(file: string): Uint8Array | undefined {
    const stored = this.#store.names.promised.get(file);
    return stored?.promisedImage.subarray(0, stored.promisedSize);
  }

  actualBytes(file: string): Uint8Array | undefined {
    const stored = this.#store.names.actual.get(file);
    return stored?.actualImage.subarray(0, stored.actualSize);
  }

  /**
   * The process dies, or the whole machine loses power. Each operation that was handed in and not
   * completed took effect or not, those on one file in order. After a kill the cache is as it was
   * and still not durable; after a power loss it holds what actually survived.
   */
  crash(powerLoss: boolean): void {
    this.#landInFlight();
    this.reboot();
    if (powerLoss) this.#store.losePower();
  }

  /** A new life begins, with a `face` of its own. It sees what the crash left. */
  reboot(): void {
    this.face = this.#newFace();
    this.#metIoError = false;
    this.#slowed = 0;
    this.#queues = new Map();
    this.#recentQueue = undefined;
    this.#directoryQueues = new Map();
    this.#stalled = [];
  }

  /** An empty disk in place of this one. What it had promised stays owed. */
  wipe(): void {
    this.#store.wipe();
  }

  /** Begins trouble; the function that it returns ends it. Troubles outlive crashes. */
  trouble(trouble: DiskTrouble): () => void {
    const own = { ...trouble };
    this.#faults.begin(own);
    return () => {
      this.#faults.end(own);
      const stalled = this.#stalled;
      this.#stalled = [];
      for (const queue of stalled) {
        queue.busy = false;
        this.#tryStart(queue);
      }
    };
  }

  /** Flips a bit of the medium, and of the cache where it is clean. False: no such byte. */
  flipBit(file: string, offset: number, bit: number): boolean {
    return this.#store.flipBit(file, offset, bit);
  }

  // ---------------------------------------------------------------- operations

  #submit(
    code: OperationCode,
    file: string,
    target: string | undefined,
    offset: number,
    length: number,
    data: Uint8Array | undefined,
    done: (error: DiskError | null, result: unknown) => void,
  ): void {
    const queue = code >= operationCode.list ? this.#directoryQueue(file) : this.#fileQueue(file);
    const other = target === undefined ? undefined : this.#fileQueue(target);
    const { folder } = this.#host;
    folder.int(code);
    folder.int(queue.hash);
    if (other !== undefined) folder.int(other.hash);
    folder.int(offset);
    if (length > 0) folder.int(length);
    if (data !== undefined) folder.bytes(data);
    const operation = new Operation(
      code,
      queue,
      other,
      offset,
      length,
      data,
      done,
      this.#sequence++,
    );
    queue.push(operation);
    if (other !== undefined && other !== queue) other.push(operation);
    this.#host.mark(submitMarks[code] as string);
    this.#tryStart(queue);
  }

  #fileQueue(file: string): OperationQueue {
    const recent = this.#recentQueue;
    if (recent !== undefined && recent.name === file) return recent;
    let queue = this.#queues.get(file);
    if (queue === undefined) {
      checkFileName(file);
      queue = new OperationQueue(file, this.#finish);
      this.#queues.set(file, queue);
    }
    this.#recentQueue = queue;
    return queue;
  }

  #directoryQueue(directory: string): OperationQueue {
    let queue = this.#directoryQueues.get(directory);
    if (queue === undefined) {
      checkDirectoryName(directory);
      queue = new OperationQueue(directory, this.#finish);
      this.#directoryQueues.set(directory, queue);
    }
    return queue;
  }

  /** Takes the first operation of a queue into service, unless something holds it back. */
  #tryStart(queue: OperationQueue): void {
    if (queue.busy) return;
    const operation = queue.first;
    if (operation === undefined) return;
    const { code } = operation;
    if (operation.target !== undefined) {
      // A rename waits until it is the first of both its files.
      const { queue: from, target } = operation;
      if (from.first !== operation || target.first !== operation || from.busy || target.busy)
        return;
      target.busy = true;
    }
    const owner = operation.queue;
    owner.busy = true;
    const end = code === operationCode.append ? this.#store.lengthOf(owner.name) : operation.offset;
    const key = joinWords(joinWords(code, owner.hash), end);
    const syncing = code === operationCode.sync || code === operationCode.syncDirectory;
    const { diskSyncLatencyUs, diskLatencyUs } = this.#environment;
    const index = this.#stream.below(latencyPoint, key, latencyTable.length);
    let delayUs = latencyUs(syncing ? diskSyncLatencyUs : diskLatencyUs, index);
    if (this.#faults.any) {
      if (this.#faults.hits('stall', owner.name, key)) {
        this.#stalled.push(owner);
        if (operation.target !== undefined) this.#stalled.push(operation.target);
        return;
      }
      if (this.#faults.hits('slow', owner.name, key)) {
        delayUs *= slowFactor;
        owner.slowed = true;
        this.#slowed++;
      }
    }
    this.#host.complete(Math.max(1, delayUs), owner.label(code), owner.complete);
  }

  /** The first operation of a queue takes effect, and its caller learns of it. */
  #complete(queue: OperationQueue): void {
    const operation = queue.first as Operation;
    const { code, target } = operation;
    const store = this.#store;
    const error = store.carryOut(operation, -1);
    queue.shift();
    queue.busy = false;
    if (queue.slowed) {
      queue.slowed = false;
      if (--this.#slowed === 0) this.#host.caughtUp?.();
    }
    if (target !== undefined && target !== queue) {
      target.shift();
      target.busy = false;
    }
    const { folder } = this.#host;
    const result = store.result;
    store.result = undefined;
    if (error === null) {
      folder.int(0);
      if (code === operationCode.sync) {
        this.#host.promised(queue.name, store.promisedFrom, store.promisedTo);
      } else if (code === operationCode.syncDirectory) this.#host.directoryPromised(queue.name);
      else if (code === operationCode.read && result !== undefined) {
        folder.bytes(result as Uint8Array);
      }
      this.#host.mark(operationNames[code] as string);
    } else folder.int(errorNumber[error]);
    if (error === 'EIO' && !this.#metIoError) {
      this.#metIoError = true;
      this.#host.metIoError?.();
    }
    this.#tryStart(queue);
    if (target !== undefined) this.#tryStart(target);
    if (queue.first === undefined) this.#forgetQueue(queue, code, error === null);
    if (error === null) operation.done(null, result);
    else operation.done(this.#error(error, code, queue.name), undefined);
  }

  #error(error: DiskErrorCode, code: OperationCode, file: string): DiskError {
    // It is handed over, not thrown: a stack would show this simulator alone, and is dear.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    const made = new DiskError(error, operationNames[code] as string, file);
    Error.stackTraceLimit = stackTraceLimit;
    return made;
  }

  /** Queues of names that are gone must not pile up. */
  #forgetQueue(queue: OperationQueue, code: OperationCode, succeeded: boolean): void {
    if (code >= operationCode.list) return;
    // A file that was just written or synced is there.
    if (succeeded && code >= operationCode.write && code <= operationCode.sync) return;
    if (this.#store.names.cached.has(queue.name)) return;
    this.#queues.delete(queue.name);
    if (this.#recentQueue === queue) this.#recentQueue = undefined;
  }

  /** At a crash: operations in flight took effect or not, wholly or in part. */
  #landInFlight(): void {
    const inFlight = new Set<Operation>();
    for (const queue of this.#queues.values()) {
      for (const operation of queue.waiting()) inFlight.add(operation);
    }
    if (inFlight.size === 0) return;
    const ordered = [...inFlight].sort((one, other) => one.sequence - other.sequence);
    const blocked = new Set<OperationQueue>();
    for (const operation of ordered) {
      const { code, queue, target, data, offset } = operation;
      if (code === operationCode.read || code === operationCode.sync) continue;
      const key = joinWords(joinWords(code, queue.hash), offset);
      let landed = 0;
      if (!blocked.has(queue) && (target === undefined || !blocked.has(target))) {
        landed = this.#stream.below(inFlightPoint, key, data === undefined ? 2 : 3);
      }
      if (landed !== 1) {
        blocked.add(queue);
        if (target !== undefined) blocked.add(target);
      }
      if (landed === 1) this.#store.carryOut(operation, Number.MAX_SAFE_INTEGER);
      else if (landed === 2) {
        const { diskSectorBytes } = this.#environment;
        const sectors = Math.floor((data as Uint8Array).length / diskSectorBytes) + 1;
        const part = this.#stream.below(inFlightPartPoint, key, sectors);
        this.#store.carryOut(operation, part * diskSectorBytes);
      }
    }
  }
}
