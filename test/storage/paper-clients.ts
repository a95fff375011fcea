import { expect } from 'vitest';
import { client, StorageRig } from '../../invariants/storage/test-kit.ts';
import { FileHistory } from '../../src/workload/file-history.ts';
import type { FileAnswer, FileCall, FileMode, FileStep } from '../../src/workload/file-protocol.ts';
import { writtenBytes } from '../../src/workload/written-bytes.ts';

export const inode = 2;
export const path = '/a';
const flags = { read: true, write: true, create: true, exclusive: false, truncate: false };

type Result = FileAnswer['result'];

/** Ends an operation. */
export type End = (result: Result, errno?: string | null, steps?: readonly FileStep[]) => void;

/** Clients of files on paper: they ask and are told what tests say. */
export class Clients {
  readonly history: FileHistory = new FileHistory();
  readonly rig: StorageRig;
  #processes = 0;

  constructor(only: string) {
    this.rig = new StorageRig(only, this.history);
  }

  /** An operation of a client begins; gives what ends it. */
  begin(mode: FileMode, call: FileCall, writer = 0, of = 0): End {
    this.#processes += 1;
    const who = { process: this.#processes, client: of, life: 1, mode, call, writer };
    const operation = this.history.begin(who, this.rig.timeUs);
    this.rig.step(client, {});
    return (result, errno = null, steps = []) => {
      const answer = { errno, unknown: false, inode, result, steps };
      this.history.end(operation, answer, this.rig.timeUs);
      this.rig.step(client, {});
    };
  }

  /** Writes bytes of a new writer, and is told that all of them were written. */
  write(offset: number, length: number, mode: FileMode = 'strict'): number {
    const writer = this.history.nextWriter();
    const bytes = writtenBytes(writer, length);
    const end = this.begin(mode, { do: 'write', path, handle: 1, offset, bytes }, writer);
    end({ kind: 'number', number: length });
    return writer;
  }

  append(at: number, length: number): void {
    const writer = this.history.nextWriter();
    const bytes = writtenBytes(writer, length);
    const end = this.begin('strict', { do: 'append', path, handle: 1, bytes }, writer);
    end({ kind: 'number', number: at });
  }

  /** Reads from 0 on, and is told these bytes. */
  read(bytes: Uint8Array, mode: FileMode = 'strict', length = 64): void {
    this.reading(mode, length)({ kind: 'bytes', bytes });
  }

  reading(mode: FileMode = 'strict', length = 64): End {
    return this.begin(mode, { do: 'read', path, handle: 1, offset: 0, length });
  }

  open(handle = 1): void {
    this.begin('close-to-open', { do: 'open', path, flags })({ kind: 'number', number: handle });
  }

  cut(sizeBytes: number, of = 0): void {
    this.begin('strict', { do: 'ftruncate', path, handle: 1, sizeBytes }, 0, of)({ kind: 'none' });
  }

  get broken(): readonly string[] {
    return this.rig.broken;
  }
}

/** Nothing is broken, and the rung was put to the test. */
export function holds(clients: Clients, id: string): void {
  expect(clients.broken).toEqual([]);
  expect(clients.rig.premise(id)).toBeGreaterThan(0);
}
