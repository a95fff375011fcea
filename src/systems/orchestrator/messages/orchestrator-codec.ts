import type { Codec } from '../../../sim/message.ts';
import { ByteReader, ByteWriter } from '../../common/bytes.ts';
import { type Field, union } from '../../common/fields.ts';
import { identityKey, type RaftWireMessage, raftCodec } from '../../raft/index.ts';
import { decodeEnvelope } from '../state/command-codec.ts';
import { type ClientMessage, clientMessageFields } from './client-messages.ts';
import { type WorkerMessage, workerMessageFields } from './worker-messages.ts';

/** What the parts of the orchestrator say to each other, beside Raft's messages. */
export type OrchestratorMessage = WorkerMessage | ClientMessage;

/** Everything on the wire of the orchestrator. */
export type OrchestratorWireMessage = RaftWireMessage | OrchestratorMessage;

const fields = { ...workerMessageFields, ...clientMessageFields };
// The compiler does not see that the spread of exact records is exact.
const messageField: Field<OrchestratorMessage> = union<OrchestratorMessage>(
  fields as Parameters<typeof union<OrchestratorMessage>>[0],
);

/** Kinds of a service of Raft begin here: see `raftCodec`. */
const firstKind = 64;

const kindNumbers: ReadonlyMap<string, number> = new Map(
  Object.keys(fields).map((kind, at) => [kind, firstKind + at]),
);

const writer: ByteWriter = new ByteWriter();

function encode(message: OrchestratorMessage): Uint8Array {
  writer.length = 0;
  writer.u8(kindNumbers.get(message.kind)!);
  messageField.write(writer, message);
  return writer.finish();
}

function decode(bytes: Uint8Array): OrchestratorMessage {
  const reader = new ByteReader(bytes);
  const number = reader.u8();
  const message = messageField.read(reader);
  if (kindNumbers.get(message.kind) !== number)
    throw new RangeError(`no message of kind ${number}`);
  reader.close();
  return message;
}

/** Term and number of a session in one; what is none counts as 0. */
function sessionNumber(session: string): number {
  const [term, number] = session.split('-').map(Number);
  const both = (term ?? 0) * 2 ** 24 + (number ?? 0);
  return Number.isSafeInteger(both) && both >= 0 ? both : 0;
}

/** Names a message among those on its link by what it asks or answers. */
function identity(message: OrchestratorMessage): number {
  const number = kindNumbers.get(message.kind)!;
  if ('request' in message) return identityKey(number, message.request, 0);
  const session = sessionNumber(message.session);
  switch (message.kind) {
    case 'beat':
    case 'beat-heard':
      return identityKey(number, message.beat, session);
    case 'report':
    case 'report-heard':
      return identityKey(number, message.report, session);
    case 'unmounted':
    case 'unmounted-heard':
      return identityKey(number, message.epoch, session);
    case 'assign':
    case 'tables':
      return identityKey(number, message.to, session);
    case 'mesh':
      return identityKey(number, message.membership.revision, session);
    case 'session-over':
      return identityKey(number, 0, session);
  }
}

const headBytes = 64;
/** About what a specification takes. */
const specBytes = 256;

function sizeBytes(message: OrchestratorMessage): number {
  switch (message.kind) {
    case 'assign': {
      const sealed = message.secrets.reduce((sum, one) => sum + one.sealed.length + 32, 0);
      const { tasks, removed } = message;
      return headBytes + tasks.length * specBytes + removed.length * 16 + sealed;
    }
    case 'put-secret':
      return headBytes + message.sealed.length;
    case 'tables':
      return message.tables.reduce(
        (sum, { table }) =>
          table.sides.reduce((more, side) => more + side.backends.length * 24, sum + 48),
        headBytes,
      );
    case 'mesh':
      return headBytes + message.membership.peers.length * 64;
    case 'report':
      return headBytes + message.reports.length * 32;
    case 'watched':
      return headBytes + message.events.length * 48;
    case 'told':
      return headBytes + specBytes;
    default:
      return headBytes * 2;
  }
}

/**
 * How the messages of the orchestrator become bytes, digest and identity. What a message holds is
 * never changed after it was sent: senders make copies of rows.
 */
export const orchestratorCodec: Codec<OrchestratorWireMessage> = raftCodec<OrchestratorMessage>(
  {
    identityVersion: 1,
    encode,
    decode,
    copy: (message) => message,
    fold: (message, into) => messageField.fold(into, message),
    identity,
    sizeBytes,
  },
  decodeEnvelope,
);
