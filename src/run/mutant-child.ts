import { UsageError } from '../record/usage-error.ts';
import { findScenario, loadScenario } from './loader.ts';
import { MutantTrial, type TrialTask } from './mutant-trial.ts';
import { sweep } from './sweep.ts';
import { toPlainError } from './worker-protocol.ts';

/** What the process of a copy is asked: to sweep it without a bug, or to hunt the bug in it. */
export type CopyTask =
  | { readonly type: 'trial'; readonly task: TrialTask }
  | {
      readonly type: 'baseline';
      readonly scenario: string;
      readonly from: number;
      readonly to: number;
      readonly jobs: number;
      /** The only rungs that judge; default: all of the ladder. */
      readonly rungs?: readonly string[];
    };

/** Between two words on how far it is. */
const tellEveryMs = 500;
let toldMs = 0;

process.once('message', (task: CopyTask) => {
  // Whoever asked is gone: nobody waits for the answer.
  process.once('disconnect', () => process.exit(1));
  work(task).then(
    (result) => leave({ type: 'result', result }),
    (error: unknown) => {
      const isUsage = error instanceof UsageError;
      leave({ type: 'failed', isUsage, error: toPlainError(error) });
    },
  );
});

async function work(task: CopyTask): Promise<unknown> {
  if (task.type === 'trial') {
    const reference = findScenario(task.task.scenario);
    const scenario = await loadScenario(reference);
    return new MutantTrial(reference, scenario, task.task, tell).run();
  }
  const { scenario, from, to, jobs, rungs } = task;
  const reference = findScenario(scenario);
  const { ladder } = await loadScenario(reference);
  const { record } = await sweep(reference, {
    seeds: [from, to],
    jobs,
    failFast: true,
    ...(rungs === undefined ? {} : { only: rungs }),
    onProgress: ({ done }) => tell({ seeds: done }),
  });
  // Whether all was put to the test is for those to judge who sweep; here nothing may be red.
  const isSound = record.broken === 0 && record.inconclusive === 0 && !record.stopped;
  const verdict = isSound ? 'held' : record.verdict;
  return {
    record: { ...record, verdict },
    rungs: ladder.rungs.map(({ id, title }) => ({ id, title })),
  };
}

function tell(progress: { readonly seeds: number }): void {
  const now = performance.now();
  if (now - toldMs < tellEveryMs) return;
  toldMs = now;
  process.send?.({ type: 'progress', progress });
}

function leave(answer: unknown): void {
  process.removeAllListeners('disconnect');
  process.send?.(answer, () => process.disconnect());
}
