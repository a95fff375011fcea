import { expect, test } from 'vitest';
import beyondDrift from '../../../scenarios/raft-lease-beyond-drift.ts';
import { runCase } from '../run.ts';
import { shrinkCase } from './shrink-case.ts';

test('a cluster of Raft, hundreds of calls and six faults shrink to a handful', {
  timeout: 120_000,
}, async () => {
  let seed = 1;
  let red = await runCase(beyondDrift, { seed }, { aftermath: false });
  while (red.record.verdict !== 'broken' && seed < 60) {
    red = await runCase(beyondDrift, { seed: ++seed }, { aftermath: false });
  }
  const { record, caseFile } = await shrinkCase(beyondDrift, red.caseFile, { timeMs: 100_000 });
  expect(record.key).toBe(red.record.violation?.key);
  expect(record.minimal).toBe(true);
  expect(record.before.operations).toBeGreaterThan(400);
  // A slow clock and a cut; a write, and a read that does not see it.
  expect(record.after.faults).toBeLessThanOrEqual(3);
  expect(record.after.operations).toBeLessThanOrEqual(4);
  expect(record.after.choices).toBeLessThanOrEqual(2);
  expect(record.reductionPercent).toBeGreaterThan(99);
  expect(record.bytes).toBeLessThan(10_000);
  const again = await runCase(beyondDrift, caseFile, { aftermath: false });
  expect(again.record.digest).toBe(record.digest);
  expect(again.record.violation?.rung).toBe(record.rung);
});
