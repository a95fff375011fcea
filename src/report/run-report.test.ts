import { expect, test } from 'vitest';
import type { RunRecord } from '../record/run-record.ts';
import { drawnOptions } from './drawn-options.ts';
import { runReport } from './run-report.ts';

const record: RunRecord = {
  schema: 'seedstorm-run/1',
  scenario: 'raft-storm',
  seed: 7,
  verdict: 'inconclusive',
  reasons: ['spent its 1,000,000 steps'],
  digest: '0123456789abcdef',
  steps: 1_000_000,
  virtualUs: 22_000_000,
  wallMs: 900,
  config: { nodes: 5 },
  rungs: [
    { id: 'I1', title: 'every step ends', verdict: 'held', premise: 9 },
    { id: 'I20', title: 'election safety', verdict: 'inconclusive', premise: 0 },
    { id: 'I24', title: 'leader completeness', verdict: 'inconclusive', premise: 0 },
  ],
  probes: { 'split-vote': 2, 'never-seen': 0 },
  faults: { kill: { begun: 3, refused: 1, never: 0, durationsUs: [3_000, 1_000, 2_000] } },
  clients: { ok: 3, fail: 0, unknown: 1 },
  operations: { 'put/plain/ok': 3, 'put/large/ok': 1, 'get/plain/ok': 0, restart: 2 },
};

test('a run says what the weather did, what was put to the test, and its verdict last', () => {
  expect(runReport(record)).toEqual([
    '',
    'faults',
    '        times  refused  never came  median  longest',
    '  kill      3        1           0    2 ms     3 ms',
    '',
    'clients',
    '  4 operations: ok 75.0 %, fail 0.0 %, unknown 25.0 %',
    '  put      large/ok 1, plain/ok 3',
    '  restart  2',
    '',
    'ladder',
    '  3 rungs, 1 put to the test',
    '  not this time: I20, I24',
    '',
    'probes',
    '  split-vote 2',
    '',
    'inconclusive  raft-storm, seed 7: 1,000,000 steps, 22 s of virtual time, 900 ms of real time; digest 0123456789abcdef',
    '  spent its 1,000,000 steps',
  ]);
});

test('drawn options stand together by the part of the system that they belong to', () => {
  const config = {
    nodes: 5,
    'raft.electionTimeoutUs': 150_000,
    'net.lossPerMillion': 0,
    'raft.preVote': true,
  };
  expect(drawnOptions(config, undefined, 36)).toEqual([
    '        nodes 5',
    '  raft  electionTimeoutUs 150000,',
    '        preVote true',
    '  net   lossPerMillion 0',
  ]);
});
