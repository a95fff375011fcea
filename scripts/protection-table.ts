// Writes docs/protection-table.md from what scripts/protections.ts has measured.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ProtectionResults, protectionTable } from '../src/report/protection-table.ts';
import { readMutants } from '../src/run/mutant-patch.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'mutants', 'storage-protections');
const results = readFileSync(join(folder, 'protections.json'), 'utf8');
const page = protectionTable(
  JSON.parse(results) as ProtectionResults,
  readMutants(folder, 'storage-protections', true),
);
writeFileSync(join(root, 'docs', 'protection-table.md'), page);
