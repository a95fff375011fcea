import { broken, held, premiseFalse, rung } from '../../src/index.ts';
import { agreedLeader } from './agreed-leader.ts';
import type { RaftFacts, RaftMoment } from './moment.ts';
import type { NodeLedger } from './node-ledger.ts';
import { progressIsOwed } from './progress-window.ts';

/** A wait that is longer than the pause between two looks. */
const contestedUs = 120_000;

/** A wish that has to come true again and again while a stable core lasts. */
interface Wish {
  /** When it was last true, or not owed. */
  goodUs: number;
}

/** How long a wish has been owed and not come true. */
function waitedUs({ core, excusedUs, world }: RaftFacts, wish: Wish): number {
  if (core.sinceUs < 0) return -1;
  return world.timeUs - Math.max(core.sinceUs, excusedUs, wish.goodUs);
}

export const oneStableLeader = rung<RaftMoment, Wish>({
  id: 'I48',
  title: 'a leader is found',
  statement: 'A stable core agrees on a leader that leads, within a dozen election time-outs.',
  source: 'virtraft2; heal phase of TigerBeetle and openraft',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  watches: ['pulse'],
  ghost: () => ({ goodUs: 0 }),
  check({ facts, timeUs }, wish) {
    const waited = waitedUs(facts, wish);
    if (!progressIsOwed(facts)) {
      wish.goodUs = timeUs;
      return premiseFalse;
    }
    if (agreedLeader(facts) >= 0) {
      wish.goodUs = timeUs;
      // A leader that was there all the time proves nothing.
      return waited > contestedUs ? held : premiseFalse;
    }
    if (waited < facts.pace.windowUs) return premiseFalse;
    const members = facts.core.members();
    const leaders = facts.nodes.filter(({ view }) => view.role === 'leader').length;
    return broken({ nodes: members, values: { waitedUs: waited, leaders } });
  },
});

/** Looks of the past, from the youngest that is as old as the window on; one column a node. */
interface Past {
  readonly times: number[];
  readonly lasts: number[];
  readonly applied: number[][];
  /** By node: when a leader led last that it could not talk to, or that was not sound itself. */
  readonly remoteUs: number[];
}

export const commitsArrive = rung<RaftMoment, Past>({
  id: 'I49',
  title: 'everybody catches up',
  statement:
    'A node attached to a stable core and its leader applies what was committed a while ago, or a good deal of it.',
  source: 'settle phase of openraft and TigerBeetle',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  watches: ['pulse'],
  ghost: () => ({ times: [], lasts: [], applied: [], remoteUs: [] }),
  check({ facts, timeUs }, past) {
    const { core, attached, nodes, pace } = facts;
    const sinceUs = timeUs - pace.windowUs;
    look(facts, timeUs, sinceUs, past);
    const owed = past.lasts[0] as number;
    const calmUs = Math.max(core.sinceUs, facts.excusedUs, past.times[0] as number);
    if (core.sinceUs < 0 || calmUs > sinceUs) return premiseFalse;
    if (!progressIsOwed(facts)) return premiseFalse;
    for (const [node, attachedUs] of attached.sinceUs.entries()) {
      if (attachedUs < 0 || attachedUs > sinceUs || (past.remoteUs[node] ?? -1) > sinceUs) continue;
      const applied = nodes[node]?.view.applied ?? 0;
      if (applied >= owed) continue;
      const advanced = applied - (past.applied[0]?.[node] ?? 0);
      if (advanced >= pace.leastCaughtUp) continue;
      return broken({ nodes: [node], values: { applied, owed, advanced } });
    }
    return owed > 0 ? held : premiseFalse;
  },
});

function look(facts: RaftFacts, timeUs: number, sinceUs: number, past: Past): void {
  const { times, lasts, applied, remoteUs } = past;
  times.push(timeUs);
  lasts.push(facts.canonical.last);
  applied.push(facts.nodes.map(({ view }) => view.applied));
  while ((times[1] ?? timeUs) <= sinceUs) {
    times.shift();
    lasts.shift();
    applied.shift();
  }
  const leader = agreedLeader(facts);
  if (leader < 0) return;
  const { world, core, attached } = facts;
  // A leader outside the core, that is slow for example, brings entries as slowly as it likes.
  const isSound = core.has(leader) || (attached.sinceUs[leader] as number) >= 0;
  for (const { index } of facts.nodes) {
    const meet = isSound && world.linkFair(index, leader) && world.linkFair(leader, index);
    if (index !== leader && !meet) remoteUs[index] = timeUs;
  }
}

/** The terms of a while, and how often a leader has asked another node to begin one in it. */
interface Terms {
  sinceUs: number;
  term: number;
  transfers: number;
}

export const termsSettle = rung<RaftMoment, Terms>({
  id: 'I50',
  title: 'terms settle',
  statement:
    'While all nodes are attached to a stable core, terms grow no faster than elections can lose and leaders give way.',
  source: 'bounded term growth of turmoil tests in openraft',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  watches: ['pulse', 'send:timeout-now'],
  ghost: () => ({ sinceUs: -1, term: 0, transfers: 0 }),
  check({ facts, timeUs, message }, window) {
    if (message !== undefined) {
      window.transfers += 1;
      return premiseFalse;
    }
    const { core, attached, nodes, membership, pace } = facts;
    const members = nodes.filter(({ index }) => membership.isMember(index));
    // A node that recovers has not read its term yet, and has not entered it anew either.
    const termOf = ({ view, durable }: NodeLedger) => Math.max(view.term, durable.term);
    const highest = members.reduce((most, node) => Math.max(most, termOf(node)), 0);
    const isWhole =
      core.sinceUs >= 0 &&
      members.every(({ index }) => (attached.sinceUs[index] as number) >= 0) &&
      progressIsOwed(facts);
    if (!isWhole) {
      window.sinceUs = -1;
      return premiseFalse;
    }
    if (window.sinceUs < Math.max(...attached.sinceUs)) {
      window.sinceUs = timeUs;
      window.term = highest;
      window.transfers = 0;
    }
    const lengthUs = timeUs - window.sinceUs;
    if (lengthUs < pace.windowUs) return premiseFalse;
    const grown = highest - window.term;
    const bound = 4 + window.transfers + (2 * lengthUs) / pace.roundUs;
    window.sinceUs = timeUs;
    window.term = highest;
    window.transfers = 0;
    if (grown <= bound) return held;
    return broken({ nodes: core.members(), values: { grown, bound } });
  },
});

export const callsEnd = rung<RaftMoment>({
  id: 'I51',
  title: 'calls end',
  statement: 'Every call of a client is resolved: it ends as ok, as failed, or as unknown.',
  source: 'openraft@43dd8b6f; turmoil tests of openraft',
  kind: 'eventually',
  owedUnder: 'any damage',
  clientVisible: true,
  watches: ['end'],
  check({ facts, timeUs }) {
    const history = facts.options.history as Partial<OpenCalls> | undefined;
    if (history?.invokedUs === undefined || history.completedUs === undefined) return premiseFalse;
    const graceUs = callGraceUs(facts);
    let outcome = premiseFalse;
    for (const [call, invokedUs] of history.invokedUs.entries()) {
      if (invokedUs > timeUs - graceUs) break;
      outcome = held;
      if ((history.completedUs[call] as number) >= 0) continue;
      return broken({ nodes: [], values: { waitedUs: timeUs - invokedUs } });
    }
    return outcome;
  },
});

/** The columns of the workload's history that tell which calls are open. */
interface OpenCalls {
  readonly invokedUs: readonly number[];
  readonly completedUs: readonly number[];
}

/** Longer than any client waits before it gives up. */
function callGraceUs({ options }: RaftFacts): number {
  const giveUpUs = options.config['clients.giveUpUs'];
  return 2_000_000 + 2 * (typeof giveUpUs === 'number' ? giveUpUs : 2_000_000);
}

/** A wish about a leader: another one, or one whom nobody finds, begins anew. */
interface Service extends Wish {
  leader: number;
}

export const writesAreServed = rung<RaftMoment, { calls: Service; writes: Service }>({
  id: 'I53',
  title: 'calls are served',
  statement:
    'While clients that reach a whole stable core keep asking, and its leader if there is one, some call is answered, and some write.',
  source: 'Raft, section 5.4; availability oracle of virtraft2',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  clientVisible: true,
  watches: ['pulse'],
  ghost: () => ({ calls: { goodUs: 0, leader: -1 }, writes: { goodUs: 0, leader: -1 } }),
  check({ facts, timeUs }, { calls, writes }) {
    const { core, clients, pace } = facts;
    const { windowUs } = pace;
    const leader = agreedLeader(facts);
    // One outside the core that keeps its quorum may be as slow as its links and its disk.
    const leadsFromCore = leader < 0 || core.has(leader);
    const isOwed = core.sinceUs >= 0 && leadsFromCore && progressIsOwed(facts);
    const found = facts.nodes[leader];
    const asked = [
      {
        wish: calls,
        askedUs: clients.askedUs,
        foundUs: found?.askedUs,
        servedUs: clients.servedUs,
        what: 'call',
      },
      {
        wish: writes,
        askedUs: clients.writeAskedUs,
        foundUs: found?.writeAskedUs,
        servedUs: clients.wroteUs,
        what: 'write',
      },
    ];
    let outcome = premiseFalse;
    for (const { wish, askedUs, foundUs = timeUs, servedUs, what } of asked) {
      // Clients look for the leader, and that may take them long.
      const isFound = leader === wish.leader && timeUs - foundUs <= windowUs / 4;
      wish.leader = leader;
      if (!isOwed || !isFound || !isAsked(facts, askedUs, timeUs, windowUs)) {
        wish.goodUs = timeUs;
        continue;
      }
      wish.goodUs = Math.max(wish.goodUs, servedUs);
      if (waitedUs(facts, wish) >= windowUs) {
        return broken({ nodes: core.members(), values: { what, leader: leader >= 0 } });
      }
      if (servedUs > core.sinceUs) outcome = held;
    }
    return outcome;
  },
});

/** Whether a client that reaches all of the core both ways has an open call and asked of late. */
function isAsked(
  { core, world }: RaftFacts,
  asked: ReadonlyMap<number, number>,
  timeUs: number,
  windowUs: number,
): boolean {
  const members = core.members();
  for (const [client, askedUs] of asked) {
    if (timeUs - askedUs > windowUs / 4) continue;
    const reaches = members.every(
      (node) => world.linkFair(client, node) && world.linkFair(node, client),
    );
    if (reaches) return true;
  }
  return false;
}
