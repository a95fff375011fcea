import fc from 'fast-check';
import { expect, test } from 'vitest';
import { obedient, Rig, second, tinySettings } from '../test-rig.ts';

const replicas = (count: number) => ({ kind: 'replicated', replicas: count }) as const;

/** When the tasks of the only slot began to run, with a task that fails whenever it runs. */
function starts(
  restart: {
    condition: 'any' | 'on-failure' | 'none';
    delayUs: number;
    maxAttempts: number;
    windowUs: number;
  },
  failsOver: boolean,
  end: 'failed' | 'complete' = 'failed',
): number[] {
  const rig = new Rig().audited();
  rig.failsOver = failsOver;
  rig.node();
  rig.service('web', { mode: replicas(1), template: { restart } });
  const times: number[] = [];
  rig.behaviour = (task, id) => {
    if (task.observed === 'running') return end;
    const next = obedient(task, id);
    if (next === 'running') times.push(rig.timeUs - 1);
    return next;
  };
  rig.pass(40 * second);
  return times;
}

test('restarts are as many as allowed and so far apart, also when every commit has a new leader', () => {
  const policy = { condition: 'any', delayUs: 5 * second, maxAttempts: 2, windowUs: 0 } as const;
  for (const failsOver of [false, true]) {
    expect(starts(policy, failsOver)).toEqual([0, 5 * second, 10 * second]);
  }
});

test('a window lets the next restart come when an old one leaves it', () => {
  const policy = {
    condition: 'any',
    delayUs: second,
    maxAttempts: 2,
    windowUs: 12 * second,
  } as const;
  for (const failsOver of [false, true]) {
    const times = starts(policy, failsOver).map((timeUs) => timeUs / second);
    expect(times).toEqual([0, 1, 2, 12, 13, 24, 25, 36, 37]);
  }
});

test('conditions: none never, on-failure not after a good end, any always', () => {
  const count = (condition: 'any' | 'on-failure' | 'none', end: 'failed' | 'complete') =>
    starts({ condition, delayUs: 30 * second, maxAttempts: 0, windowUs: 0 }, false, end).length;
  expect([count('none', 'failed'), count('none', 'complete')]).toEqual([1, 1]);
  expect([count('on-failure', 'failed'), count('on-failure', 'complete')]).toEqual([2, 1]);
  expect([count('any', 'failed'), count('any', 'complete')]).toEqual([2, 2]);
});

test('the newest end of each revision is remembered, however little history is kept', () => {
  const rig = new Rig({ ...tinySettings, taskHistory: 0 }).audited();
  rig.node();
  const restart = { condition: 'none', delayUs: 0, maxAttempts: 0, windowUs: 0 } as const;
  const job = rig.service('job', { mode: replicas(3), template: { restart } });
  rig.behaviour = (task, id) => (task.observed === 'running' ? 'complete' : obedient(task, id));
  rig.pass(600 * second);
  expect(rig.tasks(job).map(([, task]) => task.observed)).toEqual([
    'complete',
    'complete',
    'complete',
  ]);
});

test('ended tasks are reaped down to the history, whichever end they had', () => {
  fc.assert(
    fc.property(fc.constantFrom('complete', 'failed', 'shutdown'), fc.boolean(), (end, gone) => {
      const rig = new Rig().audited();
      rig.node();
      const restart = { condition: 'any', delayUs: second, maxAttempts: 0, windowUs: 0 } as const;
      const web = rig.service('web', { mode: replicas(2), template: { restart } });
      rig.behaviour = (task, id) => (task.observed === 'running' ? end : obedient(task, id));
      rig.pass(20 * second);
      expect(rig.tasks(web).length).toBeLessThanOrEqual(2 * 3);
      if (gone) rig.ask({ kind: 'remove-service', service: web, version: 0 });
      rig.pass(5 * second);
      expect(rig.state.services.size).toBe(gone ? 0 : 1);
      expect(rig.state.tasks.size === 0).toBe(gone);
    }),
    { numRuns: 6 },
  );
});
