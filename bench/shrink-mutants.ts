import { spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ShrinkRecord } from '../src/record/shrink-record.ts';
import type { ShrinkRow } from '../src/report/shrink-table.ts';
import { copySources, MutantCopy } from '../src/run/mutant-copy.ts';
import { readMutants } from '../src/run/mutant-patch.ts';

/** How planted bugs are hunted and shrunk. */
export interface ShrinkWishes {
  /** Ids; undefined: all. */
  readonly only?: readonly string[] | undefined;
  /** Seeds that each bug has to show itself. */
  readonly seeds: number;
  /** Real time to shrink each. */
  readonly seconds: number;
  readonly jobs: number;
}

/**
 * Plants each bug of Raft in a copy of the sources, lets a sweep find it and shrinks what was found.
 *
 * @param onRow takes each row when it is there
 * @param note takes complaints about patches that do not apply
 */
export async function shrinkMutants(
  wishes: ShrinkWishes,
  onRow: (row: ShrinkRow) => void,
  note: (text: string) => void,
): Promise<readonly ShrinkRow[]> {
  const root = resolve(fileURLToPath(new URL('..', import.meta.url)));
  const mutants = readMutants(join(root, 'mutants/raft'), 'raft', true).filter(
    ({ id, control }) => !control && (wishes.only === undefined || wishes.only.includes(id)),
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
        note(`${mutant.id}: ${error instanceof Error ? error.message : error}`);
        continue;
      }
      const { seed, cpuMs = 0, ...record } = await shrinkIn(copy.folder, mutant.scenario, wishes);
      const row = {
        id: mutant.id,
        title: mutant.title,
        ...(seed === undefined ? {} : { seed, cpuMs, record: record as ShrinkRecord }),
      };
      rows.push(row);
      onRow(row);
      copy.restore();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return rows;
}

/** What the program in the copy printed. */
function shrinkIn(
  cwd: string,
  scenario: string,
  { seeds, seconds, jobs }: ShrinkWishes,
): Promise<{ readonly seed?: number; readonly cpuMs?: number } & Partial<ShrinkRecord>> {
  const args = ['bench/shrink-in-copy.ts', scenario, ...[seeds, seconds, jobs].map(String)];
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
