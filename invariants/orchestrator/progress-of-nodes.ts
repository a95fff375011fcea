import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import type { ManagerNode } from '../../src/systems/orchestrator/manager/manager-component.ts';
import type { Beat } from '../../src/systems/orchestrator/messages/worker-messages.ts';
import type { Strategy } from '../../src/systems/orchestrator/specs/update-config.ts';
import { fencedAfterUs } from '../../src/systems/orchestrator/timings.ts';
import type { Worker } from '../../src/systems/orchestrator/worker/worker.ts';
import { allMembers } from '../../src/systems/raft/quorum.ts';
import { boundsOf, longestStopUs, quietUs, workersOf } from './bounds.ts';
import type { OrchestratorFacts, OrchestratorMoment } from './moment.ts';
import { isOnNode } from './task-words.ts';
import { timingsOf } from './timings-of.ts';

/** Virtual time that an election and finding its winner may take. */
const failoverUs = 4_000_000;
/** From then on: with so many tries some of them get through whatever noise stays. */
const answeredUs = 5_000_000;
/** A client that goes on asking has asked again by then. */
const askedAgainUs = 2_000_000;

export const requestsAreAnswered = rung<OrchestratorMoment>({
  id: 'L1',
  title: 'served again',
  statement:
    'In quiet weather managers serve again within 10 s: no request that its client goes on asking waits longer, unless a manager that is not in their group unseats leaders without pre-votes.',
  source: 'Warren, PRD: failover below 10 s; SwarmKit 01415556f (K26)',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  clientVisible: true,
  watches: ['pulse'],
  check({ facts, timeUs }): Outcome {
    const { asks, barrierUs, healedUs } = facts;
    const servedUs = healedUs + failoverUs;
    if (!(timeUs > servedUs)) return premiseFalse;
    if (timeUs - barrierUs < answeredUs && mayBeUnseated(facts)) return premiseFalse;
    for (const [request, { sinceUs, lastUs }] of asks.waiting) {
      // Its client has given up, or begun anew.
      if (timeUs - lastUs > askedAgainUs) continue;
      const waitedUs = timeUs - Math.max(sinceUs, servedUs);
      if (waitedUs > answeredUs) return broken({ nodes: [], values: { request, waitedUs } });
    }
    return asks.answeredUs > healedUs ? held : premiseFalse;
  },
});

/**
 * Without pre-votes a manager that was taken out of the group, and does not know, may unseat leaders
 * for ever; where all of them are in it nobody does.
 */
function mayBeUnseated({ world, leader, options }: OrchestratorFacts): boolean {
  if (options.config['raft.preVote'] !== false) return false;
  const leads = leader === undefined ? undefined : world.state(leader.node);
  const { core } = (leads ?? {}) as Partial<ManagerNode>;
  if (core === undefined) return true;
  const members = allMembers(core.configuration);
  for (let node = 0; node < world.serverCount; node += 1) {
    const isManager = world.component(node).name === 'orchestrator-manager';
    if (isManager && !members.includes(node + 1)) return true;
  }
  return false;
}

/** Each message that a network takes costs a call's time and a longer wait. */
const lossUs = 4_000_000;

function lostUs({ options: { config } }: OrchestratorFacts): number {
  const rates = ['net.lossPerMillion', 'net.corruptPerMillion'];
  return rates.some((path) => config[path] !== 0) ? lossUs : 0;
}

/** Since when each worker has had no session. */
type CutOff = Map<number, number>;

export const workersHaveSessions = rung<OrchestratorMoment, CutOff>({
  id: 'L2',
  title: 'sessions',
  statement:
    'In quiet weather every worker has a session with the leader within the bound, unless its certificate is over by the log and by the clock of the leader.',
  source: 'Warren, one manager address (W3); SwarmKit, session backoff of 8 s',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  watches: ['pulse'],
  ghost: () => new Map(),
  check({ facts, timeUs }, cutOff): Outcome {
    const bounds = boundsOf(facts);
    const { members, oracle, world } = facts;
    if (bounds === undefined || oracle.state === undefined) return premiseFalse;
    let outcome: Outcome = premiseFalse;
    for (const [node, { core }] of workersOf(facts)) {
      const row = oracle.state.nodes.get(members.idOf(node));
      const lapsed = isLapsed(facts, core);
      // What has not joined yet needs a token that somebody makes.
      if (
        row === undefined ||
        lapsed ||
        world.metIoError(node) ||
        (core.connected && row.status === 'up')
      ) {
        cutOff.delete(node);
        if (row !== undefined) outcome = held;
        continue;
      }
      const sinceUs = cutOff.get(node) ?? timeUs;
      cutOff.set(node, sinceUs);
      const forUs = Math.min(timeUs - sinceUs, quietUs(facts, timeUs));
      if (forUs > bounds.sessionUs + lostUs(facts)) {
        const values = { node: members.idOf(node), connected: core.connected, forUs };
        return broken({ nodes: [node], values });
      }
    }
    return outcome;
  },
});

/**
 * Its certificate is over by the time of the log and by the clock of whoever leads: where that is
 * wrong by more than the life of a certificate, and for good, somebody has to put it right first.
 */
function isLapsed({ oracle, leader, world }: OrchestratorFacts, core: Worker['core']): boolean {
  const { current } = core.state.member.identity;
  const leadsUs = leader === undefined ? 0 : world.wallUs(leader.node);
  const nowUs = Math.min(oracle.state!.timeUs, leadsUs) - core.options.timings.skewUs;
  return nowUs > (current?.certificate.notAfterUs ?? Number.NEGATIVE_INFINITY);
}

/** When each node was heard last, by the sessions that managers have given. */
interface Heard {
  /** By the name of the session. */
  readonly sessions: Map<string, string>;
  /** By node: its newest session, and when beats of it came, the newest last. */
  readonly beats: Map<string, { session: string; timesUs: number[] }>;
}

const rememberedBeats = 32;

export const beatsKeepNodesUp = rung<OrchestratorMoment, Heard>({
  id: 'L3',
  title: 'never down while it beats',
  statement:
    'A node is found to be down only when the leader has heard no beat of it for as long as it grants, and a new leader grants all of that anew.',
  source: 'Warren, old heartbeats judged by a new leader (W4); Nomad #24241 (N18)',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['send:session', 'receive:beat', 'chain'],
  ghost: () => ({ sessions: new Map(), beats: new Map() }),
  check({ facts, message, manager, timeUs }, heard): Outcome {
    if (message?.kind === 'session') {
      const { session, node } = message as unknown as { session: string; node: string };
      // One that is told again was not begun again: a copy of an old question is no sign of life.
      if (heard.sessions.has(session)) return premiseFalse;
      heard.sessions.set(session, node);
      // What is sent may have been held back for a while: it was heard when it was committed.
      const heardUs = facts.members.registeredUs(node);
      heard.beats.set(node, { session, timesUs: [Math.min(timeUs, heardUs)] });
      return premiseFalse;
    }
    if (message?.kind === 'beat') {
      const { session } = message as Beat;
      const known = heard.beats.get(heard.sessions.get(session) ?? '');
      // Only of a leader, and of the newest session: others are turned away.
      const leads = manager?.service.leader?.lead.term === Number(session.split('-')[0]);
      if (known?.session !== session || !leads) return premiseFalse;
      known.timesUs.push(timeUs);
      if (known.timesUs.length > rememberedBeats) known.timesUs.shift();
      return premiseFalse;
    }
    return downTooEarly(facts, heard);
  },
});

function downTooEarly(facts: OrchestratorFacts, { beats }: Heard): Outcome {
  let outcome: Outcome = premiseFalse;
  for (const { node, appendedUs, term } of facts.downs.splice(0)) {
    const [first] = workersOf(facts);
    if (first === undefined) return premiseFalse;
    const { downUs, driftBoundPpm } = timingsOf(first[1]);
    const leastUs = Math.floor(downUs * (1 - (2 * driftBoundPpm) / 1_000_000)) - 1_000;
    const known = beats.get(node);
    // Heard under that very leader, before it made up its mind.
    if (known === undefined || !known.session.startsWith(`${term}-`)) continue;
    const lastUs = known.timesUs.filter((oneUs) => oneUs < appendedUs).at(-1);
    if (lastUs === undefined) continue;
    const silentUs = appendedUs - lastUs;
    if (silentUs < leastUs) return broken({ nodes: [], values: { node, silentUs, leastUs } });
    outcome = held;
  }
  return outcome;
}

/** Virtual time between the commit of a node being down and that of it being fenced, once that is due. */
const afterDownUs = 2_000_000;

export const silentNodesGoDown = rung<OrchestratorMoment>({
  id: 'L3S',
  title: 'silent nodes go down',
  statement:
    'A node that no leader can have heard for the time that it grants is down, and after that of a lease fenced, when one leader has led and committed all that while.',
  source: 'SwarmKit, three missed beats; Nomad #24241 (N18)',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['pulse'],
  check({ facts, timeUs }): Outcome {
    const { oracle, leader, members } = facts;
    const { state } = oracle;
    if (state === undefined || leader === undefined) return premiseFalse;
    const boundUs = silentBoundUs(facts);
    let outcome: Outcome = premiseFalse;
    for (const id of state.nodes.keys()) {
      const heardUs = leader.heardUs.get(id) ?? leader.sinceUs;
      // It went on leading, and what it decided after that time is committed.
      if (leader.appendedUs - heardUs <= boundUs) continue;
      const { status } = state.nodes.get(id)!;
      if (status === 'up') {
        const machine = members.machineOf(id);
        return broken({ nodes: machine < 0 ? [] : [machine], values: { node: id, boundUs } });
      }
      const fenceUs = fencedBoundUs(facts);
      // The one edge follows the other: it waits while what makes a node down is not committed.
      const downForUs = facts.objects.ageUs(`nodes/${id}`, timeUs);
      const isLate =
        leader.appendedUs - heardUs > fenceUs && status === 'down' && downForUs > afterDownUs;
      if (isLate) return broken({ nodes: [], values: { node: id, status, fenceUs } });
      outcome = held;
    }
    return outcome;
  },
});

/** The time until what is to be fenced on a silent node counts as fenced. */
function fencedBoundUs(facts: OrchestratorFacts): number {
  for (const [, worker] of workersOf(facts)) {
    return fencedAfterUs(timingsOf(worker), longestStopUs(facts)) + 2_000_000;
  }
  return Number.POSITIVE_INFINITY;
}

/** The time that a node has, and some for the tick, a proposal that is refused, and the commit. */
function silentBoundUs(facts: OrchestratorFacts): number {
  for (const [, worker] of workersOf(facts)) {
    return timingsOf(worker).downUs + 1_000_000;
  }
  return Number.POSITIVE_INFINITY;
}

export const deploymentsEnd = rung<OrchestratorMoment>({
  id: 'L9',
  title: 'deployments end',
  statement:
    'In quiet weather a deployment that nobody has paused makes a step within its progress deadline, or is paused or turned back by it.',
  source: 'SwarmKit 5cb75f858, f2ba23b89 (K3, K7); moby#40797 (K32); Warren (W8, W9); Nomad #25726',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  watches: ['pulse'],
  check({ facts, timeUs }): Outcome {
    const bounds = boundsOf(facts);
    const { state } = facts.oracle;
    if (bounds === undefined || state === undefined) return premiseFalse;
    const quiet = quietUs(facts, timeUs);
    let outcome: Outcome = premiseFalse;
    for (const id of state.services.keys()) {
      const { deployment, spec, removing } = state.services.get(id)!;
      const row = state.deployments.get(deployment);
      if (row === undefined || row.paused !== 'none' || removing) continue;
      const { strategy, progressDeadlineUs, monitorUs } = spec.update;
      const waits = strategy.kind !== 'rolling' && !strategy.autoPromote && !row.approved;
      if (waits && row.strategy !== 'rolling' && row.phase === 'updating') continue;
      const dueUs = progressDeadlineUs + monitorUs + longestRestUs(strategy) + bounds.sessionUs;
      const ageUs = facts.objects.ageUs(`deployments/${deployment}`, timeUs);
      if (quiet > dueUs && ageUs > dueUs) {
        const values = { service: spec.name, phase: row.phase, batch: row.batch, ageUs, dueUs };
        return broken({ nodes: [], values });
      }
      if (quiet > 0) outcome = held;
    }
    return outcome;
  },
});

/** How long a deployment may rest between two steps by its own will. */
function longestRestUs(strategy: Strategy): number {
  if (strategy.kind === 'rolling') return strategy.delayUs;
  if (strategy.kind === 'blue-green') return strategy.keepUs;
  return Math.max(...strategy.steps.map(({ holdUs }) => holdUs));
}

export const drainsEnd = rung<OrchestratorMoment>({
  id: 'L11',
  title: 'drains end',
  statement:
    'In quiet weather a node that is drained has no task left after the time that they may take to stop.',
  source: 'Nomad #14348, #20410 (N4, N20); moby#33790',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  watches: ['pulse'],
  check({ facts, timeUs }): Outcome {
    const bounds = boundsOf(facts);
    const { state, past } = facts.oracle;
    if (bounds === undefined || state === undefined) return premiseFalse;
    if (!(quietUs(facts, timeUs) > bounds.sessionUs)) return premiseFalse;
    let outcome: Outcome = premiseFalse;
    for (const id of state.nodes.keys()) {
      const { spec, status } = state.nodes.get(id)!;
      if (spec.availability !== 'drain' || status !== 'up') continue;
      if (facts.objects.ageUs(`nodes/${id}`, timeUs) <= bounds.settledUs) continue;
      const [left] = past.on(id);
      if (left !== undefined && isOnNode(state.tasks.get(left)!.observed)) {
        return broken({ nodes: [], values: { node: spec.name, task: left } });
      }
      outcome = held;
    }
    return outcome;
  },
});
