// Writes the kill matrix of a system from what `seedstorm mutants <system> --save` has kept.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { killMatrix } from '../src/report/kill-matrix.ts';
import { readMutants } from '../src/run/mutant-patch.ts';
import { readResults } from '../src/run/mutant-results.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const system = process.argv[2] ?? 'raft';
const folder = join(root, 'mutants', system);
const kept = readResults(folder);
if (kept === undefined) throw new Error(`no results: npx seedstorm mutants ${system} --save`);
const page = killMatrix(kept, readMutants(folder, system, true));
writeFileSync(
  join(root, 'docs', system === 'raft' ? 'kill-matrix.md' : `kill-matrix-${system}.md`),
  page,
);
