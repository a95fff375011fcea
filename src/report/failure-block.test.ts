import { expect, test } from 'vitest';
import type { RunRecord, ViolationRecord } from '../record/run-record.ts';
import { failureBlock } from './failure-block.ts';

const violation: ViolationRecord = {
  rung: 'I20',
  title: 'election safety',
  statement: 'At most one node ever wins the election of a term.',
  virtualUs: 6_123_456,
  step: 12_345,
  nodes: ['n1', 'n3'],
  values: { term: 4, winners: ['n1', 'n3'] },
  key: 'I20/leader/win',
  clientVisible: false,
};

const record: RunRecord = {
  schema: 'seedstorm-run/1',
  scenario: 'raft-storm',
  seed: 8123,
  verdict: 'broken',
  reasons: [],
  digest: '0123456789abcdef',
  steps: 12_345,
  virtualUs: 6_123_456,
  wallMs: 80,
  config: { nodes: 3 },
  rungs: [],
  probes: {},
  faults: {},
  operations: {},
  violation,
  aftermath: {
    violations: [
      violation,
      { ...violation, rung: 'I22', title: 'log matching', virtualUs: 6_200_000 },
    ],
    firstClientVisible: { ...violation, rung: 'I43', title: 'linearizable', virtualUs: 7_000_000 },
    events: [
      {
        type: 'step',
        step: 12_345,
        timeUs: 6_123_456,
        node: 'n3',
        incarnation: 2,
        cause: 'message',
        what: 'vote-reply',
        from: 'n2',
        causeStep: 12_001,
        role: ['candidate', 'leader'],
        changed: { term: [3, 4] },
        sent: [
          { to: 'n1', kind: 'append' },
          { to: 'n2', kind: 'append' },
        ],
      },
    ],
  },
  case: 'logs/failures/I20-8123.json',
};

const replay = 'seedstorm replay raft-storm --seed 8123';

test('a failure says which law, when, what disagreed, what led to it, and ends in the command', () => {
  expect(failureBlock(record, { replay, width: 120 })).toEqual([
    'broken  I20 election safety',
    '  law       At most one node ever wins the election of a term.',
    '  when      6.123456 s of virtual time, step 12,345',
    '  where     n1, n3',
    '  disagree  term     4',
    '            winners  ["n1","n3"]',
    '  later     I22 log matching, at 6.200000 s',
    '            a client sees it first as I43, at 7.000000 s',
    '  led to it the last causally related events, oldest first',
    '   12,345     6.123456 s  n3/2    message    vote-reply from n2 (of step 12,001); candidate -> leader; term 3 -> 4; s...',
    '  digest    0123456789abcdef',
    '  case file logs/failures/I20-8123.json',
    '  replay    seedstorm replay raft-storm --seed 8123',
  ]);
});

test('only the last ten events are shown, and whole logs are cut', () => {
  const events = Array.from({ length: 12 }, (_, index) => ({
    type: 'log' as const,
    step: index,
    timeUs: index,
    text: 'x',
  }));
  const log = Array.from({ length: 500 }, (_, index) => index);
  const lines = failureBlock(
    {
      ...record,
      violation: { ...violation, values: { log } },
      aftermath: { violations: [], events },
    },
    { replay },
  );
  expect(lines.filter((line) => line.endsWith('log        x'))).toHaveLength(10);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(200);
});

test('what held has no failure block', () => {
  const { violation: _, ...held } = record;
  expect(failureBlock({ ...held, verdict: 'held' }, { replay })).toEqual([]);
});
