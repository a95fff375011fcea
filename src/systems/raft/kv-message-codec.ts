import type { Codec, Folder } from '../../sim/message.ts';
import { ByteReader, ByteWriter } from '../common/bytes.ts';
import {
  decodeCommand,
  operations,
  readOperation,
  readOptional,
  writeOptional,
} from './kv-codec.ts';
import type {
  ClientReply,
  ClientRequest,
  Consistency,
  KvMessage,
  RaftKvMessage,
  ReplyStatus,
} from './kv-messages.ts';
import { raftCodec } from './message-codec.ts';
import { identityKey } from './message-fold.ts';
import { flag, pick } from './message-numbers.ts';

/** Numbers of these words in bytes: their places here. */
const consistencies: readonly Consistency[] = ['linearizable', 'local'];
const statuses: readonly ReplyStatus[] = [
  'ok',
  'not-leader',
  'unavailable',
  'disk-full',
  'unknown',
  'session-expired',
  'stale-sequence',
  'too-large',
];

// Older than the rule that a service's kinds begin at 64.
const requestKind = 9;
const replyKind = 10;

const writer: ByteWriter = new ByteWriter();

function writeRequest(message: ClientRequest): void {
  writer.u8(requestKind);
  writer.integer(message.client);
  writer.integer(message.sequence);
  writer.integer(message.attempt);
  writer.u8(operations.indexOf(message.operation));
  writer.text(message.key);
  writer.text(message.value);
  writeOptional(writer, message.expected);
  writer.u8(consistencies.indexOf(message.consistency));
}

function readRequest(reader: ByteReader): ClientRequest {
  return {
    kind: 'request',
    client: reader.integer(),
    sequence: reader.integer(),
    attempt: reader.integer(),
    operation: readOperation(reader),
    key: reader.text(),
    value: reader.text(),
    expected: readOptional(reader),
    consistency: pick(consistencies, reader.u8()),
  };
}

function writeReply(message: ClientReply): void {
  writer.u8(replyKind);
  writer.integer(message.client);
  writer.integer(message.sequence);
  writer.integer(message.attempt);
  writer.u8(statuses.indexOf(message.status));
  writeOptional(writer, message.value);
  writer.u8(flag(message.swapped));
  writer.integer(message.index);
  writer.text(message.leader);
}

function readReply(reader: ByteReader): ClientReply {
  return {
    kind: 'reply',
    client: reader.integer(),
    sequence: reader.integer(),
    attempt: reader.integer(),
    status: pick(statuses, reader.u8()),
    value: readOptional(reader),
    swapped: reader.flag(),
    index: reader.integer(),
    leader: reader.text(),
  };
}

function encode(message: KvMessage): Uint8Array {
  writer.length = 0;
  if (message.kind === 'request') writeRequest(message);
  else writeReply(message);
  return writer.finish();
}

function decode(bytes: Uint8Array): KvMessage {
  const reader = new ByteReader(bytes);
  const kind = reader.u8();
  if (kind !== requestKind && kind !== replyKind)
    throw new RangeError(`no message of kind ${kind}`);
  const message = kind === requestKind ? readRequest(reader) : readReply(reader);
  reader.close();
  return message;
}

function foldOptional(into: Folder, text: string | null): void {
  into.int(text === null ? 0 : 1);
  if (text !== null) into.text(text);
}

function fold(message: KvMessage, into: Folder): void {
  into.int(message.kind === 'request' ? requestKind : replyKind);
  into.int(message.client);
  into.int(message.sequence);
  into.int(message.attempt);
  if (message.kind === 'request') {
    into.int(operations.indexOf(message.operation));
    into.text(message.key);
    into.text(message.value);
    foldOptional(into, message.expected);
    into.int(consistencies.indexOf(message.consistency));
    return;
  }
  into.int(statuses.indexOf(message.status));
  foldOptional(into, message.value);
  into.int(flag(message.swapped));
  into.int(message.index);
  into.text(message.leader);
}

/** Names a message among those on its link, by kind and call. */
function identity({ kind, client, sequence, attempt }: KvMessage): number {
  const number = kind === 'request' ? requestKind : replyKind;
  return identityKey(number, client, sequence * 64 + attempt);
}

function sizeBytes(message: KvMessage): number {
  if (message.kind === 'request') {
    return 40 + message.key.length + message.value.length + (message.expected?.length ?? 0);
  }
  return 45 + (message.value?.length ?? 0) + message.leader.length;
}

/** How the messages of the Raft KV system become bytes, digest and identity. */
export const raftKvCodec: Codec<RaftKvMessage> = raftCodec<KvMessage>(
  { identityVersion: 1, encode, decode, copy: (message) => message, fold, identity, sizeBytes },
  decodeCommand,
);
