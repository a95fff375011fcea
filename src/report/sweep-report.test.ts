import { expect, test } from 'vitest';
import type { SweepRecord } from '../record/sweep-record.ts';
import { sweepReport } from './sweep-report.ts';

const record: SweepRecord = {
  schema: 'seedstorm-sweep/1',
  scenario: 'raft-storm',
  from: 1,
  to: 2_000,
  verdict: 'inconclusive',
  reasons: ['the premise of I24 never held', 'probe split-vote was never reached'],
  held: 1_999,
  broken: 0,
  inconclusive: 1,
  digest: '0123456789abcdef',
  steps: 60_000_000,
  virtualUs: 44_000_000_000,
  wallMs: 50_000,
  newStatesPer1000: 412.5,
  states: 20_000,
  rungs: [
    { id: 'I20', title: 'election safety', premise: 12_000, broken: 0 },
    { id: 'I24', title: 'leader completeness', premise: 0, broken: 0 },
  ],
  probes: { 'split-vote': 0, 'leader-change': 1_234 },
  faults: {
    partition: {
      seeds: 1_200,
      begun: 3_400,
      refused: 2,
      never: 0,
      medianUs: 1_200_000,
      maxUs: 3_000_000,
    },
    'disk/full': { seeds: 0, begun: 0, refused: 7, never: 1, medianUs: 0, maxUs: 0 },
  },
  operations: { 'put/plain/ok/storm': 5, 'cas/plain/ok/storm': 2, 'cas/plain/fail/storm': 0 },
  clients: {
    operations: 1_000,
    ok: 700,
    fail: 100,
    unknown: 200,
    completedShare: 0.78,
    latencyMedianUs: 2_100,
    latencyP99Us: 120_000,
    latencyMaxUs: 4_200_000,
  },
  failures: [],
  unclear: [{ seed: 77, reason: 'spent its 1,000,000 steps', case: 'logs/failures/limit-77.json' }],
  rerun: 100,
  stopped: false,
};

test('the census comes first, the verdict with its reasons last', () => {
  expect(sweepReport(record)).toEqual([
    '',
    'faults',
    '             seeds  of all  times  refused  never came  median  longest',
    '  disk/full      0   0.0 %      0        7           1       -        -',
    '  partition  1,200  60.0 %  3,400        2           0   1.2 s      3 s',
    '',
    'clients',
    '  1,000 operations: ok 70.0 %, fail 10.0 %, unknown 20.0 %',
    '  completed in the average seed: 78.0 %',
    '  latency: median 2.1 ms, 99 % 120 ms, longest 4.2 s',
    '       times  cells reached',
    '  cas      2              1',
    '  put      5              1',
    '  never reached:',
    '    cas/plain/fail/storm',
    '',
    'ladder',
    '  rung                       premise held  seeds broken',
    '  I20   election safety            12,000',
    '  I24   leader completeness         never',
    '',
    'probes',
    '  leader-change  1,234  split-vote  0',
    '',
    'coverage',
    '  413 new abstract states per 1,000 seeds, 20,000 in all',
    '  60,000,000 steps in 12 h 13 min of virtual time, 50 s of real time',
    '  40 seeds/s, 1,200,000 steps/s, 880 times real time',
    '  100 seeds run twice with equal digests',
    '',
    'unclear',
    '  seed 77: spent its 1,000,000 steps (logs/failures/limit-77.json)',
    '',
    'inconclusive  raft-storm, seeds 1..2000: 1,999 held, 1 inconclusive; digest 0123456789abcdef',
    '  the premise of I24 never held',
    '  probe split-vote was never reached',
  ]);
});

test('failing seeds are listed with rung and case file, at most twenty', () => {
  const failures = Array.from({ length: 23 }, (_, index) => ({
    seed: index + 1,
    rung: 'I20',
    title: 'election safety',
    key: 'I20/x',
    step: 1_000,
    virtualUs: 5,
    digest: 'f'.repeat(16),
    ...(index === 0 ? { case: 'logs/failures/a.json' } : {}),
  }));
  const lines = sweepReport({ ...record, verdict: 'broken', broken: 23, failures });
  expect(lines).toContain('     1  I20   election safety  1,000  logs/failures/a.json');
  expect(lines).toContain('    20  I20   election safety  1,000');
  expect(lines).toContain('  and 3 more seeds: --json lists all');
});

test('a sweep that judged no seed says so', () => {
  const none = { ...record, to: 0, held: 0, inconclusive: 0, wallMs: 0, stopped: true };
  expect(sweepReport(none)).toContain(
    'inconclusive  raft-storm, no seed, ended early: 0 held; digest 0123456789abcdef',
  );
});
