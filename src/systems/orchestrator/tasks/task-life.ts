import { releaseTask, takeTaskAddress } from '../allocator/leases.ts';
import type { Task } from '../state/rows.ts';
import type { ClusterState } from '../state/state.ts';
import { dropClaims } from '../volumes/volumes.ts';
import {
  type Actor,
  type DesiredState,
  isTerminal,
  mayStep,
  mayWish,
  type TaskState,
} from './task-states.ts';

/** What a new task is, all else follows. */
export interface NewTask {
  readonly service: string;
  readonly slot: string;
  readonly revision: number;
  readonly restart: boolean;
  readonly desired: 'ready' | 'running';
  readonly notBeforeUs: number;
  /** The node of a global service's task, else empty. */
  readonly node: string;
}

/** Makes a task, and gives it an address when there is one. */
export function addTask(state: ClusterState, made: NewTask): string {
  const id = state.nextId();
  const task: Task = {
    ...made,
    createdIndex: state.applied,
    address: 0,
    ports: [],
    lostUs: 0,
    observed: 'new',
    health: 'none',
    sequence: 0,
    exitCode: 0,
    reason: '',
    startedUs: 0,
    healthyUs: 0,
    endedUs: 0,
  };
  state.tasks.insert(id, task);
  state.index.add(id, task, state.reserved(task));
  allocateTask(state, id);
  return id;
}

/**
 * Changes a task and all that is counted of tasks. When it is over by this, its address and ports
 * are free: never before, as its container may still use them.
 */
export function changeTask(state: ClusterState, id: string, change: (task: Task) => void): void {
  const task = state.tasks.edit(id);
  const reserved = state.reserved(task);
  state.index.count(id, task, reserved, -1);
  const before = task.observed;
  change(task);
  if (isTerminal(task.observed) && !isTerminal(before)) {
    task.endedUs = state.timeUs;
    task.healthyUs = 0;
    task.lostUs = 0;
    releaseTask(state, task);
  }
  state.index.count(id, task, reserved, 1);
}

/** Takes a step that the table of steps allows. Throws on any other: a rule has been forgotten. */
export function stepTask(task: Task, actor: Actor, to: TaskState): void {
  if (!mayStep(actor, task.observed, to)) {
    throw new Error(`${actor} may not move a task from ${task.observed} to ${to}`);
  }
  task.observed = to;
}

/** Wants something else of a task; false when that would be a step back. */
export function wish(state: ClusterState, id: string, desired: DesiredState): boolean {
  const task = state.tasks.get(id);
  if (task === undefined || !mayWish(task.desired, desired)) return false;
  changeTask(state, id, (row) => {
    row.desired = desired;
  });
  return true;
}

/** Gives a new task its address; it stays new while there is none. */
export function allocateTask(state: ClusterState, id: string): boolean {
  if (state.tasks.get(id)?.observed !== 'new') return false;
  const address = takeTaskAddress(state, id);
  if (address === 0) return false;
  changeTask(state, id, (task) => {
    task.address = address;
    stepTask(task, 'allocator', 'pending');
  });
  return true;
}

/** Whether nothing is left of a task but its row: it is over, or no node ever had it. */
export function isGone(task: Readonly<Task>): boolean {
  if (isTerminal(task.observed)) return true;
  const unwanted = task.desired === 'shutdown' || task.desired === 'remove';
  return unwanted && (task.observed === 'new' || task.observed === 'pending');
}

/** Takes a task's row away. The task must be gone. */
export function dropTask(state: ClusterState, id: string): void {
  const task = state.tasks.edit(id);
  if (!isGone(task)) throw new Error(`task ${id} is dropped while it is ${task.observed}`);
  releaseTask(state, task);
  state.index.remove(id, task, state.reserved(task));
  state.tasks.delete(id);
}

/** Gives a task up whose node is fenced and gone for good, with what it has claimed. */
export function orphan(state: ClusterState, id: string): void {
  const { service, revision } = state.tasks.get(id)!;
  dropClaims(state, state.revisions.get(service, revision)!.spec.template, id);
  changeTask(state, id, (task) => {
    stepTask(task, 'manager', 'orphaned');
    task.reason = 'its node is gone';
    if (task.desired === 'ready' || task.desired === 'running') task.desired = 'shutdown';
  });
}
