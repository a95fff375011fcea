import { broken, held, type Outcome, premiseFalse, rung, type WorldView } from '../../src/index.ts';
import { recoverWorker } from '../../src/systems/orchestrator/worker/recovery.ts';
import type { WorkerState } from '../../src/systems/orchestrator/worker/worker-state.ts';
import type { OrchestratorMoment } from './moment.ts';
import { observedOrder } from './task-words.ts';

/** What the disk of a worker tells a life that begins now, read by the checker. */
export function journalOf(world: WorldView, node: number): WorkerState | undefined {
  const disk = world.disk(node);
  const files = new Map<string, Uint8Array>();
  for (const name of disk.cachedFiles()) {
    const images = disk.images(name);
    if (images === undefined || !name.startsWith('worker/')) continue;
    files.set(name.slice('worker/'.length), images.cached.slice(0, images.cachedLength));
  }
  const recovered = recoverWorker(files);
  return recovered.lost || recovered.empty ? undefined : recovered.state;
}

export const journalsAreKept = rung<OrchestratorMoment>({
  id: 'S25J',
  title: 'journals are kept',
  statement:
    'A worker whose agent has died and come back goes on with the tasks that its disk names, as it is told there, and owes the claims that it owed.',
  source: 'Warren, tasks in memory alone (W1); kubernetes#102344 (B14)',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['worker'],
  check({ facts, worker, node }): Outcome {
    if (worker?.core.phase !== 'working') return premiseFalse;
    const journal = facts.journals[node];
    if (journal === undefined) return premiseFalse;
    facts.journals[node] = undefined;
    if (facts.world.damaged(node)) return premiseFalse;
    const { tasks, owed, member } = worker.core.state;
    if (journal.member.node !== member.node) {
      return broken({ nodes: [node], values: { was: journal.member.node, is: member.node } });
    }
    for (const [id, { assigned, dropped }] of journal.tasks) {
      const now = tasks.get(id);
      const isSame = now?.dropped === dropped && now.assigned.desired === assigned.desired;
      if (!isSame) return broken({ nodes: [node], values: { task: id, kept: now !== undefined } });
    }
    for (const claim of journal.owed.keys()) {
      if (!owed.has(claim)) return broken({ nodes: [node], values: { claim } });
    }
    return journal.tasks.size > 0 ? held : premiseFalse;
  },
});

/** How far each task has come on each machine, by the position of its state in the order. */
type Ranks = Map<number, Map<string, number>>;

export const agentsGoForward = rung<OrchestratorMoment, Ranks>({
  id: 'S3A',
  title: 'agents go forward',
  statement:
    'What a worker holds of a task never goes back, through all lives of its agent: what has ended there does not run again.',
  source: 'kubernetes#102344, #104798 (B14); SwarmKit, TLA+ model of tasks',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['worker'],
  ghost: () => new Map(),
  check({ facts, worker, node }, ranks): Outcome {
    if (worker === undefined || worker.core.phase !== 'working') return premiseFalse;
    if (facts.world.damaged(node)) return premiseFalse;
    const before = ranks.get(node);
    const after = new Map<string, number>();
    let outcome: Outcome = premiseFalse;
    for (const [task, { status }] of worker.core.state.tasks) {
      const rank = observedOrder.indexOf(status.observed);
      const known = before?.get(task) ?? rank;
      after.set(task, rank);
      if (rank < known) {
        const values = { task, from: observedOrder[known], to: status.observed };
        return broken({ nodes: [node], values });
      }
      outcome = held;
    }
    ranks.set(node, after);
    return outcome;
  },
});
