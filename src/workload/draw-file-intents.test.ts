import { expect, test } from 'vitest';
import { drawFileIntents } from './draw-file-intents.ts';
import type { FileIntent } from './file-intents.ts';
import { fileClientSettings } from './file-knobs.ts';

const limits = { blockBytes: 256, chunkBytes: 4_096, maxNameBytes: 255, classIds: [1, 2] };
const times = { startUs: 0, endUs: 8_000_000, settleUs: 9_000_000, finalReadsUs: 12_000_000 };

function drawn(seed: number, config: Record<string, boolean>): readonly FileIntent[] {
  const settings = fileClientSettings({ ...config, 'clients.operations': 200 });
  return drawFileIntents(settings, limits, times as never, seed);
}

test('snapshots are removed where snapshots were made before, by whoever it was', () => {
  let found = 0;
  const removed = { own: 0, any: 0 };
  for (let seed = 1; seed <= 20; seed++) {
    const made = new Set<string>();
    for (const intent of drawn(seed, { 'files.clones': true })) {
      if (intent.do === 'snapshot') made.add(intent.newPath);
      if (intent.do !== 'remove-snapshot') continue;
      removed[intent.own ? 'own' : 'any'] += 1;
      if (made.has(intent.path)) found += 1;
    }
  }
  expect(found / (removed.own + removed.any)).toBeGreaterThan(0.4);
  expect(removed.own).toBeGreaterThan(10);
  expect(removed.any).toBeGreaterThan(10);
});
