import { standsFor } from '../nodes/eligible.ts';
import type { Task } from '../state/rows.ts';
import type { ClusterState } from '../state/state.ts';
import { compareIds, isLive } from '../state/task-index.ts';
import { isTerminal } from '../tasks/task-states.ts';
import type { Wanted } from './slots.ts';

/** The parts of a slot's actions that the choice writes. */
interface Choice {
  readonly stops: string[];
  readonly finds: string[];
}

/**
 * The nodes of tasks that others stand in for are back: of each revision one task stays, by the
 * service's choice, and the others stop. Gives those that stop.
 */
export function pickAfterReturn(
  state: ClusterState,
  tasks: readonly string[],
  wanted: Wanted,
  choice: Choice,
): readonly string[] {
  const back = tasks.filter((id) => {
    const task = state.tasks.get(id)!;
    return task.lostUs > 0 && !isTerminal(task.observed) && standsFor(state, task) === 'here';
  });
  const losers: string[] = [];
  for (const revision of new Set(back.map((id) => state.tasks.get(id)!.revision))) {
    const stays = wanted.revisions.includes(revision);
    const rivals = tasks.filter((id) => {
      const task = state.tasks.get(id)!;
      if (task.revision !== revision || !isWanted(task)) return false;
      return back.includes(id) || (stays && isLive(task));
    });
    const best = stays ? [...rivals].sort((one, other) => better(state, one, other))[0] : undefined;
    if (best !== undefined && back.includes(best)) choice.finds.push(best);
    losers.push(...rivals.filter((id) => id !== best));
  }
  choice.stops.push(...losers);
  return losers;
}

function isWanted(task: Readonly<Task>): boolean {
  return task.desired === 'ready' || task.desired === 'running';
}

/** Which of two tasks of one revision is to stay; negative: the first. */
function better(state: ClusterState, a: string, b: string): number {
  const first = state.tasks.get(a)!;
  const second = state.tasks.get(b)!;
  const { disconnect } = state.revisions.get(first.service, first.revision)!.spec.template;
  const pick = disconnect.kind === 'keep' ? disconnect.pick : 'replacement';
  const age = compareIds(a, b);
  switch (pick) {
    case 'original':
      return age;
    case 'replacement':
      return -age;
    case 'healthiest':
      return Number(second.healthyUs > 0) - Number(first.healthyUs > 0) || age;
    case 'longest-running':
      return since(first) - since(second) || age;
  }
}

function since(task: Readonly<Task>): number {
  return task.startedUs === 0 ? Number.MAX_SAFE_INTEGER : task.startedUs;
}
