import { ByteReader, ByteWriter } from '../../../src/systems/common/bytes.ts';
import type { Entry, ReplicatedMachine } from '../../../src/systems/raft/index.ts';

/** What the log carries. A tick is time as all replicas see it; it says who sends it. */
export type LockCommand =
  | { readonly kind: 'tick'; readonly term: number }
  | { readonly kind: 'acquire'; readonly request: number; readonly lock: string };

/** What became of an acquisition: the fence under which it was granted, 0 when another holds it. */
export type Grant = number;

/** A lock is lost so many ticks after it was granted. */
export const leaseTicks = 4;

const writer = new ByteWriter();

export function encodeCommand(command: LockCommand): Uint8Array {
  writer.length = 0;
  writer.u8(command.kind === 'tick' ? 1 : 2);
  writer.integer(command.kind === 'tick' ? command.term : command.request);
  if (command.kind === 'acquire') writer.text(command.lock);
  return writer.finish();
}

/** Throws a RangeError on bytes that `encodeCommand` cannot have made. */
export function decodeCommand(data: Uint8Array): LockCommand {
  const reader = new ByteReader(data);
  const kind = reader.u8();
  if (kind !== 1 && kind !== 2) throw new RangeError(`no command of kind ${kind}`);
  const number = reader.integer();
  const command: LockCommand =
    kind === 1
      ? { kind: 'tick', term: number }
      : { kind: 'acquire', request: number, lock: reader.text() };
  reader.close();
  return command;
}

/** Locks that are lost by themselves; a fence is the index of the entry that granted. */
export class LockMachine implements ReplicatedMachine<Grant> {
  applied = 0;
  ticks = 0;
  /** Ticks whose sender did not lead the term of their entry. */
  staleTicks = 0;
  /** All that was applied and granted, in one number: replicas at one index have the same. */
  hash = 0;
  /** Times that a snapshot took the place of the state. */
  restored = 0;
  holders: Map<string, { readonly fence: number; readonly untilTick: number }> = new Map();
  /** Answers by request: one that comes twice is granted once. */
  grants: Map<number, Grant> = new Map();

  apply({ index, term, kind, data }: Entry): Grant | undefined {
    if (index !== this.applied + 1) throw new Error(`entry ${index} out of order`);
    this.applied = index;
    this.hash = Math.imul(this.hash ^ index ^ (term << 20), 0x01000193) >>> 0;
    for (const byte of data) this.hash = Math.imul(this.hash ^ byte, 0x01000193) >>> 0;
    if (kind !== 'command') return undefined;
    const command = decodeCommand(data);
    if (command.kind === 'acquire') {
      const grant = this.acquire(command.request, command.lock, index);
      this.hash = Math.imul(this.hash ^ grant, 0x01000193) >>> 0;
      return grant;
    }
    this.ticks += 1;
    if (command.term !== term) this.staleTicks += 1;
    for (const [lock, { untilTick }] of this.holders) {
      if (untilTick <= this.ticks) this.holders.delete(lock);
    }
    return 0;
  }

  private acquire(request: number, lock: string, index: number): Grant {
    const before = this.grants.get(request);
    if (before !== undefined) return before;
    const grant = this.holders.has(lock) ? 0 : index;
    if (grant > 0) this.holders.set(lock, { fence: grant, untilTick: this.ticks + leaseTicks });
    this.grants.set(request, grant);
    return grant;
  }

  save(): Uint8Array {
    writer.length = 0;
    for (const value of [this.applied, this.ticks, this.staleTicks, this.hash]) {
      writer.integer(value);
    }
    writer.u32(this.holders.size);
    for (const [lock, { fence, untilTick }] of this.holders) {
      writer.text(lock);
      writer.integer(fence);
      writer.integer(untilTick);
    }
    writer.u32(this.grants.size);
    for (const [request, grant] of this.grants) {
      writer.integer(request);
      writer.integer(grant);
    }
    return writer.finish();
  }

  restore(bytes: Uint8Array): void {
    const reader = new ByteReader(bytes);
    const [applied, ticks] = [reader.integer(), reader.integer()];
    const [staleTicks, hash] = [reader.integer(), reader.integer()];
    const holders: LockMachine['holders'] = new Map();
    for (let left = reader.u32(); left > 0; left--) {
      const lock = reader.text();
      const fence = reader.integer();
      holders.set(lock, { fence, untilTick: reader.integer() });
    }
    const grants: LockMachine['grants'] = new Map();
    for (let left = reader.u32(); left > 0; left--) {
      const request = reader.integer();
      grants.set(request, reader.integer());
    }
    reader.close();
    Object.assign(this, { applied, ticks, staleTicks, hash, holders, grants });
    this.restored += 1;
  }
}
