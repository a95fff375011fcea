import {
  everything,
  requestClients,
  type Scenario,
  scenario,
  seconds,
} from '../../../src/index.ts';
import { lockLadder } from './lock-laws.ts';
import { type LockMessage, lockCodec } from './lock-messages.ts';
import { LockService, locks } from './lock-service.ts';

/** The locks of a service in a storm of everything. */
export function lockStorm(Service: typeof LockService = LockService): Scenario {
  return scenario({
    summary: 'Locks on Raft: three voters, a learner, and a leader that proposes by a timer',
    system: locks(Service),
    clients: requestClients<LockMessage>({
      ask: ({ request, draw }) => ({
        kind: draw % 2 === 0 ? 'acquire' : 'look',
        request,
        lock: draw % 3 === 0 ? 'a' : 'b',
      }),
      answers: (message) => (message.kind === 'told' ? message.request : undefined),
      fromUs: seconds(0.5),
      toUs: seconds(5),
      timeoutUs: seconds(0.05),
      attempts: 50,
      codec: lockCodec as never,
    }),
    storm: everything({ butRarely: ['wipe'] }),
    ladder: lockLadder,
    // One entry a round trip to a slow disk is lawful, and takes longer than a storm settles.
    fixed: { 'raft.batchEntries': 64, 'raft.batchBytes': 65_536 },
    phases: { form: seconds(1), storm: seconds(5), settle: seconds(4) },
  });
}
