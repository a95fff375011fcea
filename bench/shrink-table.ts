// Plants each Raft mutant in a copy of the sources, lets a sweep find it, shrinks what was found and
// prints a table: node bench/shrink-table.ts [--only L1,D1] [--seeds 600] [--seconds 30] [--jobs 1]
// [--out file.md]
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { ShrinkRecord } from '../src/record/shrink-record.ts';
import { type ShrinkRow, shrinkTable } from '../src/report/shrink-table.ts';
import { copySources, MutantCopy } from '../src/run/mutant-copy.ts';
import { readMutants } from '../src/run/mutant-patch.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    seeds: { type: 'string', default: '600' },
    seconds: { type: 'string', default: '30' },
    jobs: { type: 'string', default: '1' },
    out: { type: 'string' },
    data: { type: 'string' },
  },
});
const root = resolve(fileURLToPath(new URL('..', import.meta.url)));
const only = values.only?.split(',');
const mutants = readMutants(join(root, 'mutants/raft'), 'raft', true).filter(
  ({ id, control }) => !control && (only === undefined || only.includes(id)),
);
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'seedstorm-shrink-')));
const rows: ShrinkRow[] = [];
try {
  const pristine = join(folder, 'pristine');
  copySources(root, pristine);
  const copy = new MutantCopy(pristine, join(folder, 'copy'));
  for (const mutant of mutants) {
    try {
      copy.plant(mutant);
    } catch (error) {
      process.stderr.write(`${mutant.id}: ${error instanceof Error ? error.message : error}\n`);
      continue;
    }
    const { seed, cpuMs = 0, ...record } = await shrinkIn(copy.folder, mutant.scenario);
    const row = {
      id: mutant.id,
      title: mutant.title,
      ...(seed === undefined ? {} : { seed, cpuMs, record: record as ShrinkRecord }),
    };
    rows.push(row);
    process.stderr.write(`${JSON.stringify(row)}\n`);
    if (values.data !== undefined) writeFileSync(values.data, JSON.stringify(rows));
    copy.restore();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const table = `${shrinkTable(rows, Number(values.seeds)).join('\n')}\n`;
process.stdout.write(table);
if (values.out !== undefined) {
  const marker = '<!-- table -->\n';
  const [before = ''] = readFileSync(values.out, 'utf8').split(marker);
  writeFileSync(values.out, before + marker + table);
}

/** What the program in the copy printed. */
function shrinkIn(
  cwd: string,
  scenario: string,
): Promise<{ readonly seed?: number; readonly cpuMs?: number } & Partial<ShrinkRecord>> {
  const args = ['bench/shrink-in-copy.ts', scenario, values.seeds, values.seconds, values.jobs];
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'ignore'] });
    const timer = setTimeout(() => child.kill('SIGKILL'), 300_000);
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
    });
    child.once('close', () => {
      clearTimeout(timer);
      try {
        resolve(JSON.parse(text.trimEnd().split('\n').at(-1) ?? '{}'));
      } catch {
        resolve({});
      }
    });
  });
}
