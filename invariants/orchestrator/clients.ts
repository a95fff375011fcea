import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import type { CallDone } from '../../src/systems/orchestrator/messages/client-messages.ts';
import { remember } from '../raft/remember.ts';
import type { OrchestratorMoment } from './moment.ts';
import { eventHash } from './story-of-objects.ts';

export const answersAreCommitted = rung<OrchestratorMoment>({
  id: 'S26',
  title: 'durability',
  statement:
    'What a client was told is done is in the committed log at the index that it was told, as its own request and with that answer.',
  source: 'Herlihy and Wing 1990; Nomad #8435 (N21)',
  kind: 'always',
  owedUnder: 'noticeable damage',
  clientVisible: true,
  watches: ['answered'],
  check({ facts, answer, call, node }): Outcome {
    if (answer === undefined || call === undefined) return premiseFalse;
    const { index, reply } = answer;
    // What is refused at the door never was in the log.
    if (index === 0 && reply?.kind === 'refused') return premiseFalse;
    const entry = facts.oracle.at(index);
    const values = { index, command: call.command, session: call.session };
    if (entry === undefined) return broken({ nodes: [node], values: { ...values, entry: 'none' } });
    const isOwn = entry.session === call.session && entry.sequence === call.sequence;
    if (!isOwn) {
      const of = `${entry.session}/${entry.sequence}`;
      return broken({ nodes: [node], values: { ...values, sequence: call.sequence, of } });
    }
    const said = JSON.stringify(reply);
    const found = JSON.stringify(entry.reply);
    return said === found ? held : broken({ nodes: [node], values: { ...values, said, found } });
  },
});

/** The answer to each request, by client, session and sequence. */
type Answers = Map<string, string>;

const rememberedAnswers = 8_192;

export const sameAnswer = rung<OrchestratorMoment, Answers>({
  id: 'S27A',
  title: 'one answer',
  statement: 'A request that is asked again has the same answer, from every leader.',
  source: 'hashicorp/raft#562 (M5); SwarmKit 18869b968 (K24)',
  kind: 'always',
  owedUnder: 'noticeable damage',
  // As they are sent: a client that has one answer does not ask again, so it hardly ever gets two.
  watches: ['send:call-done'],
  ghost: () => new Map(),
  check({ facts, message, peer, node }, answers): Outcome {
    const answer = message as CallDone;
    const call = facts.asks.call(answer.request, peer);
    if (call === undefined || call.session === 0) return premiseFalse;
    if (answer.reply === null || answer.index === 0) return premiseFalse;
    const { reply } = answer;
    if (reply.kind === 'refused' && (reply.why === 'no-session' || reply.why === 'stale')) {
      return premiseFalse;
    }
    const name = `${peer}/${call.session}/${call.sequence}`;
    const said = JSON.stringify([reply, answer.token]);
    const before = answers.get(name);
    remember(answers, name, said, rememberedAnswers);
    if (before === undefined) return premiseFalse;
    return before === said ? held : broken({ nodes: [node], values: { name, before, said } });
  },
});

export const readsAreFresh = rung<OrchestratorMoment>({
  id: 'S30',
  title: 'no time travel',
  statement:
    'A read is as of an index that is committed and not below what its client asked for, a fresh one not below anything that anybody was told before; it says what was there at that index.',
  source: 'Sieve, OSDI 2022; kubernetes#59848 (B1); Nomad, index-based reads',
  kind: 'always',
  owedUnder: 'noticeable damage',
  clientVisible: true,
  watches: ['told'],
  check({ facts, told, ask: open, node }): Outcome {
    if (told === undefined || open === undefined) return premiseFalse;
    const { ask, floor } = open;
    const { index, answer } = told;
    const least = ask.fresh ? Math.max(floor, ask.minIndex) : ask.minIndex;
    const values = { query: ask.query.kind, index, least };
    if (index < least || index > facts.oracle.last) return broken({ nodes: [node], values });
    if (ask.query.kind !== 'service' || answer === null) return held;
    const { name } = ask.query;
    const id = facts.objects.named(name, index);
    if (answer.kind === 'none') {
      return id === '' ? held : broken({ nodes: [node], values: { ...values, name, is: id } });
    }
    if (answer.kind !== 'service') return held;
    const version = facts.objects.version(answer.id, index);
    if (answer.id === id && answer.service.version === version) return held;
    const said = [answer.id, answer.service.version];
    return broken({ nodes: [node], values: { ...values, name, said, is: [id, version] } });
  },
});

export const eventsAreWhole = rung<OrchestratorMoment>({
  id: 'S28',
  title: 'events',
  statement:
    'A subscriber hears of every change after the index that it names, in the order of the log and once, or is told of the gap.',
  source: 'Warren, a broker that drops (W21); kubernetes, 410 Gone; cassandra-operator#398 (O3)',
  kind: 'always',
  owedUnder: 'noticeable damage',
  clientVisible: true,
  watches: ['watched'],
  check({ facts, watched, watch: open, node }): Outcome {
    if (watched === undefined || open === undefined) return premiseFalse;
    const { from, to, gap, events } = watched;
    const { after } = open.watch;
    const values = { after, from, to, gap };
    if (to > facts.oracle.last) return broken({ nodes: [node], values });
    if (gap ? from <= after : from !== after) return broken({ nodes: [node], values });
    let last = from;
    let sum = 0;
    for (const { index, table, id } of events) {
      const isNext = index >= last && index > from && index <= to;
      if (!isNext) return broken({ nodes: [node], values: { ...values, index } });
      last = index;
      sum = (sum + eventHash(table, id)) >>> 0;
    }
    const expected = facts.objects.events(from, to);
    if (events.length === expected.count && sum === expected.sum) {
      return events.length > 0 ? held : premiseFalse;
    }
    const told = { events: events.length, expected: expected.count };
    return broken({ nodes: [node], values: { ...values, ...told } });
  },
});
