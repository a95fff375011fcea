import { ByteReader, ByteWriter } from '../common/bytes.ts';
import { type Command, decodeCommand } from './kv-codec.ts';
import type { ReplicatedMachine } from './replicated-machine.ts';
import type { Entry } from './types.ts';
import type { MachineReader } from './view.ts';

// One for all snapshots: it has grown to their size.
const writer: ByteWriter = new ByteWriter();

/** A client's newest write and the answer to it. */
export interface Session {
  readonly sequence: number;
  readonly index: number;
  readonly swapped: boolean;
}

/** What became of a command; one object, filled anew by each `apply`. */
export interface ApplyResult {
  status: 'ok' | 'stale-sequence' | 'session-expired';
  swapped: boolean;
  /** The entry that carried the write out: for a repeated one the first. */
  index: number;
  /** The session table had the answer: the command changed nothing now. */
  repeated: boolean;
}

/**
 * The replicated state machine: a map of strings, and a session for each client, with which a write
 * that reaches the log twice takes effect once. Deterministic: equal entries give equal state and
 * equal snapshot bytes.
 *
 * The table holds `sessionCapacity` sessions; the least recently used one makes room for a new one.
 * Which clients were expired is never forgotten (8 bytes each), for a late copy of a first write
 * would otherwise open a second session and take effect again.
 */
export class KvMachine implements MachineReader, ReplicatedMachine<ApplyResult> {
  applied: number = 0;
  values: Map<string, string> = new Map();
  /** Least recently used first. */
  sessions: Map<number, Session> = new Map();
  expired: Set<number> = new Set();
  private readonly sessionCapacity: number;
  readonly result: ApplyResult = { status: 'ok', swapped: false, index: 0, repeated: false };

  constructor(sessionCapacity: number) {
    this.sessionCapacity = sessionCapacity;
  }

  /** Applies the next entry; for a command the outcome is in `result`. */
  apply(entry: Entry): ApplyResult {
    if (entry.index !== this.applied + 1) throw new Error(`entry ${entry.index} out of order`);
    this.applied = entry.index;
    if (entry.kind === 'command') this.execute(decodeCommand(entry.data), entry.index);
    return this.result;
  }

  /** Looks up what is known of a write without applying it. False when it is new. */
  lookUp(client: number, sequence: number): boolean {
    const { result } = this;
    const session = this.sessions.get(client);
    result.swapped = false;
    result.index = 0;
    result.repeated = false;
    if (session === undefined) {
      if (!this.expired.has(client)) return false;
      result.status = 'session-expired';
      return true;
    }
    if (sequence > session.sequence) return false;
    if (sequence < session.sequence) {
      result.status = 'stale-sequence';
      return true;
    }
    result.status = 'ok';
    result.swapped = session.swapped;
    result.index = session.index;
    result.repeated = true;
    return true;
  }

  private execute(command: Command, index: number): void {
    const { client, sequence } = command;
    if (this.lookUp(client, sequence)) return;
    const swapped = this.change(command);
    this.sessions.delete(client);
    if (this.sessions.size >= this.sessionCapacity) this.expireOldest();
    this.sessions.set(client, { sequence, index, swapped });
    this.result.status = 'ok';
    this.result.swapped = swapped;
    this.result.index = index;
  }

  private expireOldest(): void {
    for (const client of this.sessions.keys()) {
      this.sessions.delete(client);
      this.expired.add(client);
      return;
    }
  }

  private change(command: Command): boolean {
    const { values } = this;
    const { key, value } = command;
    switch (command.operation) {
      case 'put':
        values.set(key, value);
        return false;
      case 'append':
        values.set(key, (values.get(key) ?? '') + value);
        return false;
      case 'cas':
        if ((values.get(key) ?? null) !== command.expected) return false;
        values.set(key, value);
        return true;
      case 'delete':
        return values.delete(key);
      case 'get':
        return false;
    }
  }

  /** The whole state as bytes: values in order of insertion, sessions in order of use. */
  save(): Uint8Array {
    writer.length = 0;
    writer.integer(this.applied);
    writer.u32(this.values.size);
    for (const [key, value] of this.values) {
      writer.text(key);
      writer.text(value);
    }
    writer.u32(this.sessions.size);
    for (const [client, session] of this.sessions) {
      writer.integer(client);
      writer.integer(session.sequence);
      writer.integer(session.index);
      writer.u8(session.swapped ? 1 : 0);
    }
    writer.u32(this.expired.size);
    for (const client of this.expired) writer.integer(client);
    return writer.finish();
  }

  /** Takes the state from the bytes of `save`. Throws a RangeError on other bytes. */
  restore(bytes: Uint8Array): void {
    const reader = new ByteReader(bytes);
    const applied = reader.integer();
    const values = new Map<string, string>();
    for (let left = reader.u32(); left > 0; left--) {
      const key = reader.text();
      values.set(key, reader.text());
    }
    const sessions = new Map<number, Session>();
    for (let left = reader.u32(); left > 0; left--) {
      const client = reader.integer();
      const sequence = reader.integer();
      const index = reader.integer();
      sessions.set(client, { sequence, index, swapped: reader.flag() });
    }
    const expired = new Set<number>();
    for (let left = reader.u32(); left > 0; left--) expired.add(reader.integer());
    reader.close();
    this.applied = applied;
    this.values = values;
    this.sessions = sessions;
    this.expired = expired;
  }
}
