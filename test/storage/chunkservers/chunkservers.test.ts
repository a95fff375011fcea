import { describe, expect, test } from 'vitest';
import { sweep } from '../../../src/index.ts';
import { chunkServerStorm } from './storm.ts';

const seeds = 30;

describe('chunkservers in a storm', () => {
  test('keep what was acknowledged, and read what was written', async () => {
    const { record } = await sweep(chunkServerStorm(), { seeds });
    expect(record.failures).toEqual([]);
    expect(record.held).toBe(seeds);
  }, 120_000);
});
