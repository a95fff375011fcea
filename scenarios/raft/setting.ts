import { type ClientsDefinition, type Domain, kvClients, seconds } from '../../src/index.ts';
import { raftKvProtocol } from '../../src/systems/raft/index.ts';
import { beyond } from '../common/beyond.ts';

/** Phases that all drawn Raft scenarios share. */
export const phases = { form: seconds(1), storm: seconds(7), settle: seconds(4) } as const;

/** Key-value clients whose load follows the phases. */
export function raftClients(
  knobs: Readonly<Record<string, Domain>> = {},
  { form, storm, settle }: { readonly [Phase in keyof typeof phases]: number } = phases,
): ClientsDefinition {
  return kvClients({
    protocol: raftKvProtocol,
    phases: { formUs: form, stormUs: storm, settleUs: settle },
    knobs,
  });
}

/** What storms may aim at in Raft: its roles, its messages and the moments that its probes name. */
export const raftWords = {
  role: 'leader',
  roles: ['candidate', 'pre-candidate'],
  messages: ['append', 'append-reply', 'vote', 'vote-reply', 'snapshot', 'request', 'timeout-now'],
  probes: [
    'commit advanced',
    'uncommitted tail truncated',
    'snapshot installed',
    'joint configuration entered',
    'joint configuration left',
    'learner promoted',
    'leader removed itself',
    'transfer begun',
    'campaign by order of the leader',
  ],
} as const;

/** Where no disk fills, no write is refused for want of room. */
export const noDiskFills: Readonly<Record<string, string>> = beyond(
  'no disk ever fills',
  'refused/*/disk-full',
  'late-reply/disk-full',
);
