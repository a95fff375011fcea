import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { killMatrix } from '../../src/report/kill-matrix.ts';
import { readMutants } from '../../src/run/mutant-patch.ts';
import { readResults } from '../../src/run/mutant-results.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, 'mutants', 'raft');

test('docs/kill-matrix.md says what the kept results say', () => {
  const kept = readResults(folder)!;
  const page = killMatrix(kept, readMutants(folder, 'raft', true));
  const hint = 'npx node scripts/kill-matrix.ts writes it anew';
  expect(readFileSync(join(root, 'docs', 'kill-matrix.md'), 'utf8'), hint).toBe(page);
});
