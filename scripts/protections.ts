// Measures which wrong writes get through to a reader with one protection switched off at a time, and
// keeps it beside the patches: node scripts/protections.ts [SEEDS]. A sweep for each cell.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  faultsMeasured,
  judging,
  type ProtectionCell,
  protectionResults,
} from '../src/report/protection-table.ts';
import { copySources, MutantCopy } from '../src/run/mutant-copy.ts';
import { readMutants } from '../src/run/mutant-patch.ts';

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[/\\]$/, '');
const seeds = process.argv[2] ?? '1..12';
const folder = join(root, 'mutants', 'storage-protections');

interface Swept {
  readonly held: number;
  readonly broken: number;
  readonly inconclusive: number;
  readonly rungs: readonly { readonly id: string; readonly broken: number }[];
}

function sweep(cwd: string, scenario: string): Swept {
  const words = ['src/cli/main.ts', 'sweep', scenario, '--seeds', seeds, '--jobs', '1', '--json'];
  const flags = ['--no-evidence', '--no-shrink', '--rungs', judging.join()];
  const { stdout, stderr } = spawnSync(process.execPath, [...words, ...flags], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const line = stdout.trim().split('\n').at(-1) ?? '';
  if (!line.startsWith('{')) throw new Error(`no result of ${scenario}: ${stderr.slice(-2_000)}`);
  return JSON.parse(line) as Swept;
}

const home = mkdtempSync(join(tmpdir(), 'seedstorm-protections-'));
try {
  const pristine = join(home, 'pristine');
  copySources(root, pristine);
  const copy = new MutantCopy(pristine, join(home, 'copy'));
  const cells: ProtectionCell[] = [];
  for (const mutant of [undefined, ...readMutants(folder, 'storage-protections', true)]) {
    if (mutant !== undefined) copy.plant(mutant);
    for (const { scenario } of faultsMeasured) {
      const { held, broken, inconclusive, rungs } = sweep(copy.folder, scenario);
      const which = rungs.filter((rung) => rung.broken > 0).map(({ id }) => id);
      const id = mutant?.id ?? '';
      cells.push({ id, scenario, seeds: held + broken + inconclusive, broken, rungs: which });
      process.stderr.write(`${id || 'all on'} ${scenario}: ${broken} ${which.join()}\n`);
    }
    if (mutant !== undefined) copy.restore();
  }
  writeFileSync(
    join(folder, 'protections.json'),
    `${JSON.stringify(protectionResults(seeds, cells), null, 2)}\n`,
  );
} finally {
  rmSync(home, { recursive: true, force: true });
}
