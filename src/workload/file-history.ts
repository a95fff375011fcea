import type { FileAnswer, FileCall, FileMode, FileStep } from './file-protocol.ts';
import { History, operationFail, operationInfo, operationOk } from './history.ts';
import { byteOf, mostWriters, type WrittenRun, whoWrote } from './written-bytes.ts';

/** What a read found: who wrote what, and a hash of the bytes. */
export interface ReadFinding {
  readonly offset: number;
  readonly length: number;
  /** FNV-1a, 32 bits. */
  readonly hash: number;
  readonly runs: readonly WrittenRun[];
}

/** A write or append, as the bytes of its writer tell of it. */
export interface FileWriter {
  readonly operation: number;
  readonly length: number;
}

/** What a client asks for, told at invocation. */
export interface FileInvocation {
  readonly process: number;
  readonly client: number;
  /** Counts the lives of a client, from 1. */
  readonly life: number;
  readonly mode: FileMode;
  readonly call: FileCall;
  /** Of a write: who its bytes say wrote them; else 0. */
  readonly writer: number;
}

/**
 * What clients of a file service did: the columns of a history, and what operations on files are made
 * of. Element i of each column belongs to operation i.
 */
export class FileHistory extends History {
  readonly client: number[] = [];
  readonly life: number[] = [];
  readonly mode: FileMode[] = [];
  readonly call: FileCall[] = [];
  /** Of a write; 0 for others. */
  readonly writer: number[] = [];
  /** Undefined while the operation is open, and when the client began anew meanwhile. */
  readonly answer: (FileAnswer | undefined)[] = [];
  readonly read: (ReadFinding | undefined)[] = [];
  /** By writer, from 1. */
  readonly writers: FileWriter[] = [{ operation: -1, length: 0 }];

  /** A number for the bytes of the next write; 0 when there are no more. */
  nextWriter(): number {
    return this.writers.length <= mostWriters ? this.writers.length : 0;
  }

  begin(invocation: FileInvocation, clientUs: number): number {
    const { call, mode, writer } = invocation;
    this.client.push(invocation.client);
    this.life.push(invocation.life);
    this.mode.push(mode);
    this.call.push(call);
    this.writer.push(writer);
    this.answer.push(undefined);
    this.read.push(undefined);
    if (writer > 0) {
      const length = 'bytes' in call && typeof call.bytes !== 'number' ? call.bytes.length : 0;
      this.writers.push({ operation: this.length, length });
    }
    return this.invoke(
      {
        process: invocation.process,
        operation: call.do,
        option: mode,
        consistency: 'files',
        key: call.path,
        value: askedOf(call),
        expected: null,
      },
      clientUs,
    );
  }

  end(operation: number, answer: FileAnswer, clientUs: number): void {
    const call = this.call[operation]!;
    const { result } = answer;
    if (call.do === 'read' && result.kind === 'bytes') {
      const { offset } = call;
      const { bytes } = result;
      const runs = whoWrote(bytes, offset);
      this.read[operation] = { offset, length: bytes.length, hash: hashOf(bytes), runs };
      // The bytes may be views of large buffers: what they say is kept, not they.
      this.answer[operation] = { ...answer, result: { kind: 'number', number: bytes.length } };
    } else {
      this.answer[operation] = answer;
    }
    const { errno, unknown, steps } = answer;
    const outcome = errno === null ? operationOk : unknown ? operationInfo : operationFail;
    const completion = {
      outcome,
      value: errno === null ? this.toldOf(operation) : null,
      swapped: false,
      index: lastIndex(steps),
      reason: errno ?? 'done',
    } as const;
    this.complete(operation, completion, clientUs);
  }

  /** The bytes of a run, as they were read. */
  bytesOf({ from, to, writer, at, raw }: WrittenRun): Uint8Array {
    if (raw !== null) return raw;
    const bytes = new Uint8Array(to - from);
    if (writer > 0) for (let i = 0; i < bytes.length; i++) bytes[i] = byteOf(writer, at + i);
    return bytes;
  }

  /** The client forgot all: what was open stays unknown. */
  abandon(operation: number, clientUs: number): void {
    const nothing = { value: null, swapped: false, index: 0 };
    const completion = { ...nothing, outcome: operationInfo, reason: 'client-restart' } as const;
    this.complete(operation, completion, clientUs);
  }

  private toldOf(operation: number): string | null {
    const read = this.read[operation];
    if (read !== undefined) return read.runs.map(runText).join(' ');
    const { result } = this.answer[operation]!;
    switch (result.kind) {
      case 'none':
        return null;
      case 'number':
        return `${result.number}`;
      case 'text':
        return result.text;
      case 'bytes':
        return `${result.bytes.length} bytes`;
      case 'words':
        return result.words.join(' ');
      case 'trash':
        return result.files
          .map(({ inode, parent, name }) => `${inode}:${parent}/${name}`)
          .join(' ');
      default:
        return `${result.facts.kind} ${result.facts.inode}, ${result.facts.sizeBytes} bytes`;
    }
  }
}

function runText({ from, to, writer }: WrittenRun): string {
  return `${from}-${to}:${writer}`;
}

function lastIndex(steps: readonly FileStep[]): number {
  return steps.at(-1)?.index ?? 0;
}

function hashOf(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** The arguments beside the path, in short. */
function askedOf(call: FileCall): string | null {
  const { do: _do, path: _path, ...rest } = call;
  const words = Object.entries(rest).map(([name, value]) => {
    if (value instanceof Uint8Array) return `${value.length} bytes`;
    return `${name} ${typeof value === 'object' ? JSON.stringify(value) : value}`;
  });
  return words.length === 0 ? null : words.join(', ');
}
