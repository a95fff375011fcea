import type { Codec, Message } from '../../sim/message.ts';
import { ByteReader, ByteWriter } from '../common/bytes.ts';
import { decodeConfiguration } from './configuration-format.ts';
import { fold, identity } from './message-fold.ts';
import { entryKinds, flag, isRafts, kindNumber, numberOf, pick } from './message-numbers.ts';
import { readOrder, readOrderReply, writeOrder, writeOrderReply } from './order-codec.ts';
import { readRepairReply, readRepairRequest, writeRepair } from './repair-messages.ts';
import type { AppendMessage, Entry, EntryKind, RaftWireMessage } from './types.ts';

const writer: ByteWriter = new ByteWriter();

function writeEntries(entries: readonly Entry[]): void {
  writer.u32(entries.length);
  for (const entry of entries) {
    writer.integer(entry.term);
    writer.integer(entry.index);
    writer.u8(entryKinds.indexOf(entry.kind));
    writer.blob(entry.data);
  }
}

/** Throws a RangeError on a command that nobody can have proposed. */
export type CheckCommand = (data: Uint8Array) => void;

function readEntries(reader: ByteReader, checkCommand: CheckCommand): readonly Entry[] {
  const entries: Entry[] = [];
  for (let left = reader.u32(); left > 0; left--) {
    const term = reader.integer();
    const index = reader.integer();
    const kind = pick(entryKinds, reader.u8());
    const data = reader.blob();
    refuseUnreadable(kind, data, checkCommand);
    entries.push({ term, index, kind, data });
  }
  return entries;
}

/**
 * What no checksum has seen must not get into a log, where it would end each node that applies it:
 * seed 1886 of raft-beyond-tolerance.
 * @throws RangeError when nobody can have proposed these bytes
 */
function refuseUnreadable(kind: EntryKind, data: Uint8Array, checkCommand: CheckCommand): void {
  if (kind === 'command') checkCommand(data);
  else if (kind === 'configuration') decodeConfiguration(data);
  else if (data.length > 0) throw new RangeError('an entry without content has some');
}

/** An append whose entries do not follow each other was damaged on its way: nobody sends such. */
function followUp(append: AppendMessage): AppendMessage {
  let index = append.prevIndex;
  let term = append.prevTerm;
  for (const entry of append.entries) {
    index += 1;
    if (entry.index !== index || entry.term < term || entry.term > append.term) {
      throw new RangeError(`entry ${entry.term}/${entry.index} has no place in its append`);
    }
    term = entry.term;
  }
  return append;
}

function encode(message: RaftWireMessage): Uint8Array {
  writer.length = 0;
  writer.u8(kindNumber[message.kind]);
  switch (message.kind) {
    case 'repair-request':
    case 'repair-reply':
      writeRepair(writer, message);
      if (message.kind === 'repair-reply') writeEntries(message.entries);
      return writer.finish();
    case 'order':
      writeOrder(writer, message);
      return writer.finish();
    case 'order-reply':
      writeOrderReply(writer, message);
      return writer.finish();
    default:
  }
  writer.integer(message.term);
  switch (message.kind) {
    case 'append':
      writer.integer(message.prevIndex);
      writer.integer(message.prevTerm);
      writeEntries(message.entries);
      writer.integer(message.commit);
      writer.integer(message.round);
      break;
    case 'append-reply':
      writer.u8(flag(message.ok));
      writer.integer(message.index);
      writer.integer(message.hintIndex);
      writer.integer(message.hintTerm);
      writer.integer(message.round);
      break;
    case 'heartbeat':
      writer.integer(message.commit);
      writer.integer(message.round);
      break;
    case 'heartbeat-reply':
      writer.integer(message.round);
      break;
    case 'vote':
      writer.u8(flag(message.pre));
      writer.u8(flag(message.transfer));
      writer.integer(message.lastIndex);
      writer.integer(message.lastTerm);
      break;
    case 'vote-reply':
      writer.u8(flag(message.pre));
      writer.u8(flag(message.granted));
      break;
    case 'snapshot':
      writer.integer(message.index);
      writer.integer(message.indexTerm);
      writer.integer(message.offset);
      writer.integer(message.totalBytes);
      writer.blob(message.data);
      writer.integer(message.round);
      break;
    case 'snapshot-reply':
      writer.integer(message.index);
      writer.integer(message.offset);
      writer.u8(flag(message.installed));
      writer.integer(message.round);
      break;
  }
  return writer.finish();
}

function decode(bytes: Uint8Array, checkCommand: CheckCommand): RaftWireMessage {
  const reader = new ByteReader(bytes);
  const message = decodeBody(reader, reader.u8(), checkCommand);
  reader.close();
  return message;
}

function decodeBody(reader: ByteReader, kind: number, checkCommand: CheckCommand): RaftWireMessage {
  if (kind === kindNumber['repair-request']) return readRepairRequest(reader);
  if (kind === kindNumber['repair-reply']) {
    return readRepairReply(reader, (from) => readEntries(from, checkCommand));
  }
  if (kind === kindNumber.order) return readOrder(reader);
  if (kind === kindNumber['order-reply']) return readOrderReply(reader);
  const term = reader.integer();
  switch (kind) {
    case kindNumber.append:
      return followUp({
        kind: 'append',
        term,
        prevIndex: reader.integer(),
        prevTerm: reader.integer(),
        entries: readEntries(reader, checkCommand),
        commit: reader.integer(),
        round: reader.integer(),
      });
    case kindNumber['append-reply']:
      return {
        kind: 'append-reply',
        term,
        ok: reader.flag(),
        index: reader.integer(),
        hintIndex: reader.integer(),
        hintTerm: reader.integer(),
        round: reader.integer(),
      };
    case kindNumber.heartbeat:
      return { kind: 'heartbeat', term, commit: reader.integer(), round: reader.integer() };
    case kindNumber['heartbeat-reply']:
      return { kind: 'heartbeat-reply', term, round: reader.integer() };
    case kindNumber.vote:
      return {
        kind: 'vote',
        term,
        pre: reader.flag(),
        transfer: reader.flag(),
        lastIndex: reader.integer(),
        lastTerm: reader.integer(),
      };
    case kindNumber['vote-reply']:
      return { kind: 'vote-reply', term, pre: reader.flag(), granted: reader.flag() };
    case kindNumber.snapshot:
      return {
        kind: 'snapshot',
        term,
        index: reader.integer(),
        indexTerm: reader.integer(),
        offset: reader.integer(),
        totalBytes: reader.integer(),
        data: reader.blob(),
        round: reader.integer(),
      };
    case kindNumber['snapshot-reply']:
      return {
        kind: 'snapshot-reply',
        term,
        index: reader.integer(),
        offset: reader.integer(),
        installed: reader.flag(),
        round: reader.integer(),
      };
    case kindNumber['timeout-now']:
      return { kind: 'timeout-now', term };
    default:
      throw new RangeError(`no message of kind ${kind}`);
  }
}

function sizeBytes(message: RaftWireMessage): number {
  switch (message.kind) {
    case 'append': {
      let size = 45;
      for (const entry of message.entries) size += 21 + entry.data.length;
      return size;
    }
    case 'repair-reply': {
      let size = 69 + message.data.length;
      for (const entry of message.entries) size += 21 + entry.data.length;
      return size;
    }
    case 'snapshot':
      return 53 + message.data.length;
    case 'order':
      return 16 + 5 * message.changes.length;
    case 'order-reply':
      return 18 + message.reason.length + message.leader.length;
    default:
      return otherBytes;
  }
}

/** Size of messages that carry nothing. */
const otherBytes = 42;
/** Raised when the identity of a message of Raft changes. */
const raftIdentityVersion = 1;
const raftNumbers: ReadonlySet<number> = new Set(Object.values(kindNumber));

function encodeOwn<Own extends Message>(own: Codec<Own>, message: Own): Uint8Array {
  const bytes = own.encode(message);
  if (!raftNumbers.has(bytes[0]!)) return bytes;
  throw new TypeError(
    `Expected '${message.kind}' to begin with a byte from 64 up, got ${bytes[0]}`,
  );
}

/**
 * How Raft's messages, and those of a service beside them, become bytes, digest and identity.
 *
 * Raft's messages have no mutable part: all fields are readonly, entries are shared by log and
 * messages, and the bytes of a snapshot stay as they are. So they are not copied; a run in paranoid
 * mode, where each message goes through its bytes and is frozen, would have another digest if a node
 * broke this.
 *
 * @param own the codec of the service's own messages. Its `encode` begins with a byte from 64 up,
 *   by which they are told from Raft's; their kinds have other names than Raft's.
 * @param checkCommand throws a RangeError on bytes that nobody can have proposed: no checksum has
 *   seen what comes from the network, and it would end each node that applies it
 */
export function raftCodec<Own extends Message>(
  own: Codec<Own>,
  checkCommand: CheckCommand,
): Codec<RaftWireMessage | Own> {
  // What is not Raft's is the service's: the compiler cannot tell it by `kind: string`.
  return {
    identityVersion: raftIdentityVersion + own.identityVersion,
    encode: (message) => (isRafts(message) ? encode(message) : encodeOwn(own, message as Own)),
    decode: (bytes) =>
      raftNumbers.has(bytes[0] ?? 0) ? decode(bytes, checkCommand) : own.decode(bytes),
    copy: (message) => (isRafts(message) ? message : own.copy(message as Own)),
    fold: (message, into) => {
      const kind = numberOf(message.kind);
      if (kind > 0) fold(message as RaftWireMessage, kind, into);
      else own.fold(message as Own, into);
    },
    identity: (message) => {
      const kind = numberOf(message.kind);
      return kind > 0 ? identity(message as RaftWireMessage, kind) : own.identity(message as Own);
    },
    sizeBytes: (message) => {
      const kind = numberOf(message.kind);
      if (kind === 0) return own.sizeBytes(message as Own);
      const isSmall = kind !== kindNumber.append && kind < kindNumber.snapshot;
      return isSmall ? otherBytes : sizeBytes(message as RaftWireMessage);
    },
  };
}
