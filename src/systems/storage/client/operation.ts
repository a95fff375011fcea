import type { Env } from '../../../sim/env.ts';
import type { Query } from '../messages/metadata-messages.ts';
import type { StorageWireMessage } from '../messages/storage-codec.ts';
import { type FileErrno, FileError } from './file-error.ts';

/** One thing that the masters were asked on behalf of an operation. */
export interface OperationStep {
  /** Kind of the command or of the query. */
  readonly kind: string;
  /**
   * Of a command, the index of its entry; of a query, the index that its answer is of. 0: no answer.
   */
  readonly index: number;
  /** The answer came out of the cache. */
  readonly cached: boolean;
  /** The question; null for a command. */
  readonly query: Query | null;
}

/** Something that a running operation relies on, and that must not be given back before it ends. */
export interface Pinned {
  unpin(): void;
}

/** An operation of the file system while it runs: its deadline, its errors, what it rests on. */
export class Operation {
  readonly name: string;
  readonly path: string;
  /** On the monotonic clock. */
  readonly deadlineUs: number;
  /** What it asked the masters, in order: the witness of what it saw and did. */
  readonly steps: OperationStep[] = [];
  private readonly env: Env<StorageWireMessage>;
  private readonly pins: Pinned[] = [];

  constructor(env: Env<StorageWireMessage>, name: string, path: string, forUs: number) {
    this.env = env;
    this.name = name;
    this.path = path;
    this.deadlineUs = env.clock.monotonicUs() + forUs;
  }

  get leftUs(): number {
    return this.deadlineUs - this.env.clock.monotonicUs();
  }

  get isOver(): boolean {
    return this.leftUs <= 0;
  }

  /** An error to throw. `unknown`: it may have had an effect. */
  error(errno: FileErrno, unknown: boolean = false): FileError {
    return new FileError(errno, this.name, this.path, unknown);
  }

  /** Throws when the time is up. */
  check(unknown: boolean = false): void {
    if (this.isOver) throw this.error('ETIMEDOUT', unknown);
  }

  /** Notes what a command or a question came to. */
  note(kind: string, index: number, query: Query | null = null, cached: boolean = false): void {
    this.steps.push({ kind, index, cached, query });
  }

  pin(pinned: Pinned): void {
    this.pins.push(pinned);
  }

  /** Lets go of all that it relied on. */
  end(): void {
    for (const pinned of this.pins.splice(0)) pinned.unpin();
  }
}
