import type { DiskErrorCode } from '../disk-contract.ts';
import { hashText } from '../hash.ts';

/** What can be asked of a disk. The numbers stand in digests. */
export const operationCode = {
  read: 1,
  write: 2,
  writeAt: 3,
  append: 4,
  truncate: 5,
  sync: 6,
  rename: 7,
  remove: 8,
  list: 9,
  syncDirectory: 10,
} as const;

export type OperationCode = (typeof operationCode)[keyof typeof operationCode];

/** The length of a read of all that there is. */
export const wholeFile = -1;

/** Names by code, for marks and errors. A write at an offset is a write to whoever waits for one. */
export const operationNames: readonly string[] = [
  '',
  'read',
  'write',
  'write',
  'append',
  'truncate',
  'sync',
  'rename',
  'remove',
  'list',
  'sync-directory',
];

export const submitMarks: readonly string[] = operationNames.map((name) => `submit:${name}`);

/** Codes of errors in digests. */
export const errorNumber: Readonly<Record<DiskErrorCode, number>> = {
  EIO: 1,
  ENOSPC: 2,
  ENOENT: 3,
};

/** One operation that was handed in and is not done. */
export class Operation {
  readonly code: OperationCode;
  readonly queue: OperationQueue;
  /** The queue of the new name of a rename. */
  readonly target: OperationQueue | undefined;
  /** Offset or length in bytes. */
  readonly offset: number;
  /** Bytes to read; `wholeFile` for all. */
  readonly length: number;
  readonly data: Uint8Array | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: each operation has its own type of result
  readonly done: (error: any, result: any) => void;
  /** Order in which operations were handed in. */
  readonly sequence: number;

  constructor(
    code: OperationCode,
    queue: OperationQueue,
    target: OperationQueue | undefined,
    offset: number,
    length: number,
    data: Uint8Array | undefined,
    // biome-ignore lint/suspicious/noExplicitAny: each operation has its own type of result
    done: (error: any, result: any) => void,
    sequence: number,
  ) {
    this.code = code;
    this.queue = queue;
    this.target = target;
    this.offset = offset;
    this.length = length;
    this.data = data;
    this.done = done;
    this.sequence = sequence;
  }
}

/**
 * The operations on one file (or directory) in the order of asking; the first is in service. The
 * completion of whichever is first is one function, made once.
 */
export class OperationQueue {
  readonly name: string;
  readonly hash: number;
  readonly complete: () => void;
  /** The first operation is in service, or waits for a stall to end. */
  busy = false;
  /** The operation in service was taken by a slow disk. */
  slowed = false;
  /** Those from `#first` to `#end`; the array keeps its length, which is dear to change. */
  readonly #operations: (Operation | undefined)[] = [];
  #first = 0;
  #end = 0;
  readonly #labels: (string | undefined)[] = [];

  constructor(name: string, finish: (queue: OperationQueue) => void) {
    this.name = name;
    this.hash = hashText(name);
    // In two steps: V8 puts a function that is assigned to a property as it is written into its old
    // space, from where it would hold the whole world through many young collections.
    const complete = (): void => finish(this);
    this.complete = complete;
  }

  get first(): Operation | undefined {
    return this.#operations[this.#first];
  }

  push(operation: Operation): void {
    this.#operations[this.#end++] = operation;
  }

  shift(): void {
    this.#operations[this.#first++] = undefined;
    if (this.#first === this.#end) {
      this.#first = 0;
      this.#end = 0;
    } else if (this.#first >= 64) {
      this.#operations.splice(0, this.#first);
      this.#end -= this.#first;
      this.#first = 0;
    }
  }

  /** All operations that wait or are in service, in order. */
  waiting(): Operation[] {
    return this.#operations.slice(this.#first, this.#end) as Operation[];
  }

  /** What the step of a completion is called in the trace. */
  label(code: OperationCode): string {
    let label = this.#labels[code];
    if (label === undefined) {
      label = `${operationNames[code]} ${this.name}`;
      this.#labels[code] = label;
    }
    return label;
  }
}
