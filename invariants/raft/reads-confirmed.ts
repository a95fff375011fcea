import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import type { ClientReply, ClientRequest } from '../../src/systems/raft/kv-messages.ts';
import { settingsFrom } from '../../src/systems/raft/settings.ts';
import { nameOf } from './client-ledger.ts';
import type { RaftMoment } from './moment.ts';
import { isQuorum } from './quorum.ts';
import { remember } from './remember.ts';

/** When a leader was first asked for a read, and in which term it led then. */
interface Asked {
  readonly timeUs: number;
  readonly term: number;
}

/** Reads kept per node; older ones have been answered or given up long ago. */
const rememberedReads = 1_024;

export const readsAreConfirmed = rung<RaftMoment, Map<string, Asked>[]>({
  id: 'I57',
  title: 'reads are confirmed',
  statement:
    'Without leases a leader serves a linearizable read only when a quorum has heard from it, in its term, since the read came.',
  source: 'Ongaro, dissertation, section 6.4: ReadIndex; etcd 0.4.1 and Consul (Jepsen 2014)',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['receive:request', 'send:reply'],
  ghost: () => [],
  check(moment, reads) {
    const { message, node, after, timeUs, facts } = moment;
    reads[node] ??= new Map();
    const asked = reads[node];
    if (message?.kind === 'reply') return served(moment, message as ClientReply, asked);
    const request = message as ClientRequest;
    const isRead = request.operation === 'get' && request.consistency === 'linearizable';
    if (!isRead || after.role !== 'leader') return premiseFalse;
    if (settingsFrom(facts.options.config).leaseReads) return premiseFalse;
    const name = copyOf(request);
    if (!asked.has(name)) {
      remember(asked, name, { timeUs, term: after.term }, rememberedReads);
    }
    return premiseFalse;
  },
});

function copyOf(call: { client: number; sequence: number; attempt: number }): string {
  return `${nameOf(call)}/${call.attempt}`;
}

function served(
  { node, own, after, facts }: RaftMoment,
  reply: ClientReply,
  reads: Map<string, Asked>,
): Outcome {
  const asked = reads.get(copyOf(reply));
  if (reply.status !== 'ok' || asked === undefined) return premiseFalse;
  // The answer may have been held back until the leadership was over.
  if (after.role !== 'leader' || after.term !== asked.term) return premiseFalse;
  const hears = (member: number): boolean =>
    member === own.member ||
    (facts.nodes[member - 1]?.heardUs.get(asked.term) ?? -1) >= asked.timeUs;
  // Who confirmed it may have been replaced before it was applied up to its index.
  const before = facts.membership.beforeThatOf(own).configuration;
  if (isQuorum(after.configuration, hears) || isQuorum(before, hears)) return held;
  const heard = facts.nodes.filter(({ member }) => hears(member)).length;
  return broken({ nodes: [node], values: { term: asked.term, heard } });
}
