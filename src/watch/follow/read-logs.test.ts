import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { freshFolder } from '../../../test/fixtures/program.ts';
import { LogReader } from './read-logs.ts';

const folder = freshFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const logs = join(folder, 'logs');

it('reads what is there, and goes on when a file is half written', () => {
  mkdirSync(logs);
  const reader = new LogReader(logs);
  expect(reader.read()).toMatchObject({ sweeps: [], finished: [], findings: [], troubles: [] });
  mkdirSync(join(logs, 'live'));
  mkdirSync(join(logs, 'failures'));
  const progress = { done: 40, total: 200, held: 39, broken: 1, inconclusive: 0 };
  const live = { schema: 'seedstorm-live/1', pid: process.pid, scenario: 'raft-storm' };
  const more = { seedsPerSecond: 21.5, secondsLeft: 8, steps: 90_000 };
  writeFileSync(
    join(logs, 'live', 'raft-storm-1.json'),
    JSON.stringify({ ...live, progress: { ...progress, ...more } }),
  );
  writeFileSync(join(logs, 'live', 'other-2.json'), '{"pid":');
  const run = { schema: 'seedstorm-evidence/1', scenario: 'raft-storm', from: 1, to: 9 };
  const verdict = { verdict: 'held', held: 9, broken: 0, inconclusive: 0, rungs: { I1: 3 } };
  appendFileSync(join(logs, 'runs.jsonl'), `${JSON.stringify({ ...run, ...verdict })}\n{"sche`);
  const outcome = { verdict: 'broken', rung: 'I20', key: 'I20 leader', step: 77, digest: '0' };
  const choices = { kind: 'seed', seed: 8, overrides: [], forks: [] };
  const file = { schema: 'seedstorm-case/1', scenario: 'raft-storm', outcome, choices };
  writeFileSync(
    join(logs, 'failures', 'a.min.json'),
    JSON.stringify({ ...file, plan: [{}, {}], intents: [1] }),
  );
  const read = reader.read();
  expect(read.sweeps).toMatchObject([
    { scenario: 'raft-storm', alive: true, done: 40, broken: 1, seedsPerSecond: 21.5 },
  ]);
  expect(read.finished).toMatchObject([{ from: 1, to: 9, rungs: [{ id: 'I1', premise: 3 }] }]);
  expect(read.findings).toMatchObject([
    { rung: 'I20', seed: 8, step: 77, faults: 2, operations: 1, shrunk: true },
  ]);
  expect(read.troubles).toHaveLength(1);
  expect(read.troubles[0]).toContain('other-2.json');
  expect(reader.read().sweeps[0]?.speeds).toEqual([21.5, 21.5]);
});

it('folds the journal of a loop', () => {
  mkdirSync(join(folder, 'ralph'));
  const records = [
    { kind: 'begin', plan: 'raft' },
    { kind: 'iteration', iteration: 1, rung: 'R0' },
    { kind: 'held', iteration: 1, rung: 'R0' },
    { kind: 'iteration', iteration: 2, rung: 'R1' },
    { kind: 'red', iteration: 2, failure: { rung: 'R1', law: 'I20', title: 'two leaders' } },
    { kind: 'agent', iteration: 2, attempt: 1 },
  ];
  const text = records.map((record) => `${JSON.stringify(record)}\n`).join('');
  writeFileSync(join(folder, 'ralph', 'journal.jsonl'), `${text}{"kind":"at`);
  const { loop } = new LogReader(logs).read();
  expect(loop).toMatchObject({ state: 'the agent is at work, attempt 1', iteration: 2 });
  expect(loop?.rungs).toEqual([
    { id: 'R0', state: 'held' },
    { id: 'R1', state: 'broken' },
  ]);
  expect(loop?.journal).toHaveLength(6);
  expect(loop?.journal[4]).toContain('I20 two leaders');
});
