import { isClosed, mayComeTo, mustLeave, standsFor } from '../nodes/eligible.ts';
import type { Service } from '../state/rows.ts';
import type { ClusterState } from '../state/state.ts';
import { isLive } from '../state/task-index.ts';
import { isGone, type NewTask } from '../tasks/task-life.ts';
import { isOnNode, isTerminal } from '../tasks/task-states.ts';
import { pickAfterReturn } from './reconnect.ts';
import { decideRestart } from './restart.ts';
import { isWell, type Wanted, wantedIn } from './slots.ts';

/** What is to be done in one slot. Empty lists: it is as it should be. */
export interface SlotActions {
  readonly creates: NewTask[];
  readonly runs: string[];
  readonly stops: string[];
  readonly removes: string[];
  /** Their nodes are down: others are to stand in for them. */
  readonly loses: string[];
  /** Their nodes are back and they stay. */
  readonly finds: string[];
  /** Rows that nobody needs any more. */
  readonly reaps: string[];
  /** When something will have to be done that is not due yet; null when nothing will. */
  dueUs: number | null;
}

/** Whether there is something to be done now. */
export function isIdle(actions: SlotActions): boolean {
  const { creates, runs, stops, removes, loses, finds, reaps } = actions;
  return [creates, runs, stops, removes, loses, finds, reaps].every((list) => list.length === 0);
}

/** A slot that is being looked at. */
interface Look {
  readonly state: ClusterState;
  readonly serviceId: string;
  readonly service: Readonly<Service>;
  readonly slot: string;
  readonly nowUs: number;
  /** The oldest first. */
  readonly tasks: readonly string[];
  /** Those of them that do not count any more, once the actions are carried out. */
  readonly leaving: Set<string>;
  readonly actions: SlotActions;
}

/**
 * Compares what a slot has with what it is to have. A pure function of state and time: the leader
 * asks it which slots need an entry, and the entry asks it again what to do, so that neither a leader
 * that is behind nor one that stops in the middle can do harm.
 */
export function reconcileSlot(
  state: ClusterState,
  serviceId: string,
  slot: string,
  nowUs: number,
): SlotActions {
  const actions: SlotActions = {
    creates: [],
    runs: [],
    stops: [],
    removes: [],
    loses: [],
    finds: [],
    reaps: [],
    dueUs: null,
  };
  const service = state.services.get(serviceId);
  if (service === undefined) return actions;
  const tasks = state.index.slot(serviceId, slot);
  const leaving = new Set<string>();
  const look: Look = { state, serviceId, service, slot, nowUs, tasks, leaving, actions };
  const wanted = wantedIn(state, service, slot, tasks);
  const present = service.spec.mode.kind !== 'global' || state.nodes.get(slot) !== undefined;
  if (wanted.revisions.length === 0 || !present) {
    clear(look);
    return actions;
  }
  for (const id of pickAfterReturn(state, tasks, wanted, actions)) leaving.add(id);
  stopUnwanted(look, wanted);
  for (const revision of wanted.revisions) {
    const id = keptTask(look, revision);
    if (id === undefined) create(look, revision);
    else run(look, id);
  }
  // What stays until its successor is well serves until then: it may have been waiting itself.
  const tolerated = wanted.tolerated === 0 ? undefined : keptTask(look, wanted.tolerated);
  if (tolerated !== undefined) run(look, tolerated);
  reap(look, wanted);
  return actions;
}

/** The slot is no longer there: everything in it goes. */
function clear({ state, tasks, actions }: Look): void {
  for (const id of tasks) {
    const task = state.tasks.get(id)!;
    if (task.desired !== 'remove') actions.removes.push(id);
    else if (isGone(task)) actions.reaps.push(id);
  }
}

function stopUnwanted(look: Look, wanted: Wanted): void {
  const { state, tasks, leaving, actions } = look;
  const kept = new Set<number>();
  // Its successor could not come, so the old task stays.
  const closed = look.service.spec.mode.kind === 'global' && isClosed(state.nodes.get(look.slot)!);
  for (const id of tasks) {
    const task = state.tasks.get(id)!;
    if (!isLive(task) || leaving.has(id)) continue;
    const { revision } = task;
    const standing = standsFor(state, task);
    const asked = wanted.revisions.includes(revision);
    if (standing === 'here' && !mustLeave(state, task)) {
      if (asked && !kept.has(revision)) {
        kept.add(revision);
        continue;
      }
      if (revision === wanted.tolerated && !allWell(look, wanted)) continue;
      if (closed && !asked && keptTask(look, wanted.revisions[0]!) === undefined) continue;
    }
    leaving.add(id);
    (standing === 'lost' ? actions.loses : actions.stops).push(id);
  }
}

/** Of each wanted revision the slot has a task that is well and is not about to go itself. */
function allWell(look: Look, wanted: Wanted): boolean {
  const { state } = look;
  return wanted.revisions.every((revision) => {
    const id = keptTask(look, revision);
    if (id === undefined) return false;
    const task = state.tasks.get(id)!;
    return isWell(task) && standsFor(state, task) === 'here' && !mustLeave(state, task);
  });
}

/** The task of a revision that the slot goes on with. */
function keptTask({ state, tasks, leaving, actions }: Look, revision: number): string | undefined {
  return tasks.find((id) => {
    const task = state.tasks.get(id)!;
    if (leaving.has(id) || task.revision !== revision) return false;
    return isLive(task) || actions.finds.includes(id);
  });
}

function create(look: Look, revision: number): void {
  const { state, serviceId: service, slot, tasks, nowUs, actions } = look;
  const global = look.service.spec.mode.kind === 'global';
  if (global && !mayComeTo(state, slot, service, revision)) return;
  const decision = decideRestart(state, service, slot, revision, tasks, nowUs);
  if (decision.kind === 'wait') later(actions, decision.untilUs);
  if (decision.kind === 'never' || decision.kind === 'wait') return;
  const restart = decision.kind === 'restart';
  const notBeforeUs = restart ? decision.notBeforeUs : 0;
  const desired = nowUs >= notBeforeUs && !isHeldUp(look) ? 'running' : 'ready';
  const node = global ? slot : '';
  actions.creates.push({ service, slot, revision, restart, desired, notBeforeUs, node });
}

function run(look: Look, id: string): void {
  const { desired, notBeforeUs } = look.state.tasks.get(id)!;
  if (desired !== 'ready') return;
  if (look.nowUs < notBeforeUs) later(look.actions, notBeforeUs);
  else if (!isHeldUp(look)) look.actions.runs.push(id);
}

/**
 * Whether a task that is to stop may still run somewhere: then no other may start in its slot. Those
 * on nodes that are given up do not count, by the rule that the service has chosen for them.
 */
function isHeldUp({ state, tasks, leaving }: Look): boolean {
  return tasks.some((id) => {
    const task = state.tasks.get(id)!;
    if (!isOnNode(task.observed)) return false;
    const unwanted = task.desired === 'shutdown' || task.desired === 'remove';
    return (unwanted || leaving.has(id)) && standsFor(state, task) === 'here';
  });
}

/**
 * Ended tasks are kept for people to look at, but not for ever. What the restart policy goes by, the
 * newest task of a revision that is wanted, is kept as long as the revision is.
 */
function reap({ state, tasks, actions }: Look, wanted: Wanted): void {
  let kept = 0;
  const newest = new Set<number>();
  for (let at = tasks.length - 1; at >= 0; at--) {
    const task = state.tasks.get(tasks[at]!)!;
    const decides = !newest.has(task.revision) && wanted.revisions.includes(task.revision);
    newest.add(task.revision);
    if (!isGone(task)) continue;
    const tells = isTerminal(task.observed) && task.desired !== 'remove';
    if (tells) kept += 1;
    if (!tells || (kept > state.settings.taskHistory && !decides)) actions.reaps.push(tasks[at]!);
  }
}

function later(actions: SlotActions, dueUs: number): void {
  if (actions.dueUs === null || dueUs < actions.dueUs) actions.dueUs = dueUs;
}
