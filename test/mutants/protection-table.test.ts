import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { type ProtectionResults, protectionTable } from '../../src/report/protection-table.ts';
import { readMutants } from '../../src/run/mutant-patch.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('what was measured of protections is what docs/protection-table.md says', () => {
  const folder = join(root, 'mutants', 'storage-protections');
  const results = readFileSync(join(folder, 'protections.json'), 'utf8');
  const page = protectionTable(
    JSON.parse(results) as ProtectionResults,
    readMutants(folder, 'storage-protections', true),
  );
  const hint = 'npx node scripts/protection-table.ts writes it anew';
  expect(readFileSync(join(root, 'docs', 'protection-table.md'), 'utf8'), hint).toBe(page);
});
