import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { copySources, differingFiles, plantMutant } from './mutant-copy.ts';
import { type MutantPatch, readMutant } from './mutant-patch.ts';

let folder: string;
let root: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seedstorm-copy-'));
  root = join(folder, 'root');
  mkdirSync(join(root, 'lib', 'logs'), { recursive: true });
  mkdirSync(join(root, 'logs'));
  mkdirSync(join(root, 'node_modules', 'dep'), { recursive: true });
  writeFileSync(join(root, 'lib', 'add.ts'), 'export const one = 1;\n');
  writeFileSync(join(root, 'lib', 'logs', 'kept.ts'), '');
  writeFileSync(join(root, 'logs', 'runs.jsonl'), '{}\n');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function patch(body: string): MutantPatch {
  const file = join(folder, 'bug.patch');
  writeFileSync(file, `# id: T1\n# title: t\n# rung: I1\n${body}`);
  return readMutant(file, 'toy');
}

const bug =
  'diff --git a/lib/add.ts b/lib/add.ts\n--- a/lib/add.ts\n+++ b/lib/add.ts\n@@ -1 +1 @@\n-export const one = 1;\n+export const one = 2;\n';

test('a copy has the sources and the modules, but no evidence of the original', () => {
  const copy = join(folder, 'copy');
  copySources(root, copy);
  expect(existsSync(join(copy, 'lib', 'logs', 'kept.ts'))).toBe(true);
  expect(existsSync(join(copy, 'node_modules', 'dep'))).toBe(true);
  expect(existsSync(join(copy, 'logs'))).toBe(false);
});

test('a planted bug changes its file in the copy and nothing else', () => {
  const copy = join(folder, 'copy');
  copySources(root, copy);
  const pristine = join(folder, 'pristine');
  copySources(root, pristine);
  // The baseline sweep leaves its evidence there.
  mkdirSync(join(pristine, 'logs'));
  writeFileSync(join(pristine, 'logs', 'runs.jsonl'), '{}\n');
  plantMutant(patch(bug), pristine, copy);
  expect(differingFiles(pristine, copy)).toEqual(['lib/add.ts']);
  expect(readFileSync(join(root, 'lib', 'add.ts'), 'utf8')).toContain('= 1');
});

test('a patch that does not fit is refused with the complaint of the tool', () => {
  const copy = join(folder, 'copy');
  copySources(root, copy);
  expect(() => plantMutant(patch(bug.replaceAll('one', 'two')), root, copy)).toThrow(
    expect.objectContaining({ what: 'the patch of T1 does not apply' }),
  );
});

test('a patch that changes other files than it names is refused', () => {
  const copy = join(folder, 'copy');
  copySources(root, copy);
  const pristine = join(folder, 'pristine');
  copySources(root, pristine);
  const mutant = { ...patch(bug), paths: ['lib/add.ts', 'lib/other.ts'] };
  expect(() => plantMutant(mutant, pristine, copy)).toThrow(
    expect.objectContaining({
      what: 'the patch of T1 changed other files than it names',
      hint: 'named: lib/add.ts, lib/other.ts; changed: lib/add.ts',
    }),
  );
});

test('a repository around the copy that ignores it does not make git skip the patch', () => {
  execFileSync('git', ['init', '--quiet', folder]);
  writeFileSync(join(folder, '.gitignore'), '*\n');
  const pristine = join(folder, 'pristine');
  copySources(root, pristine);
  const copy = join(folder, 'copy');
  copySources(root, copy);
  plantMutant(patch(bug), pristine, copy);
  expect(readFileSync(join(copy, 'lib', 'add.ts'), 'utf8')).toContain('= 2');
});
