import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { counters, smallLadder } from '../../test/fixtures/counters.ts';
import type { SweepRecord } from '../record/sweep-record.ts';
import { readCase } from './case-store.ts';
import { loadScenario } from './loader.ts';
import { runCase } from './run.ts';
import type { ScenarioReference } from './run-contract.ts';
import { sweep } from './sweep.ts';

const fixture = (name: string, exported = 'default'): ScenarioReference => ({
  name,
  moduleUrl: new URL(`../../test/fixtures/${name}.ts`, import.meta.url).href,
  export: exported,
});

const timeless = (record: SweepRecord) => ({ ...record, wallMs: 0 });

const directories: string[] = [];
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});
const temporary = (): string => {
  const directory = mkdtempSync(join(tmpdir(), 'seedstorm-sweep-'));
  directories.push(directory);
  return directory;
};

describe('sweep', () => {
  it('gives the same record in workers, whatever their number, as in this thread', async () => {
    const here = await sweep(counters(), { seeds: 30, name: 'counters' });
    const one = await sweep(fixture('counters'), { seeds: 30, jobs: 1, seedsPerWorker: 8 });
    const two = await sweep(fixture('counters'), { seeds: [1, 30], jobs: 2 });
    expect(here.record.held).toBe(30);
    expect(here.record.verdict).toBe('held');
    expect(here.record.rerun).toBeGreaterThan(0);
    expect(here.record.faults.kill!.seeds).toBeGreaterThan(20);
    expect(here.record.faults.kill!.medianUs).toBe(50_000);
    expect(here.record.clients.completedShare).toBeGreaterThan(0.5);
    expect(here.record.clients.latencyMaxUs).toBeGreaterThan(here.record.clients.latencyMedianUs);
    expect(here.record.states).toBeGreaterThan(1);
    expect(timeless(one.record)).toEqual(timeless(here.record));
    expect(timeless(two.record)).toEqual(timeless(here.record));
  });

  it('writes cases that replay, up to a cap per failure key', async () => {
    const directory = temporary();
    const red = counters({ ladder: smallLadder(20) });
    const failures: string[] = [];
    const { record } = await sweep(red, {
      seeds: 12,
      failuresDirectory: directory,
      casesPerKey: 2,
      onFailure: (failed) => failures.push(`${failed.seed} ${failed.violation!.rung}`),
    });
    expect(record.verdict).toBe('broken');
    expect(record.broken).toBeGreaterThan(2);
    expect(record.failures.length).toBe(record.broken);
    expect(failures.length).toBe(record.broken);
    expect(readdirSync(directory).length).toBe(2);
    const [failure] = record.failures;
    const replay = await runCase(red, readCase(failure!.case!));
    expect(replay.record.violation!.key).toBe(failure!.key);
    expect(replay.record.digest).toBe(failure!.digest);
  });

  it('ends at the first broken seed when asked, with the prefix up to it', async () => {
    const red = counters({ ladder: smallLadder(20) });
    const { record } = await sweep(red, { seeds: 50, failFast: true });
    expect(record.broken).toBe(1);
    expect(record.to).toBe(record.failures[0]!.seed);
    expect(record.stopped).toBe(true);
  });

  it('stops when asked with what it has, and the digest is that of the prefix', async () => {
    const control = new AbortController();
    const { record } = await sweep(fixture('counters'), {
      seeds: [1, 1_000_000],
      jobs: 2,
      signal: control.signal,
      onProgress: ({ held }) => {
        if (held > 10) control.abort();
      },
    });
    expect(record.stopped).toBe(true);
    expect(record.from).toBe(1);
    expect(record.to).toBe(record.held);
    const prefix = await sweep(counters(), { seeds: record.to });
    expect(prefix.record.digest).toBe(record.digest);
  });

  it('judges premises, probes and fault families from 200 seeds on', async () => {
    const phases = { form: 30_000, storm: 60_000, settle: 10_000 };
    const lacking = counters({
      phases,
      requiredProbes: ['never reached', 'gossip paused'],
      requiredFaults: ['wipe', 'kill'],
    });
    const few = await sweep(lacking, { seeds: 20, rerunPercent: 0 });
    expect(few.record.verdict).toBe('held');
    const many = await sweep(lacking, { seeds: 200, rerunPercent: 0 });
    expect(many.record.verdict).toBe('inconclusive');
    expect(many.record.reasons).toEqual([
      'probe "never reached" was never reached',
      'no fault of family wipe ever began',
    ]);
  });

  it('finds that a seed gave two digests', async () => {
    let lives = 0;
    const leaky = counters({ hooks: { onAdd: (amount) => amount + (lives++ % 7) } });
    await expect(sweep(leaky, { seeds: [1, 100] })).rejects.toThrow(/seed \d+ had digest/);
  });

  it('puts a handler that never returns down to its seed and goes on', async () => {
    const { record } = await sweep(fixture('counters-that-hang'), {
      seeds: 12,
      jobs: 2,
      watchdogMs: 5_000,
    });
    expect(record.held + record.broken).toBe(12);
    expect(record.failures.map(({ seed, rung }) => [seed, rung])).toEqual([[5, 'I1']]);
  });

  it('does not blame a component for a check that never ends', async () => {
    const { record } = await sweep(fixture('counters-that-hang', 'checking'), {
      seeds: 8,
      jobs: 2,
      watchdogMs: 5_000,
    });
    expect([record.held, record.inconclusive]).toEqual([7, 1]);
    expect(record.unclear[0]!.reason).toMatch(/^the checks of step \d+ took over 5 s$/);
  });

  it('makes a dead worker the outcome of one seed', async () => {
    const { record } = await sweep(fixture('counters-that-hang', 'dying'), { seeds: 12, jobs: 2 });
    expect(record.held).toBe(11);
    expect(record.inconclusive).toBe(1);
    expect(record.unclear[0]).toMatchObject({ seed: 5 });
    expect(record.unclear[0]!.reason).toContain('exit code 9');
  });

  it('refuses an empty range and settings outside their domain', async () => {
    await expect(sweep(counters(), { seeds: [5, 1] })).rejects.toThrow(/empty range/);
    const settings = { nodes: 4 };
    await expect(sweep(counters(), { seeds: 1, settings })).rejects.toThrow(/outside the domain/);
    const scenario = await loadScenario(fixture('counters'));
    await expect(sweep(scenario, { seeds: 1, settings: { nodse: 3 } })).rejects.toMatchObject({
      hint: 'did you mean nodes?',
    });
  });
});
