import {
  broken,
  held,
  type Ladder,
  ladder,
  type PlainMoment,
  plainLedger,
  premiseFalse,
  rung,
} from '../../../src/index.ts';
import type { LockMessage } from './lock-messages.ts';
import type { LockNode } from './lock-service.ts';

type Moment = PlainMoment<LockNode, LockMessage>;

const sameState = rung<Moment, Map<number, number>>({
  id: 'K1',
  title: 'same state',
  statement: 'Replicas that have applied the same index have the same state.',
  source: 'Schneider 1990, state machine replication',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['step'],
  ghost: () => new Map(),
  check({ node, state }, hashes) {
    if (state === undefined || state.machine.applied === 0) return premiseFalse;
    const { applied, hash } = state.machine;
    const other = hashes.get(applied) ?? hash;
    hashes.set(applied, other);
    return other === hash ? held : broken({ nodes: [node], values: { applied, hash, other } });
  },
});

interface Fences {
  /** Newest fence that anybody was told, by lock. */
  readonly newest: Map<string, number>;
  /** The same when a node got a question first, and what it knew to be committed then. */
  readonly atQuestion: Map<string, { readonly newest: number; readonly commit: number }>;
  readonly grants: Map<string, number>;
}

const freshAnswers = rung<Moment, Fences>({
  id: 'K2',
  title: 'fresh answers',
  statement: 'A fence is granted to one request, and no look is older than what was told before.',
  source: 'Herlihy and Wing 1990, linearizability',
  kind: 'always',
  owedUnder: 'noticeable damage',
  clientVisible: true,
  watches: ['receive:look', 'send:told'],
  ghost: () => ({ newest: new Map(), atQuestion: new Map(), grants: new Map() }),
  check({ node, message, world }, { newest, atQuestion, grants }) {
    if (message === undefined) return premiseFalse;
    const { request, lock } = message;
    const question = `${node} ${request}`;
    if (message.kind === 'look') {
      const commit = (world.state(node) as LockNode | undefined)?.core?.commit ?? 0;
      // The first copy: a second one may come while the first is answered.
      if (!atQuestion.has(question)) {
        atQuestion.set(question, { newest: newest.get(lock) ?? 0, commit });
      }
      return premiseFalse;
    }
    const { fence } = message as Extract<LockMessage, { kind: 'told' }>;
    const { applied } = (world.state(node) as LockNode).machine;
    const asked = atQuestion.get(question);
    if (asked !== undefined && applied < asked.commit) {
      return broken({ nodes: [node], values: { applied, committed: asked.commit } });
    }
    if (fence === 0) return premiseFalse;
    const least = asked?.newest ?? 0;
    if (fence < least) return broken({ nodes: [node], values: { fence, least } });
    newest.set(lock, Math.max(fence, newest.get(lock) ?? 0));
    if (asked !== undefined) return held;
    const grant = `${lock} ${fence}`;
    const owner = grants.get(grant) ?? request;
    grants.set(grant, owner);
    return owner === request ? held : broken({ nodes: [node], values: { fence, owner, request } });
  },
});

interface Shells {
  /** The newest grant that leaders of a term have told, by term. */
  readonly told: Map<number, number>;
  /** The term that the shell of each node leads. */
  readonly terms: number[];
}

const freshShell = rung<Moment, Shells>({
  id: 'K3',
  title: 'fresh shell',
  statement: 'A shell begins once a term, with everything that earlier leaders have acknowledged.',
  source: 'Ongaro 2014, section 6.4',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['step', 'started', 'send:told'],
  ghost: () => ({ told: new Map(), terms: [] }),
  check({ node, state, message, world }, ghost) {
    if (message?.kind === 'told') {
      const { machine, core } = world.state(node) as LockNode;
      // Who still recovers leads no term; that it answers a look at all is K2's matter.
      if (core === undefined) return premiseFalse;
      const index = machine.grants.get(message.request) ?? 0;
      ghost.told.set(core.term, Math.max(index, ghost.told.get(core.term) ?? 0));
      return premiseFalse;
    }
    const { ledTerm = 0, appliedAtBegin = 0 } = state?.service ?? {};
    const before = ghost.terms[node] ?? 0;
    ghost.terms[node] = ledTerm;
    if (ledTerm === 0 || ledTerm === before) return premiseFalse;
    const now = state?.core?.term ?? 0;
    let told = 0;
    // Who applies late may begin beside a leader of a later term.
    for (const [term, index] of ghost.told) if (term < now && index > told) told = index;
    const ownTerm = state?.core?.log.term(appliedAtBegin) === now;
    return before === 0 && ownTerm && appliedAtBegin >= told
      ? held
      : broken({ nodes: [node], values: { before, ledTerm, appliedAtBegin, told } });
  },
});

const ownTicks = rung<Moment>({
  id: 'K4',
  title: 'ticks of the leader',
  statement: 'Every tick in the log was sent by the shell of the term that it stands in.',
  source: 'src/systems/raft/replicated-machine.ts',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['step'],
  check({ node, state }) {
    if (state === undefined || state.machine.ticks === 0) return premiseFalse;
    const { staleTicks, ticks } = state.machine;
    return staleTicks === 0 ? held : broken({ nodes: [node], values: { staleTicks, ticks } });
  },
});

const learnerFollows = rung<Moment>({
  id: 'K5',
  title: 'the learner follows',
  statement:
    'When the storm is over, the learner has applied all but the last entries, and led never.',
  source: 'src/systems/raft/replicated-machine.ts',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  watches: ['end'],
  check({ world }) {
    const nodes = [0, 1, 2, 3].map((node) => world.state(node) as LockNode | undefined);
    const learner = nodes[3];
    // A disk that was found empty, for one: who remembers nothing takes no part.
    if (learner?.phase !== 'running') return premiseFalse;
    const newest = Math.max(...nodes.map((node) => node?.machine.applied ?? 0));
    const { applied, restored } = learner.machine;
    const { followed, lastFollowed, ledTerm } = learner.service;
    const isToldAll = restored > 0 || followed === applied;
    const isNear = applied >= newest - 20 && (lastFollowed === applied || restored > 0);
    if (isNear && isToldAll && ledTerm === 0) return held;
    return broken({ nodes: [3], values: { applied, newest, followed, lastFollowed, ledTerm } });
  },
});

export const lockLadder: Ladder = ladder({
  name: 'locks',
  ghost: plainLedger<LockNode, LockMessage>(),
  rungs: [sameState, freshAnswers, freshShell, ownTicks, learnerFollows],
});
