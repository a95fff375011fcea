import { expect, test } from 'vitest';
import { counters } from '../../test/fixtures/counters.ts';
import { current } from '../sim/current.ts';
import { runCase } from './run.ts';
import { runWatched } from './watched.ts';

test('a watch changes nothing of a run', async () => {
  const plain = await runCase(counters(), { seed: 5 });
  const watched = await runWatched(counters(), { seed: 5 });
  expect(watched.record.digest).toBe(plain.record.digest);
  expect(watched.caseFile).toEqual({ ...plain.caseFile });
});

test('promises of components are drained under the watch as without it', async () => {
  const waiting = (): Parameters<typeof counters>[0] => ({
    hooks: {
      onAdd(amount, env, state) {
        void env.sleep(1_000).then(() => {
          state.total += 1;
          env.probe('slept');
        });
        return amount;
      },
    },
  });
  const plain = await runCase(counters(waiting()), { seed: 5 });
  const watched = await runWatched(counters(waiting()), { seed: 5 });
  expect(watched.record.probes.slept).toBeGreaterThan(0);
  expect(watched.record.digest).toBe(plain.record.digest);
});

test('a handler that never returns breaks the lowest rung, and the thread goes on', async () => {
  const hanging = counters({
    hooks: {
      onAdd() {
        for (;;);
      },
    },
  });
  const { record } = await runWatched(hanging, { seed: 5 }, { watchdogMs: 300 });
  expect(record.verdict).toBe('broken');
  expect(record.violation).toMatchObject({
    rung: 'I1',
    values: { reason: 'a handler did not return within 0.3 s' },
  });
  expect(current()).toBeUndefined();
  const after = await runWatched(counters(), { seed: 5 });
  expect(after.record.verdict).toBe('held');
});

test('what a scenario throws comes out unchanged', async () => {
  const scenario = counters();
  await expect(runWatched(scenario, { seed: -1 })).rejects.toThrow('-1 is no seed');
});
