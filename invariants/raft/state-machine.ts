import { broken, hashText, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import type { RaftStateReader } from '../../src/systems/raft/view.ts';
import { type Effect, stateHash } from './machine-model.ts';
import type { RaftMoment } from './moment.ts';

/** What a rung says about the effect of one entry on one node. */
type Compare = (
  moment: RaftMoment,
  state: RaftStateReader,
  index: number,
  effect: Effect,
) => Outcome;

/**
 * Compares a node with the model for each entry that this step applied. Only the last touch of a
 * key, or of a session, can be seen after a batch; the step before it is judged by its successor,
 * and nothing is left to see of a session that a later entry of the batch has expired.
 */
function eachApplied(moment: RaftMoment, touched: (effect: Effect) => unknown, compare: Compare) {
  const { state, before, facts } = moment;
  if (state === undefined || before.phase !== 'running') return premiseFalse;
  const { applied } = state.machine;
  let outcome = premiseFalse;
  let seen: Set<unknown> | undefined;
  for (let index = applied; index > before.applied; index -= 1) {
    const effect = facts.machine.effect(index);
    if (effect === undefined || effect.client === 0) continue;
    if (applied - before.applied > 1) {
      seen ??= new Set();
      if (effect.expired !== 0) seen.add(effect.expired);
      if (seen.has(touched(effect))) continue;
      seen.add(touched(effect));
    }
    const one = compare(moment, state, index, effect);
    if (one.kind === 'broken') return one;
    if (one === held) outcome = held;
  }
  return outcome;
}

const keyOf = ({ key }: Effect): string => key;
const clientOf = ({ client }: Effect): number => client;

export const stateMachineSafety = rung<RaftMoment>({
  id: 'I38',
  title: 'state machine safety',
  statement: 'After an entry is applied, every node has the value that the committed chain gives.',
  source: 'Raft, figure 3',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['applied', 'recovered'],
  check(moment) {
    const { node, state, before, after, facts } = moment;
    if (state === undefined || after.phase !== 'running') return premiseFalse;
    const { applied } = state.machine;
    const arrived = facts.machine.effect(applied);
    // Over a gap only a snapshot leads, and then the whole state is new.
    if (before.applied + 1 < after.firstIndex && arrived !== undefined) {
      const hash = stateHash(state.machine);
      if (hash === arrived.state) return held;
      const values = { applied, state: hashText(hash), canonical: hashText(arrived.state) };
      return broken({ nodes: [node], values });
    }
    return eachApplied(moment, keyOf, compareValue);
  },
});

const compareValue: Compare = ({ node }, state, index, { key, value }) => {
  const found = state.machine.values.get(key);
  if (found === value) return held;
  const values = { index, key, found: clipped(found), canonical: clipped(value) };
  return broken({ nodes: [node], values });
};

/** Values of clients can be long; their ends differ first. */
function clipped(value: string | undefined): string | null {
  if (value === undefined) return null;
  return value.length <= 60 ? value : `${value.slice(0, 20)}...${value.slice(-37)}`;
}

export const exactlyOnce = rung<RaftMoment>({
  id: 'I39',
  title: 'exactly once',
  statement:
    'A call that is in the log twice changes the state once, and its session keeps the first answer.',
  source: 'dissertation of Ongaro, section 6.3',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['applied'],
  check: (moment) => eachApplied(moment, clientOf, compareRepeated),
});

export const sessionsAgree = rung<RaftMoment>({
  id: 'I40',
  title: 'sessions agree',
  statement: 'Nodes that have applied the same entries have the same session for each client.',
  source: 'logcabin@445f383',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['applied'],
  check: (moment) => eachApplied(moment, clientOf, compareSession),
});

const compareSession: Compare = ({ node }, state, index, { client, session }) => {
  const found = state.machine.sessions.get(client);
  const isSame =
    found?.sequence === session?.sequence &&
    found?.index === session?.index &&
    found?.swapped === session?.swapped;
  if (isSame) return held;
  return broken({
    nodes: [node],
    values: {
      index,
      found: found === undefined ? 'none' : { ...found },
      canonical: session ?? 'none',
    },
  });
};

const compareRepeated: Compare = (moment, state, index, effect) =>
  effect.first ? premiseFalse : compareSession(moment, state, index, effect);
