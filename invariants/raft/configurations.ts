import { broken, held, premiseFalse, rung } from '../../src/index.ts';
import type { Configuration, Member } from '../../src/systems/raft/types.ts';
import { sameConfiguration } from './membership.ts';
import type { RaftMoment } from './moment.ts';
import { progressIsOwed } from './progress-window.ts';
import { isQuorum } from './quorum.ts';

/** A configuration in a few letters: `1 2 3`, joint ones as `2 3 4 + 1 2 3`. */
function shown({ voters, outgoing, learners }: Configuration): string {
  const joint = outgoing.length === 0 ? '' : ` + ${outgoing.join(' ')}`;
  return `${voters.join(' ')}${joint}${learners.length === 0 ? '' : ` (${learners.join(' ')})`}`;
}

export const configurationOfTheLog = rung<RaftMoment>({
  id: 'I29',
  title: 'members by the log',
  statement:
    'A node acts by the last configuration in its log, committed or not, or by that of its snapshot.',
  source: 'Raft, section 6; configuration manager of LogCabin; redisraft#44',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['configuration', 'log', 'recovered'],
  check({ node, own, after, facts }) {
    if (after.phase !== 'running') return premiseFalse;
    const { base } = own.log.chain;
    // Who has lost the canonical past in its log is told of by other rungs.
    if (base > facts.canonical.last) return premiseFalse;
    const expected = facts.membership.ofNode(own);
    if (sameConfiguration(expected.configuration, after.configuration)) {
      return expected.index > 0 ? held : premiseFalse;
    }
    const values = {
      inForce: shown(after.configuration),
      inTheLog: shown(expected.configuration),
      index: expected.index,
    };
    return broken({ nodes: [node], values });
  },
});

/** Whether a leader appended a configuration in the step that is looked at. */
export function hasProposed({ own, before, after }: RaftMoment): boolean {
  if (after.role !== 'leader' || before.role !== 'leader') return false;
  const { places } = own.configurations;
  const newest = places[places.length - 1];
  return newest !== undefined && newest.index > before.lastIndex;
}

export const oneChangeAtATime = rung<RaftMoment>({
  id: 'I30',
  title: 'one change at a time',
  statement:
    'A leader appends a configuration only when the one before is committed, and one whose quorums meet its; a joint one is followed by its new half.',
  source: 'MaxOneReconfigurationAtATime of Vanlightly; dissertation, sections 4.1 and 4.3',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['log'],
  check(moment) {
    if (!hasProposed(moment)) return premiseFalse;
    const { node, own, after, facts } = moment;
    const previous = facts.membership.beforeThatOf(own);
    const next = facts.membership.ofNode(own);
    if (previous.index > after.commit) {
      const values = { index: next.index, before: previous.index, commit: after.commit };
      return broken({ nodes: [node], values });
    }
    if (mayFollow(previous.configuration, next.configuration)) return held;
    const values = { from: shown(previous.configuration), to: shown(next.configuration) };
    return broken({ nodes: [node], values });
  },
});

/** Whether one configuration may come right behind another. */
function mayFollow(before: Configuration, next: Configuration): boolean {
  if (before.outgoing.length > 0) return sameConfiguration(newHalf(before), next);
  return meet(before, next);
}

/** What is left of a joint configuration; who voted in its old half only, may go on as learner. */
function newHalf({ voters, learners, learnersNext }: Configuration): Configuration {
  const all = [...learners, ...learnersNext].sort((a, b) => a - b);
  return { voters, outgoing: [], learners: all, learnersNext: [], autoLeave: false };
}

/** Whether no quorum of one configuration can do without all of a quorum of the other. */
function meet(a: Configuration, b: Configuration): boolean {
  const members = [...new Set([...a.voters, ...a.outgoing, ...b.voters, ...b.outgoing])];
  for (let set = 0; set < 1 << members.length; set += 1) {
    const isIn = (member: Member) => ((set >> members.indexOf(member)) & 1) === 1;
    if (isQuorum(a, isIn) && isQuorum(b, (member) => !isIn(member))) return false;
  }
  return true;
}

export const changeAfterCommit = rung<RaftMoment>({
  id: 'I31',
  title: 'change after a commit',
  statement: 'A leader appends a configuration only when an entry of its own term is committed.',
  source: 'Ongaro, bug in single-server membership changes, 2015',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['log'],
  check(moment) {
    if (!hasProposed(moment)) return premiseFalse;
    const { node, own, after } = moment;
    const { commit, term } = after;
    const committedTerm = own.log.chain.term(commit);
    if (committedTerm === term) return held;
    return broken({ nodes: [node], values: { term, commit, committedTerm } });
  },
});

export const jointIsLeft = rung<RaftMoment, { sinceUs: number; index: number }>({
  id: 'I33',
  title: 'joint configurations end',
  statement:
    'A joint configuration that leaves by itself is left while a stable core has a leader that stays.',
  source: 'joint consensus of openraft; etcd#12137; rethinkdb#4234',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  watches: ['pulse'],
  ghost: () => ({ sinceUs: -1, index: -1 }),
  check({ facts, timeUs }, wait) {
    const { core, membership, pace } = facts;
    const { index, configuration } = membership.committed;
    const isWaiting = configuration.outgoing.length > 0 && configuration.autoLeave;
    if (!isWaiting || core.sinceUs < 0 || !progressIsOwed(facts)) {
      const wasLeft = wait.sinceUs >= 0 && !isWaiting;
      wait.sinceUs = -1;
      return wasLeft ? held : premiseFalse;
    }
    if (wait.sinceUs < 0 || wait.index !== index) {
      wait.sinceUs = timeUs;
      wait.index = index;
    }
    const waitedUs = timeUs - Math.max(wait.sinceUs, core.sinceUs);
    if (waitedUs < pace.windowUs) return premiseFalse;
    return broken({
      nodes: core.members(),
      values: { index, waitedUs, joint: shown(configuration) },
    });
  },
});
