import { describe, expect, test } from 'vitest';
import { calm, sweep } from '../../../src/index.ts';
import { managerStorm } from './manager-storm.ts';

describe('managers keep their laws', () => {
  test('in calm', async () => {
    const { record } = await sweep(managerStorm(calm()), { seeds: 2, rerunPercent: 100 });
    expect(record.failures).toEqual([]);
    expect(record.held).toBe(2);
  }, 180_000);
});
