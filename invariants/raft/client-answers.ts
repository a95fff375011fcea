import { broken, held, premiseFalse, rung } from '../../src/index.ts';
import type { ClientReply } from '../../src/systems/raft/kv-messages.ts';
import type { RaftMoment } from './moment.ts';
import { holders, isKept } from './quorum.ts';

export const ackIsCommitted = rung<RaftMoment>({
  id: 'I41',
  title: 'acknowledged writes stay',
  statement:
    'A write that is answered with ok is committed at the index it names, and stays there.',
  source: 'client oracle of openraft; Jepsen NATS 2.12.1',
  kind: 'always',
  owedUnder: 'noticeable damage',
  clientVisible: true,
  watches: ['send:reply', 'end'],
  check(moment) {
    const { node, message, facts } = moment;
    if (message === undefined) return stillHeld(moment);
    const reply = message as ClientReply;
    const { status, client, sequence, index } = reply;
    if (status !== 'ok' || !facts.clients.isOpenWrite(reply)) return premiseFalse;
    const effect = facts.machine.effect(index);
    if (index <= facts.canonical.chain.base) return premiseFalse;
    if (effect?.client === client && effect.sequence === sequence) return held;
    const there = effect === undefined ? 'nothing' : 'another call';
    return broken({ nodes: [node], values: { index, there, committed: facts.canonical.last } });
  },
});

function stillHeld({ facts }: RaftMoment) {
  const { clients, canonical, options, nodes } = facts;
  const index = Math.min(clients.ackedIndex, canonical.last);
  if (index <= canonical.chain.base) return premiseFalse;
  // Where disks may be lost beyond any bound, the last copies may be; answers must be right even so.
  if (options.anyNumber === true && nodes.some(({ lostDisk }) => lostDisk)) return premiseFalse;
  const found = holders(facts, index, canonical.chain.prefix(index));
  if (isKept(facts, found)) return held;
  return broken({ nodes: found, values: { index, holders: found.length } });
}

export const readsAreFresh = rung<RaftMoment>({
  id: 'I42',
  title: 'reads are fresh',
  statement:
    'A linearizable read is served at or above every index that was answered before it began.',
  source: 'client oracle of openraft; dissertation of Ongaro, section 6.4',
  kind: 'always',
  owedUnder: 'noticeable damage',
  clientVisible: true,
  watches: ['send:reply'],
  check({ node, message, state, facts }) {
    const reply = message as ClientReply;
    if (reply.status !== 'ok' || state === undefined) return premiseFalse;
    const floor = facts.clients.floorOf(reply);
    if (floor <= 0) return premiseFalse;
    const { applied } = state.machine;
    if (reply.index >= floor && applied >= reply.index) return held;
    return broken({ nodes: [node], values: { answered: floor, served: reply.index, applied } });
  },
});

export const failureIsFinal = rung<RaftMoment>({
  id: 'I44',
  title: 'failures are final',
  statement: 'A call that was refused for ever is never committed.',
  source: 'redisraft#23',
  kind: 'always',
  owedUnder: 'noticeable damage',
  clientVisible: true,
  watches: ['chain'],
  check({ node, facts }) {
    const { clients, machine, canonical } = facts;
    if (!clients.hasRefused) return premiseFalse;
    for (let index = canonical.grownFrom; index <= canonical.last; index += 1) {
      const effect = machine.effect(index);
      if (effect === undefined || !clients.isRefused(effect)) continue;
      const { client, sequence } = effect;
      return broken({ nodes: [node], values: { index, client, sequence } });
    }
    return held;
  },
});
