import { describe, expect, it } from 'vitest';
import { counters, smallLadder } from '../../test/fixtures/counters.ts';
import { HarnessFault } from '../checkers/harness-fault.ts';
import type { Ladder } from '../checkers/ladder-contract.ts';
import { forkCase, run, runCase } from './run.ts';
import { prepareRun } from './run-case.ts';

describe('runCase', () => {
  it('gives the same digest for the same seed, and others for other seeds', async () => {
    const first = await run(counters(), { seed: 1 });
    const again = await run(counters(), { seed: 1 });
    const other = await run(counters(), { seed: 2 });
    expect(first.verdict).toBe('held');
    expect(first.reasons).toEqual([]);
    expect(first.digest).toMatch(/^[0-9a-f]{16}$/);
    expect(again.digest).toBe(first.digest);
    expect(other.digest).not.toBe(first.digest);
    expect(first.steps).toBeGreaterThan(200);
    expect(first.virtualUs).toBe(800_000);
    expect(first.clients!.ok).toBeGreaterThan(5);
  });

  it('has a digest that nothing that watches can change', async () => {
    const plain = await run(counters(), { seed: 3 });
    const events: string[] = [];
    const watched = await run(counters(), {
      seed: 3,
      onEvent: (event) => events.push(event.type),
      ladder: false,
      paranoid: true,
    });
    expect(watched.digest).toBe(plain.digest);
    expect(events.filter((type) => type === 'step').length).toBe(plain.steps);
    expect(events).toContain('phase');
  });

  it('is red at the step that breaks a rung, and says what led there', async () => {
    const red = counters({ ladder: smallLadder(10) });
    const { record, caseFile } = await runCase(red, { seed: 1 });
    expect(record.verdict).toBe('broken');
    expect(record.violation!.step).toBe(record.steps);
    expect(record.violation!.values.total).toBeGreaterThan(10);
    expect(record.aftermath!.firstClientVisible!.rung).toBe('T1');
    const last = record.aftermath!.events.at(-1)!;
    expect(last.step).toBe(record.steps);
    expect(record.aftermath!.events.length).toBeGreaterThan(3);
    const replay = await runCase(red, JSON.parse(JSON.stringify(caseFile)));
    expect(replay.record.digest).toBe(record.digest);
    expect(replay.record.violation).toEqual(record.violation);
  });

  it('puts a throw in a component down to rung I1', async () => {
    const throwing = counters({
      hooks: {
        onAdd() {
          throw new RangeError('negative balance');
        },
      },
    });
    const record = await run(throwing, { seed: 1 });
    expect(record.violation!.rung).toBe('I1');
    expect(record.violation!.values.error).toBe('RangeError: negative balance');
    expect(record.rungs[0]).toMatchObject({ id: 'I1', verdict: 'broken' });
  });

  it('puts a throw in a ladder down to the harness, in every kind of step', async () => {
    const judge = smallLadder(1_000);
    for (const cause of ['start', 'message', 'timer']) {
      const begin: Ladder['begin'] = (options) => ({
        ...judge.begin(options),
        afterStep: (step) => {
          if (step.cause === cause) throw new HarnessFault(`wrong books in a ${cause}`);
        },
      });
      const run = runCase(counters({ ladder: { ...judge, begin } }), { seed: 1 });
      await expect(run).rejects.toThrow(HarnessFault);
      await expect(run).rejects.toThrow(`wrong books in a ${cause}`);
    }
  });

  it('puts ambient time and a forgotten rejection down to rung I1', async () => {
    const dated = counters({ hooks: { onAdd: () => Date.now() } });
    const first = await run(dated, { seed: 1 });
    expect(first.violation!.values.error).toMatch(/n\d used Date\.now\(\).*env\.clock/);
    const floating = counters({
      hooks: {
        onAdd(amount, env) {
          void env.sleep(1).then(() => {
            throw new Error('nobody listens');
          });
          return amount;
        },
      },
    });
    const second = await run(floating, { seed: 1 });
    expect(second.violation!.values.error).toBe('Error: nobody listens');
  });

  it('sees a livelock as a step that does not end', async () => {
    const spinning = counters({
      hooks: {
        onAdd(amount, env) {
          const spin = (): void => env.timers.set('spin', 0, spin);
          spin();
          return amount;
        },
      },
    });
    const record = await run(spinning, { seed: 1 });
    expect(record.violation!.rung).toBe('I1');
    expect(record.violation!.values.reason).toContain('time no longer moves');
  });

  it('is inconclusive when its steps are spent', async () => {
    const record = await run(counters(), { seed: 1, stepLimit: 100 });
    expect(record.verdict).toBe('inconclusive');
    expect(record.reasons).toEqual(['the budget of 100 steps is spent']);
    expect(record.steps).toBe(100);
  });

  it('makes what a component prints an event', async () => {
    const events: string[] = [];
    const chatty = counters({
      hooks: {
        onAdd(amount) {
          console.log('adding', { amount });
          return amount;
        },
      },
    });
    await run(chatty, {
      seed: 1,
      onEvent: (event) => {
        if (event.type === 'log') events.push(`${event.node} ${event.text}`);
      },
    });
    expect(events[0]).toMatch(/^n\d adding \{"amount":\d\}$/);
  });
});

describe('prepareRun', () => {
  const alone = (seed: number): string => {
    const only = prepareRun(counters(), { seed });
    only.advance();
    return only.finish().record.digest;
  };

  it('stops after any number of steps and goes on', () => {
    const stopping = prepareRun(counters(), { seed: 5 });
    stopping.advance(123);
    expect(stopping.world.steps).toBe(123);
    expect(stopping.done).toBe(false);
    while (!stopping.done) stopping.advance(7);
    expect(stopping.finish().record.digest).toBe(alone(5));
  });

  it('lets several worlds of one thread be stepped in turn', () => {
    const runs = [1, 2, 3].map((seed) => prepareRun(counters(), { seed }));
    while (runs.some((one) => !one.done)) for (const one of runs) one.advance(11);
    expect(runs.map((one) => one.finish().record.digest)).toEqual([1, 2, 3].map(alone));
  });

  it('forks at a step: equal before, different after', async () => {
    const { caseFile } = await runCase(counters(), {
      seed: 4,
      settings: { 'net.lossPerMillion': 10_000 },
    });
    const fork = forkCase(caseFile, 300, 1);
    const [parent, child] = [caseFile, fork].map((file) => prepareRun(counters(), file));
    while (parent!.world.steps < 299) {
      parent!.advance(1);
      child!.advance(1);
      expect(child!.digest).toBe(parent!.digest);
    }
    parent!.advance();
    child!.advance();
    expect(child!.digest).not.toBe(parent!.digest);
    expect(() => forkCase(fork, 200, 1)).toThrow(/forks at step 300 already/);
  });
});
