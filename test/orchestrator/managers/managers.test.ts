import { describe, expect, test } from 'vitest';
import { calm, sweep } from '../../../src/index.ts';
import { managerStorm } from './manager-storm.ts';

describe('managers keep their laws', () => {
  test('in calm', async () => {
    const { record } = await sweep(managerStorm(calm()), { seeds: 2, rerunPercent: 100 });
    expect(record.failures).toEqual([]);
    expect(record.held).toBe(2);
  }, 180_000);

  test('while leaders die, are cut off and change', async () => {
    const seeds = 15;
    const { record } = await sweep(managerStorm(), { seeds, rerunPercent: 10 });
    expect(record.failures).toEqual([]);
    expect(record.held).toBe(seeds);
    for (const { id, premise } of record.rungs) expect(premise, id).toBeGreaterThan(0);
  }, 180_000);
});
