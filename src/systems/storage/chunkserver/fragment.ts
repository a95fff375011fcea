import type { FragmentName } from '../block-checksum.ts';
import type { DataFault } from '../messages/data-messages.ts';

/** What is known of a block apart from its bytes; kept in another file than these. */
export interface BlockRecord {
  /** The version under which it was written. */
  readonly version: number;
  /** `blockChecksum` under the fragment's name with that version. */
  readonly checksum: number;
  readonly bytes: number;
}

/** A fragment on this server, as its durable state says: nothing here is ahead of the journal. */
export class Fragment implements FragmentName {
  /** Names its files; counted up and never used twice on a disk. */
  readonly number: number;
  readonly chunk: number;
  readonly generation: number;
  readonly part: number;
  version: number;
  /**
   * The version before, which this still is as well until the first write under the new one: the
   * new one may never be committed. 0: none.
   */
  previousVersion = 0;
  /** Nothing was written under that version either: whoever names it was told that it counts. */
  isPreviousSettled = false;
  fence = 0;
  /** Up to this version it was left out when a newer one was formed; each lease anew tells so again. */
  leftOutVersion = 0;
  /** Fence and sequence of the last write; who is the end of its chain, and what it covers. */
  lastFence = 0;
  lastSequence = 0;
  tail = '';
  firstBlock = 0;
  endBlock = 0;
  /** All behind in the chain have that write, as far as this server knows. */
  settled = true;
  /** A write that has come and is not durable yet covers these blocks. */
  comingFirst = 0;
  comingEnd = 0;
  comingTail = '';
  /** Null where nothing was ever written. */
  readonly blocks: (BlockRecord | null)[] = [];
  /** Of all blocks. */
  bytes = 0;
  /** Bytes of blocks that the data file may not have: the journal keeps them. */
  readonly fresh: Map<number, Uint8Array> = new Map();
  /** Index of the last journal entry that is in it, and of the last that its files have. */
  index = 0;
  flushedIndex = 0;
  /** The name of the data file is durable. */
  isNamed = false;
  /** Not null: it is in quarantine. */
  fault: DataFault | null = null;
  /** Cycles of the scrub that could not read it since it could be read last. */
  failedCycles = 0;

  constructor(number: number, { chunk, version, generation, part }: FragmentName) {
    this.number = number;
    this.chunk = chunk;
    this.version = version;
    this.generation = generation;
    this.part = part;
  }

  /** Whether a write under the present fence has come. */
  get isWritten(): boolean {
    return (
      (this.lastFence === this.fence && this.lastSequence > 0) || this.comingEnd > this.comingFirst
    );
  }

  /**
   * A newer version comes beside one that is here. The end of the last chain may have been left out
   * of that one: who reads it must not be sent there.
   */
  raise(version: number, previousVersion: number, fence: number): void {
    const isFromThis = previousVersion === this.version && version !== this.version;
    if (isFromThis) this.isPreviousSettled = this.lastFence !== this.fence;
    else if (previousVersion !== this.previousVersion) this.isPreviousSettled = false;
    this.version = version;
    this.previousVersion = previousVersion;
    this.fence = fence;
  }

  /** It was made equal to the longest replica under the present fence. */
  get isAdopted(): boolean {
    return this.lastFence === this.fence && this.lastSequence === 0;
  }

  /** Whether it is that version: the present one, or the one before while nothing has changed. */
  isVersion(version: number): boolean {
    return this.version === version || this.isStill(version);
  }

  /** Whether it is that version beside a newer one. */
  isStill(version: number): boolean {
    return version > 0 && this.previousVersion === version && !this.isWritten;
  }

  /**
   * Who knows of a write to some of these blocks whether it is everywhere: the end of the chain of the
   * one that is coming, or else of the last. Undefined: nothing is in doubt.
   */
  knower(version: number, firstBlock: number, endBlock: number): string | undefined {
    if (this.comingFirst < endBlock && firstBlock < this.comingEnd) return this.comingTail;
    // Who names a new version was told by the master that it counts: so all before it is settled.
    const isNew = version === this.version && this.lastFence !== this.fence;
    const wasNew = this.isPreviousSettled && this.isStill(version);
    if (this.settled || isNew || wasNew) return undefined;
    return this.firstBlock < endBlock && firstBlock < this.endBlock ? this.tail : undefined;
  }
}
