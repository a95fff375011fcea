import type { Codec } from '../../../sim/message.ts';
import { fieldCodec, identityKey, type RaftWireMessage } from '../../raft/index.ts';
import { decodeEnvelope } from '../metadata/command-codec.ts';
import {
  type ControlMessage,
  controlMessageFields,
  laterControlMessageFields,
} from './control-messages.ts';
import { type DataMessage, dataMessageFields } from './data-messages.ts';
import { type FollowerMessage, followerMessageFields } from './follower-messages.ts';
import { type MetadataMessage, metadataMessageFields } from './metadata-messages.ts';

/** What the parts of the storage system say to each other, beside Raft's messages. */
export type StorageMessage = DataMessage | ControlMessage | MetadataMessage | FollowerMessage;

/** Everything on the wire of the storage system. */
export type StorageWireMessage = RaftWireMessage | StorageMessage;

const fields = {
  ...dataMessageFields,
  ...controlMessageFields,
  ...metadataMessageFields,
  ...followerMessageFields,
  ...laterControlMessageFields,
};
/** Names a message among those on its link by what it asks or answers. */
function identity(message: StorageMessage, number: number): number {
  if ('request' in message) return identityKey(number, message.request, 0);
  if ('task' in message)
    return identityKey(number, message.task, 'term' in message ? message.term : 0);
  switch (message.kind) {
    case 'beat':
    case 'beat-heard':
      return identityKey(number, message.beat, 0);
    case 'report':
      return identityKey(number, message.report, message.piece);
    case 'fragment-bad':
      return identityKey(number, message.chunk, message.version * 64 + message.part);
    case 'hash-probe':
    case 'hash-told':
      return identityKey(number, message.index, 0);
    default:
      return identityKey(number, message.recall, message.term);
  }
}

const headBytes = 48;

function sizeBytes(message: StorageMessage): number {
  switch (message.kind) {
    case 'write-bytes':
      return headBytes + message.bytes.length;
    case 'put-part':
    case 'blocks-read':
      return message.blocks.reduce((sum, { bytes }) => sum + bytes.length + 12, headBytes);
    case 'report':
      return headBytes + message.fragments.length * 24;
    default:
      return headBytes * 2;
  }
}

/**
 * How the messages of the storage system become bytes, digest and identity. No message has a mutable
 * part, and blocks are shared between messages and memory: sending one copies nothing. What goes to a
 * disk is copied twice, into its record and with that into the batch of the journal.
 */
export const storageCodec: Codec<StorageWireMessage> = fieldCodec<StorageMessage>(
  {
    identityVersion: 1,
    // The compiler does not see that the spread of exact records is exact.
    fields: fields as Parameters<typeof fieldCodec<StorageMessage>>[0]['fields'],
    identity,
    sizeBytes,
  },
  decodeEnvelope,
);
