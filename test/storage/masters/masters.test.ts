import { expect, test } from 'vitest';
import { sweep } from '../../../src/index.ts';
import { masterStorm } from './master-storm.ts';

test('masters keep their laws while leaders die, are cut off and change', async () => {
  const { record } = await sweep(masterStorm(), { seeds: 20, rerunPercent: 0 });
  expect(record.failures).toEqual([]);
  expect(record.held).toBe(20);
  for (const { id, premise } of record.rungs) expect(premise, id).toBeGreaterThan(0);
}, 180_000);
