import type { Codec } from '../../../sim/message.ts';
import { fieldCodec, identityKey, type RaftWireMessage } from '../../raft/index.ts';
import { decodeEnvelope } from '../state/command-codec.ts';
import { type ClientMessage, clientMessageFields } from './client-messages.ts';
import { type WorkerMessage, workerMessageFields } from './worker-messages.ts';

/** What the parts of the orchestrator say to each other, beside Raft's messages. */
export type OrchestratorMessage = WorkerMessage | ClientMessage;

/** Everything on the wire of the orchestrator. */
export type OrchestratorWireMessage = RaftWireMessage | OrchestratorMessage;

const fields = { ...workerMessageFields, ...clientMessageFields };
/** Term and number of a session in one; what is none counts as 0. */
function sessionNumber(session: string): number {
  const [term, number] = session.split('-').map(Number);
  const both = (term ?? 0) * 2 ** 24 + (number ?? 0);
  return Number.isSafeInteger(both) && both >= 0 ? both : 0;
}

/** Names a message among those on its link by what it asks or answers. */
function identity(message: OrchestratorMessage, number: number): number {
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
    case 'apply':
      return message.secrets.reduce(
        (sum, { sealed }) => sum + sealed.length,
        headBytes + message.parts.length * specBytes,
      );
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
export const orchestratorCodec: Codec<OrchestratorWireMessage> = fieldCodec<OrchestratorMessage>(
  {
    identityVersion: 1,
    // The compiler does not see that the spread of exact records is exact.
    fields: fields as Parameters<typeof fieldCodec<OrchestratorMessage>>[0]['fields'],
    identity,
    sizeBytes,
  },
  decodeEnvelope,
);
