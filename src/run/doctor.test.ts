import { describe, expect, it } from 'vitest';
import { type CounterState, counters } from '../../test/fixtures/counters.ts';
import type { TraceEvent } from '../record/trace-event.ts';
import { doctor } from './doctor.ts';
import { runIsolated } from './isolated.ts';
import { prepareRun } from './run-case.ts';
import type { ScenarioReference } from './run-contract.ts';

// Taken before anything installs the trap, as a careless library would.
const earlyNow = Date.now;

const fixture = (name: string, exported = 'default'): ScenarioReference => ({
  name,
  moduleUrl: new URL(`../../test/fixtures/${name}.ts`, import.meta.url).href,
  export: exported,
});

describe('doctor', () => {
  it('finds nothing in a scenario whose seed decides everything', async () => {
    const report = await doctor(fixture('counters'), { seeds: [1, 4] });
    expect(report.differences).toEqual([]);
    expect(report.ways).toContain('in a worker');
    expect(report.seeds).toBe(4);
    expect(report.events).toBeGreaterThan(4 * report.ways.length * 100);
  });

  it('catches a counter that lives in a module, and names the first event', async () => {
    let requests = 0;
    const leaky = counters({ hooks: { onAdd: (amount) => amount + (requests++ % 1_000) } });
    const { differences } = await doctor(leaky, { seeds: [1, 2] });
    const found = differences.find(({ way }) => way === 'one after another')!;
    expect(found.seed).toBe(1);
    expect(found.difference!.expected).toMatch(/^n\d \(life 1\) message add from c\d at \d+ us/);
    expect(found.difference!.actual).toMatch(/fingerprint [0-9a-f]{8}$/);
    expect(found.difference!.step).toBe(firstRequest(found.seed));
  });

  it('catches real time that was captured before the trap', async () => {
    const leaky = counters({ hooks: { onAdd: (amount) => amount + (earlyNow() % 1_000_003) } });
    const { differences } = await doctor(leaky, { seeds: [1, 1] });
    expect(differences.length).toBeGreaterThan(0);
    expect(differences[0]!.difference!.expected).toMatch(/^n\d \(life 1\) message add/);
  });

  it('catches an object that lives on after a crash', async () => {
    // One object per node, made with the component: the same in every run, so no mere repetition
    // of the run can show it.
    const base = counters();
    const leaky = counters({
      system: {
        ...base.system,
        node(config, peers, index) {
          const survivor: CounterState = { total: 0, heard: 0 };
          return { ...base.system.node(config, peers, index), create: () => survivor };
        },
      },
    });
    const { differences } = await doctor(leaky, { seeds: [1, 1] });
    expect(differences.map(({ way }) => way)).toEqual(['rebuilt at each life']);
    expect(differences[0]!.difference!.expected).toMatch(/^n\d \(life [2-9]\)/);
  });

  it('lets what is a part of the machine live on', async () => {
    const base = counters();
    const containers = counters({
      system: {
        ...base.system,
        node: (config, peers, index) => ({
          ...base.system.node(config, peers, index),
          createMachine: (): CounterState => ({ total: 0, heard: 0 }),
          create: (_env, machine) => machine,
          powerLost(machine: CounterState) {
            machine.total = 0;
          },
        }),
      },
    });
    const { differences } = await doctor(containers, { seeds: [1, 1] });
    expect(differences).toEqual([]);
  });
});

describe('runIsolated', () => {
  it('runs in a worker with the same outcome, events included', async () => {
    let steps = 0;
    const { record } = await runIsolated(
      fixture('counters'),
      { seed: 3 },
      { onEvent: (event) => (steps += event.type === 'step' ? 1 : 0) },
    );
    const here = prepareRun(counters(), { seed: 3 });
    here.advance();
    expect(record.digest).toBe(here.finish().record.digest);
    expect(steps).toBe(record.steps);
  });

  it('ends a handler that never returns', async () => {
    const { record, caseFile } = await runIsolated(
      fixture('counters-that-hang'),
      { seed: 5 },
      { watchdogMs: 5_000 },
    );
    expect(record.violation).toMatchObject({ rung: 'I1', title: 'every step ends' });
    expect(record.violation!.values).toEqual({ reason: 'a handler did not return within 5 s' });
    expect(record.violation!.step).toBeGreaterThan(1);
    expect(caseFile.choices).toMatchObject({ kind: 'seed', seed: 5 });
  });
});

/** The step in which a request first reaches a node. */
function firstRequest(seed: number): number {
  let step = 0;
  const onEvent = (event: TraceEvent): void => {
    if (step === 0 && event.type === 'step' && event.what === 'add') step = event.step;
  };
  const run = prepareRun(counters(), { seed }, { ladder: false, onEvent });
  run.advance();
  return step;
}
