import { describe, expect, test } from 'vitest';
import { rot, type Scenario, sweep } from '../../../src/index.ts';
import { chunkServerStorm, straySectors } from './storm.ts';

async function record(scenario: Scenario, seeds: number) {
  const swept = await sweep(scenario, { seeds, rerunPercent: 10 });
  expect(swept.record.failures).toEqual([]);
  expect(swept.record.held).toBe(seeds);
  return swept.record;
}

describe('chunkservers under a scripted master and client', () => {
  test('keep what was acknowledged, and read what was written, in a storm of everything', async () => {
    const { rungs, probes } = await record(chunkServerStorm(), 12);
    for (const { id, premise } of rungs) expect(premise, id).toBeGreaterThan(0);
    for (const probe of ['read of a pending block', 'write handed on again', 'scrub cycle']) {
      expect(probes[probe], probe).toBeGreaterThan(0);
    }
  }, 240_000);

  test('serve nothing that has rotted, on however many disks', async () => {
    const { probes } = await record(chunkServerStorm(rot()), 12);
    expect(probes['fragment in quarantine']).toBeGreaterThan(0);
  }, 240_000);

  test('serve nothing that a disk wrote elsewhere, or not at all', async () => {
    const { probes } = await record(straySectors(), 4);
    expect(probes['fragment in quarantine']).toBeGreaterThan(0);
  }, 240_000);
});
