import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import { mayBePlaced } from '../../src/systems/orchestrator/naive-placement.ts';
import type { RestartPolicy } from '../../src/systems/orchestrator/specs/restart-policy.ts';
import type { Service, Task } from '../../src/systems/orchestrator/state/rows.ts';
import type { ClusterState } from '../../src/systems/orchestrator/state/state.ts';
import type { Worker } from '../../src/systems/orchestrator/worker/worker.ts';
import { Absences, absentBoundUs } from './absences.ts';
import { boundsOf, quietUs } from './bounds.ts';
import type { OrchestratorFacts, OrchestratorMoment } from './moment.ts';
import { RestlessSlots, type SlotOf } from './restless-slots.ts';
import { slotName } from './store-past.ts';
import { hasEnded, isLive, isOnNode, isWanted } from './task-words.ts';

/** Virtual time that a task may wait for a node that would take it, beside those before it in line. */
const pendingUs = 5_000_000;
/** What the entry of one batch of them may take, with one that is refused because the log is full. */
const placingUs = 200_000;
/** Virtual time between the end of a task and its successor, beside the delay of its policy. */
const replacedUs = 5_000_000;

/** A slot that is to have a task, in a service that nobody has stopped. */
interface Slot {
  readonly service: string;
  readonly row: Readonly<Service>;
  readonly slot: string;
  readonly tasks: readonly (readonly [string, Readonly<Task>])[];
  /** Since when nothing of it has changed. */
  readonly ageUs: number;
}

/** A slot with all that belongs to it; undefined: it is not wanted now. */
function slotOf({ service, slot }: SlotOf, facts: OrchestratorFacts, nowUs: number) {
  const { oracle, objects } = facts;
  const state = oracle.state!;
  const row = state.services.get(service);
  if (row === undefined || row.removing || row.spec.mode.kind !== 'replicated') return undefined;
  if (Number(slot) > row.spec.mode.replicas) return undefined;
  const ids = [...oracle.past.slot(service, slot)];
  const tasks = ids.map((id) => [id, state.tasks.get(id)!] as const);
  const changedUs = objects.ageUs(slotName(service, slot), nowUs);
  const ageUs = Math.min(changedUs, objects.ageUs(`services/${service}`, nowUs));
  return { service, row, slot, tasks, ageUs };
}

/**
 * What a rung finds of a slot: `as it should be` until something of it changes, or only `for now`;
 * `nothing` that it can say; or what is wrong.
 */
type Finding = 'as it should be' | 'for now' | 'nothing' | Readonly<Record<string, unknown>>;

/**
 * What a look at the wanted slots finds, once the weather has been quiet for long enough.
 *
 * @param leastUs how long that is; default: until all is settled
 */
function eachQuietSlot(
  moment: OrchestratorMoment,
  restless: RestlessSlots,
  judge: (slot: Slot, state: ClusterState) => Finding,
  leastUs?: number,
): Outcome {
  const { facts, timeUs } = moment;
  const bounds = boundsOf(facts);
  const { state } = facts.oracle;
  if (bounds === undefined || state === undefined) return premiseFalse;
  if (!(quietUs(facts, timeUs) > (leastUs ?? bounds.settledUs))) return premiseFalse;
  restless.follow(facts, state);
  let outcome: Outcome = premiseFalse;
  for (const [name, of] of restless) {
    const slot = slotOf(of, facts, timeUs);
    if (slot === undefined) {
      restless.drop(name);
      continue;
    }
    const found = judge(slot, state);
    if (found === 'as it should be') restless.calms(name);
    else if (found === 'for now') outcome = held;
    else if (found !== 'nothing') {
      const { row, slot: number, ageUs } = slot;
      const values = { service: row.spec.name, slot: number, ageUs, ...found };
      return broken({ nodes: [], values });
    }
  }
  return restless.someAreCalm ? held : outcome;
}

export const crashedAreReplaced = rung<OrchestratorMoment, RestlessSlots>({
  id: 'L4',
  title: 'replaced',
  statement:
    'In quiet weather a slot without a task gets one within 5 s and the delay of its policy, unless the policy forbids it.',
  source: 'Warren, PRD: replacement below 10 s; Nomad #25923 (N9)',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  watches: ['pulse'],
  ghost: () => new RestlessSlots(),
  check(moment, restless): Outcome {
    return eachQuietSlot(moment, restless, ({ service, row, tasks, ageUs }, state) => {
      if (tasks.some(([, task]) => isLive(task))) return 'as it should be';
      const { restart } = row.spec.template;
      if (isGivenUp(restart, tasks)) return 'nothing';
      const dueUs = replacedUs + restart.delayUs + restart.windowUs;
      if (ageUs <= dueUs) return 'nothing';
      // Its last task cannot be stopped: the node is away, and what is fenced waits for that.
      const waits = tasks.some(([, { observed, node }]) => {
        return isOnNode(observed) && state.nodes.get(node)?.status !== 'up';
      });
      if (waits) return 'nothing';
      return { id: service, tasks: tasks.map(([id, task]) => `${id} ${task.observed}`) };
    });
  },
});

interface Waiting {
  readonly restless: RestlessSlots;
  /** Since when each task has been waiting although a node would take it. */
  readonly inVain: Map<string, number>;
  /** The most tasks that have been waiting at a time. */
  line: number;
}

/** Its policy says that what has ended by itself there is not to come again. */
function isGivenUp(
  { condition, maxAttempts, windowUs }: RestartPolicy,
  tasks: Slot['tasks'],
): boolean {
  const ended = tasks.filter(([, task]) => hasEnded(task.observed) && isWanted(task));
  if (ended.length === 0) return false;
  if (condition === 'none' || (maxAttempts > 0 && windowUs === 0)) return true;
  return condition === 'on-failure' && ended.some(([, { observed }]) => observed === 'complete');
}

export const placedWhereTheyFit = rung<OrchestratorMoment, Waiting>({
  id: 'L10',
  title: 'no task waits in vain',
  statement:
    'In quiet weather no task waits for a node longer than 5 s, and the time that those before it in line take, while one would take it.',
  source: 'SwarmKit 807f25ee1, 2d6aff776 (K12, K13); kubernetes#56261 (B3); Nomad #28275 (N19)',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  watches: ['pulse'],
  ghost: () => ({ restless: new RestlessSlots(), inVain: new Map(), line: 0 }),
  check(moment, ghost): Outcome {
    const { restless, inVain } = ghost;
    const { facts, timeUs } = moment;
    const { past } = facts.oracle;
    const quietSinceUs = timeUs - quietUs(facts, timeUs);
    const judge = ({ tasks }: Slot, state: ClusterState): Finding => {
      const waiting = tasks.find(([, task]) => isLive(task) && task.observed === 'pending');
      if (waiting === undefined) return tasks.length > 0 ? 'as it should be' : 'nothing';
      const [id] = waiting;
      const node = state.nodes
        .keys()
        .find((one) => mayBePlaced(state, id, one, [], past.on(one)) === null);
      if (node === undefined) {
        inVain.delete(id);
        return 'nothing';
      }
      ghost.line = Math.max(ghost.line, state.index.pending.size);
      const dueUs = pendingUs + Math.ceil(ghost.line / state.settings.batch) * placingUs;
      // A new leader looks at all of them anew.
      const sinceUs = Math.max(inVain.get(id) ?? timeUs, quietSinceUs);
      inVain.set(id, sinceUs);
      return timeUs - sinceUs > dueUs ? { task: id, node } : 'nothing';
    };
    // Placing needs a leader and nobody else: it is owed long before everything is settled.
    return eachQuietSlot(moment, restless, judge, 0);
  },
});

interface Running {
  readonly restless: RestlessSlots;
  readonly absences: Absences;
}

/** It has a container, which goes on until something tells otherwise: a lease may just run out. */
function staysThere({ machines }: OrchestratorFacts, task: string): boolean {
  const [place] = machines.ofTask(task);
  return place !== undefined && !place.container.spec.bound;
}

export const assignedAreStarted = rung<OrchestratorMoment, Running>({
  id: 'L5',
  title: 'started',
  statement:
    'In quiet weather a task that is wanted running on a node that is up runs there, or fails, within the bound.',
  source: 'Warren, PRD: three replicas within 30 s; SwarmKit 4965ffcb1 (K22); Mesos (M4)',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  watches: ['pulse'],
  ghost: () => ({ restless: new RestlessSlots(), absences: new Absences() }),
  check(moment, { restless, absences }): Outcome {
    const { facts, timeUs } = moment;
    const bounds = boundsOf(facts);
    return eachQuietSlot(moment, restless, ({ service, tasks, ageUs }, state) => {
      let seen: Finding = 'nothing';
      let isSteady = true;
      for (const [id, task] of tasks) {
        if (!isLive(task) || !isOnNode(task.observed)) continue;
        if (state.nodes.get(task.node)?.status !== 'up' || ageUs <= bounds!.settledUs) {
          isSteady = false;
          continue;
        }
        seen = 'for now';
        if (task.desired === 'ready') {
          // It waits for another of its slot to end, and there is none.
          const rival = tasks.some(([other, one]) => other !== id && isOnNode(one.observed));
          if (rival || state.timeUs < task.notBeforeUs) continue;
          return { task: id, desired: task.desired };
        }
        if (task.observed !== 'running') return { task: id, observed: task.observed };
        if (isMissing(facts, absences, service, id, timeUs)) {
          return { task: id, container: 'none' };
        }
        if (!staysThere(facts, id)) isSteady = false;
      }
      return seen === 'for now' && isSteady ? 'as it should be' : seen;
    });
  },
});

/** It counts as running and has had no container for too long, where one may run. */
function isMissing(
  facts: OrchestratorFacts,
  absences: Absences,
  service: string,
  id: string,
  nowUs: number,
): boolean {
  const absentUs = absences.ofTask(facts, id, nowUs);
  const { node } = facts.oracle.state!.tasks.get(id)!;
  return absentUs > absentBoundUs(facts, service) && isInTouch(facts, node);
}

/** Its worker has a session and its lease: what is fenced may run there. */
function isInTouch({ members, world }: OrchestratorFacts, node: string): boolean {
  const worker = world.state(members.machineOf(node)) as Worker | undefined;
  return worker?.core.connected === true && worker.core.leaseHolds;
}

export const desiredIsActual = rung<OrchestratorMoment, Running>({
  id: 'L7',
  title: 'desired is actual',
  statement:
    'A while after the last fault and the last request every container that runs is one that is wanted, and every running task has its container.',
  source: 'SwarmKit, TLA+ liveness; moby#32416 (K33); casskop#370 (O5)',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  watches: ['pulse', 'end'],
  ghost: () => ({ restless: new RestlessSlots(), absences: new Absences() }),
  check({ facts, timeUs }, { restless, absences }): Outcome {
    const bounds = boundsOf(facts);
    const { oracle, objects } = facts;
    if (bounds === undefined || oracle.state === undefined) return premiseFalse;
    const calmUs = Math.min(quietUs(facts, timeUs), timeUs - objects.askedUs);
    if (!(calmUs > bounds.settledUs)) return premiseFalse;
    restless.follow(facts, oracle.state);
    for (const [name, slot] of restless) {
      // Something is still on its way there.
      if (objects.ageUs(name, timeUs) <= bounds.settledUs) continue;
      const stray = strayIn(facts, name);
      if (stray !== null) return broken(stray);
      const found = missingFrom(facts, absences, slot, timeUs);
      if (found === 'as it should be') restless.calms(name);
      else if (found !== 'for now') return broken(found);
    }
    return restless.someAreCalm ? held : premiseFalse;
  },
});

interface Wrong {
  readonly nodes: readonly number[];
  readonly values: Readonly<Record<string, unknown>>;
}

/** A container of a slot that nobody wants where it is. */
function strayIn({ oracle, machines, members }: OrchestratorFacts, name: string): Wrong | null {
  for (const { node, container } of machines.inSlot(name)) {
    const { id, service, slot } = container.spec;
    const task = oracle.state!.tasks.get(id);
    const isRight =
      task !== undefined &&
      isOnNode(task.observed) &&
      isWanted(task) &&
      task.node === members.idOf(node);
    if (isRight) continue;
    const values = { task: id, service, slot, desired: task?.desired ?? 'gone' };
    return { nodes: [node], values: { ...values, phase: container.phase } };
  }
  return null;
}

/** A task of a slot that counts as running and has no container. */
function missingFrom(
  facts: OrchestratorFacts,
  absences: Absences,
  { service, slot }: SlotOf,
  nowUs: number,
): Wrong | 'as it should be' | 'for now' {
  const { oracle, members, world } = facts;
  let isSteady = true;
  for (const id of oracle.past.slot(service, slot)) {
    const { observed, lostUs, node } = oracle.state!.tasks.get(id)!;
    if (observed !== 'running') continue;
    const machine = members.machineOf(node);
    if (lostUs > 0 || machine < 0 || world.status(machine) !== 'up') isSteady = false;
    else if (isMissing(facts, absences, service, id, nowUs)) {
      return { nodes: [machine], values: { task: id, container: 'none' } };
    } else if (!staysThere(facts, id)) isSteady = false;
  }
  return isSteady ? 'as it should be' : 'for now';
}

export const nothingIsLeft = rung<OrchestratorMoment>({
  id: 'L12',
  title: 'nothing is left',
  statement:
    'A while after its removal nothing is left of a service; a slot keeps no more ended tasks than it is to; a claim belongs to a task that is there.',
  source: 'SwarmKit e5b310727, 8467e6a43 (K19, K20); Warren (W6); kubernetes#109748 (B13)',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  watches: ['end'],
  check({ facts, timeUs }): Outcome {
    const bounds = boundsOf(facts);
    const { state, past } = facts.oracle;
    if (bounds === undefined || state === undefined) return premiseFalse;
    if (!(quietUs(facts, timeUs) > bounds.settledUs)) return premiseFalse;
    const { objects } = facts;
    const restOf = ({ service, slot }: SlotOf) => objects.ageUs(slotName(service, slot), timeUs);
    for (const service of state.services.keys()) {
      const row = state.services.get(service)!;
      const ageUs = objects.ageUs(`services/${service}`, timeUs);
      if (row.removing && ageUs > bounds.settledUs && !hasAwayTask(facts, service)) {
        const values = { service: row.spec.name, tasks: past.tasksOf(service), ageUs };
        return broken({ nodes: [], values });
      }
    }
    for (const volume of state.volumes.keys()) {
      const { claim, spec } = state.volumes.get(volume)!;
      if (claim === null) continue;
      const task = state.tasks.get(claim.task);
      const status = state.nodes.get(claim.node)?.status ?? 'fenced';
      const isOver = task === undefined || hasEnded(task.observed);
      // Its node may have been the last to hear that the task goes, just now.
      const of = objects.tasks.get(claim.task);
      const restsUs = of === undefined ? Number.POSITIVE_INFINITY : restOf(of);
      if (isOver && status === 'up' && restsUs > bounds.settledUs) {
        return broken({ nodes: [], values: { volume: spec.name, claim: claim.task } });
      }
    }
    return (
      keptEnded(facts, timeUs, bounds.settledUs) ?? (state.services.size > 0 ? held : premiseFalse)
    );
  },
});

/** A task of a service is on a node that is away: what runs there cannot be told to stop. */
function hasAwayTask({ oracle }: OrchestratorFacts, service: string): boolean {
  const { state } = oracle;
  for (const tasks of state!.index.services.get(service)?.slots.values() ?? []) {
    for (const id of tasks) {
      const { node, observed } = state!.tasks.get(id)!;
      if (isOnNode(observed) && state!.nodes.get(node)?.status !== 'up') return true;
    }
  }
  return false;
}

/** Ended tasks beyond those that people may look at and those that the restart policy goes by. */
function keptEnded(facts: OrchestratorFacts, nowUs: number, restUs: number): Outcome | null {
  const { state, past } = facts.oracle;
  for (const service of state!.services.keys()) {
    const { mode, name } = state!.services.get(service)!.spec;
    if (mode.kind !== 'replicated') continue;
    for (let slot = 1; slot <= mode.replicas; slot += 1) {
      const tasks = past.slot(service, String(slot));
      const ended = [...tasks].filter((id) => hasEnded(state!.tasks.get(id)!.observed));
      // Where tasks go on ending, some may have done so since somebody looked.
      const rests = facts.objects.ageUs(slotName(service, String(slot)), nowUs) > restUs;
      // One for each of the two revisions that a deployment may be between.
      const most = state!.settings.taskHistory + (rests ? 2 : 4);
      if (ended.length <= most) continue;
      return broken({ nodes: [], values: { service: name, slot, ended: ended.length, most } });
    }
  }
  return null;
}
