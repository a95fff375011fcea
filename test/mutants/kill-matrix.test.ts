import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { killMatrix } from '../../src/report/kill-matrix.ts';
import { readMutants } from '../../src/run/mutant-patch.ts';
import { readResults } from '../../src/run/mutant-results.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

test.each([
  ['raft', 'kill-matrix.md'],
  ['storage', 'kill-matrix-storage.md'],
  ['orchestrator', 'kill-matrix-orchestrator.md'],
])('what was measured of %s is what docs/%s says', (system, name) => {
  const folder = join(root, 'mutants', system);
  const kept = readResults(folder)!;
  const page = killMatrix(kept, readMutants(folder, system, true));
  const hint = `npx node scripts/kill-matrix.ts ${system} writes it anew`;
  expect(readFileSync(join(root, 'docs', name), 'utf8'), hint).toBe(page);
});
