import { describe, expect, test } from 'vitest';
import { everything, sweep } from '../../../src/index.ts';
import { masterStorm } from './master-storm.ts';

describe('masters keep their laws', () => {
  test('while leaders die, are cut off and change', async () => {
    const seeds = 20;
    const { record } = await sweep(masterStorm(), { seeds, rerunPercent: 5 });
    expect(record.failures).toEqual([]);
    expect(record.held).toBe(seeds);
    for (const { id, premise } of record.rungs) expect(premise, id).toBeGreaterThan(0);
    for (const seen of [
      'a chunk is recovered',
      'a chain is formed anew',
      'a replica adopts from a longer one',
      'caches recalled',
      'a write lease recalled',
      'a repair begins',
      'a fragment was erased',
      'a part leaves a drained server',
      'a chunk was converted',
      'a metalogger saved its tables',
    ]) {
      expect(record.probes[seen], seen).toBeGreaterThan(0);
    }
  }, 180_000);

  test('under faults of disks and clocks too', async () => {
    const seeds = 15;
    // Chunkservers of these tests say it of no fragment when a disk has rotted.
    const storm = everything({ except: ['wipe', 'bit-flip'] });
    const { record } = await sweep(masterStorm(storm), { seeds, rerunPercent: 0 });
    expect(record.failures).toEqual([]);
    expect(record.held).toBe(seeds);
  }, 180_000);
});
