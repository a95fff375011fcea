import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import type { OrchestratorMoment } from './moment.ts';
import { RestlessSlots } from './restless-slots.ts';
import { isLive } from './task-words.ts';

/** So many tasks are a large cluster. */
const manyTasks = 1_000;
/** A leader may be lost on the way: then this long, as L1 has it, nobody serves. */
const servedUs = 10_000_000;
/** Of the whole cluster, however many workers it has. The ladder's 300 s for 10,000 is 60 times it. */
const eachTaskUs = 500;

export const manyAreStarted = rung<OrchestratorMoment, RestlessSlots>({
  id: 'L14',
  title: 'started at scale',
  statement:
    'Where 1,000 tasks or more are wanted, all of them run 10 s and 0.5 ms for each after the last request, even if the leader is lost on the way.',
  source: 'Warren, PRD: 100 nodes and 10,000 tasks, failover below 10 s; kubernetes#14528 (B15)',
  kind: 'eventually',
  owedUnder: 'no damage',
  watches: ['pulse'],
  ghost: () => new RestlessSlots(),
  check({ facts, timeUs }, restless): Outcome {
    const { oracle, objects } = facts;
    const { state } = oracle;
    if (state === undefined || state.tasks.size < manyTasks) return premiseFalse;
    const dueUs = servedUs + eachTaskUs * state.tasks.size;
    if (timeUs - objects.askedUs <= dueUs) return premiseFalse;
    restless.follow(facts, state);
    for (const [name, { service, slot }] of restless) {
      const row = state.services.get(service);
      const mode = row?.spec.mode;
      const isWanted = row?.removing === false && mode?.kind === 'replicated';
      if (!isWanted || Number(slot) > mode.replicas) {
        restless.drop(name);
        continue;
      }
      const tasks = [...oracle.past.slot(service, slot)].map((id) => state.tasks.get(id)!);
      if (!tasks.some((task) => isLive(task) && task.observed === 'running')) {
        const observed = tasks.map((task) => task.observed);
        const ageUs = timeUs - objects.askedUs;
        return broken({ nodes: [], values: { service: row.spec.name, slot, observed, ageUs } });
      }
      restless.calms(name);
    }
    return held;
  },
});
