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

test('a cell that is not as predicted is named, with the reason where one is known', () => {
  const cell = (id: string, fault: string, broken: number) => ({
    ...{ id, scenario: `storage-${fault}`, seeds: 4, broken },
    rungs: broken > 0 ? ['SA3'] : [],
  });
  const page = (...cells: ReturnType<typeof cell>[]) =>
    protectionTable({ schema: 'seedstorm-protections/1', seeds: '1..4', cells }, [
      { id: 'P2', title: 'beside' },
      { id: 'P5', title: 'none' },
    ]);
  const asPredicted = page(
    cell('', 'lost-writes', 0),
    cell('P2', 'lost-writes', 1),
    cell('P2', 'torn-writes', 0),
  );
  expect(asPredicted).toContain('Of 3 cells 3 are as that model predicts.');
  const others = page(
    cell('', 'lost-writes', 2),
    cell('P5', 'rotten-disk', 0),
    cell('P5', 'torn-writes', 0),
    cell('P5', 'lost-writes', 1),
  );
  expect(others).toContain('Of 4 cells 1 are as that model predicts; the others:');
  expect(others).toContain('- All on, *lost* writes: seen, and not predicted; why is not known.');
  expect(others).toContain('- P5, *rotten* writes: predicted to get through, not seen; why is');
  expect(others).toContain('- P5, *torn* writes: predicted to get through, not seen; what is in');
});
