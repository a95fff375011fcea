import { expect, test } from 'vitest';
import { drawFileIntents } from './draw-file-intents.ts';
import type { FileIntent } from './file-intents.ts';
import { fileClientSettings, fileFeatures } from './file-knobs.ts';

const limits = { blockBytes: 256, chunkBytes: 4_096, maxNameBytes: 255, classIds: [1, 2] };
const times = { startUs: 0, endUs: 8_000_000, settleUs: 9_000_000, finalReadsUs: 12_000_000 };
const features = Object.fromEntries(fileFeatures.map((feature) => [`files.${feature}`, true]));

function intents(mistakes: number, seed: number): readonly FileIntent[] {
  const config = { ...features, 'clients.operations': 320, 'files.mistakes': mistakes };
  return drawFileIntents(fileClientSettings(config), limits, times as never, seed);
}

test('mistakes are so many, of many kinds, and leave all other operations as they are', () => {
  const seen = new Map<string, number>();
  let all = 0;
  for (let seed = 1; seed <= 60; seed++) {
    const [without, within] = [intents(0, seed), intents(50, seed)];
    expect(within).toHaveLength(without.length);
    for (const [at, intent] of within.entries()) {
      const other = without[at]!;
      expect([intent.do, intent.client, intent.atUs]).toEqual([other.do, other.client, other.atUs]);
      all += 1;
      if (JSON.stringify(intent) === JSON.stringify(other)) continue;
      // A case file keeps it as it is.
      expect(JSON.parse(JSON.stringify(intent))).toEqual(intent);
      seen.set(intent.do, (seen.get(intent.do) ?? 0) + 1);
    }
  }
  const made = [...seen.values()].reduce((sum, count) => sum + count, 0);
  expect(made / all).toBeGreaterThan(0.02);
  expect(made / all).toBeLessThan(0.06);
  for (const must of ['read', 'write', 'reopen', 'lock', 'ftruncate', 'rename', 'setattr']) {
    expect([must, seen.get(must) ?? 0]).not.toEqual([must, 0]);
  }
});
