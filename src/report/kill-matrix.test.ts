import { expect, test } from 'vitest';
import type { KeptResult, KeptResults } from '../record/mutants-record.ts';
import { killMatrix } from './kill-matrix.ts';

const bug: KeptResult = {
  id: 'L1',
  title: 'counts copies | of old terms',
  source: 'Raft, figure 8',
  trigger: '',
  scenario: 'raft-storm',
  control: false,
  canary: false,
  status: 'killed',
  expected: ['I23'],
  rung: 'I23',
  seed: 7,
  seedsToKill: 2,
  seeds: 2,
  unclear: 0,
  cpuMs: 1_500,
  wallMs: 1_600,
  census: {
    seeds: 100,
    kills: 40,
    blackBox: 3,
    rungs: [
      { id: 'I23', kills: 40, seed: 7, alone: true },
      { id: 'I24', kills: 4, seed: 9, alone: false },
    ],
  },
  from: 6,
  to: 2_005,
  commit: '0123456789abcdef',
  dirty: false,
  sources: 'cafe',
  patch: 'beef',
};
const control: KeptResult = { ...bug, id: 'C1', control: true, status: 'survived', seeds: 500 };
const kept: KeptResults = {
  schema: 'seedstorm-mutant-results/1',
  system: 'raft',
  rungs: [
    { id: 'I23', title: 'commit rule' },
    { id: 'I24', title: 'one chain' },
  ],
  results: [bug, control],
};

test('a page has bugs with intervals, rungs alone, controls with their bound, and provenance', () => {
  const page = killMatrix(kept, [bug, control, { id: 'Z9', title: '' }]);
  expect(page).toContain('**1 of 1 bugs killed.**');
  expect(page).toContain(
    '| L1 | counts copies \\| of old terms | I23 | I23 | 2 | 1.5 | 40/100 | 30.9-49.8 % | 3 | - |',
  );
  expect(page).toContain('| I23 | commit rule | 1 | L1 |');
  expect(page).toContain('no bug here turns it red alone: I24 (one chain).');
  expect(page).toContain('**0 of 1 control killed**, over 500 seeds in all.');
  expect(page).toContain('Not measured yet: Z9.');
  expect(page).toContain('- commit 0123456789, sources cafe, seeds from 6 on: L1 C1');
});

test('what was not killed, and a control that was, are said first', () => {
  const { rung: _, seedsToKill: __, census: ___, ...rest } = bug;
  const survivor: KeptResult = { ...rest, status: 'survived', seeds: 2_000 };
  const page = killMatrix({ ...kept, results: [survivor, { ...control, status: 'killed' }] }, []);
  expect(page).toContain('- Not killed: L1 (survived).');
  expect(page).toContain('| **survived** | > 2,000 |');
  expect(page).toContain('- **1 of 1 control killed.**');
});
