import { ByteReader, ByteWriter } from '../common/bytes.ts';
import type { ClientRequest, Operation } from './kv-messages.ts';

/** A write as the log carries it. */
export interface Command {
  readonly operation: Operation;
  readonly client: number;
  readonly sequence: number;
  readonly key: string;
  readonly value: string;
  readonly expected: string | null;
}

/** Numbers of operations in bytes. */
export const operations: readonly Operation[] = ['get', 'put', 'append', 'cas', 'delete'];

const writer: ByteWriter = new ByteWriter();

export function encodeCommand(request: ClientRequest | Command): Uint8Array {
  writer.length = 0;
  writer.u8(operations.indexOf(request.operation));
  writer.integer(request.client);
  writer.integer(request.sequence);
  writer.text(request.key);
  writer.text(request.value);
  writeOptional(writer, request.expected);
  return writer.finish();
}

/** The command in an entry's data. Throws a RangeError on other bytes. */
export function decodeCommand(data: Uint8Array): Command {
  const reader = new ByteReader(data);
  const operation = readOperation(reader);
  const client = reader.integer();
  const sequence = reader.integer();
  const key = reader.text();
  const value = reader.text();
  const expected = readOptional(reader);
  reader.close();
  return { operation, client, sequence, key, value, expected };
}

export function readOperation(reader: ByteReader): Operation {
  const operation = operations[reader.u8()];
  if (operation === undefined) throw new RangeError('operation out of range');
  return operation;
}

export function writeOptional(into: ByteWriter, text: string | null): void {
  into.u8(text === null ? 0 : 1);
  if (text !== null) into.text(text);
}

export function readOptional(reader: ByteReader): string | null {
  return reader.flag() ? reader.text() : null;
}
