import type { Codec, Folder } from '../../../src/sim/message.ts';
import { ByteReader, ByteWriter } from '../../../src/systems/common/bytes.ts';
import { identityKey, type RaftWireMessage, raftCodec } from '../../../src/systems/raft/index.ts';
import { decodeCommand } from './lock-machine.ts';

/** Wants a lock, or asks under which fence it is held. */
export interface Ask {
  readonly kind: 'acquire' | 'look';
  readonly request: number;
  readonly lock: string;
}

export interface Told {
  readonly kind: 'told';
  readonly request: number;
  readonly lock: string;
  /** Fence of the grant, or of who holds the lock; 0: not granted, or nobody. */
  readonly fence: number;
}

export type LockMessage = Ask | Told;

// From 64 up: below are Raft's.
const kinds: readonly LockMessage['kind'][] = ['acquire', 'look', 'told'];
const numberOf = (kind: LockMessage['kind']): number => 64 + kinds.indexOf(kind);
const writer = new ByteWriter();

const ownCodec: Codec<LockMessage> = {
  identityVersion: 1,
  encode(message) {
    writer.length = 0;
    writer.u8(numberOf(message.kind));
    writer.integer(message.request);
    writer.text(message.lock);
    if (message.kind === 'told') writer.integer(message.fence);
    return writer.finish();
  },
  decode(bytes) {
    const reader = new ByteReader(bytes);
    const kind = kinds[reader.u8() - 64];
    if (kind === undefined) throw new RangeError('no message of the locks');
    const call = { request: reader.integer(), lock: reader.text() };
    const message: LockMessage =
      kind === 'told' ? { kind, ...call, fence: reader.integer() } : { kind, ...call };
    reader.close();
    return message;
  },
  copy: (message) => message,
  fold(message: LockMessage, into: Folder) {
    into.int(numberOf(message.kind));
    into.int(message.request);
    into.text(message.lock);
    if (message.kind === 'told') into.int(message.fence);
  },
  identity: ({ kind, request }) => identityKey(numberOf(kind), request, 0),
  sizeBytes: ({ lock }) => 32 + lock.length,
};

export const lockCodec: Codec<RaftWireMessage | LockMessage> = raftCodec(ownCodec, decodeCommand);
