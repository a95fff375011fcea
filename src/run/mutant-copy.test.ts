import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkPatches, copySources, MutantCopy } from './mutant-copy.ts';
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

test('a planted bug changes its file in the copy and nothing else, and is taken back', () => {
  const copy = new MutantCopy(root, join(folder, 'copy'));
  const planted = join(copy.folder, 'lib', 'add.ts');
  // What a sweep leaves there is no source.
  mkdirSync(join(copy.folder, 'logs'));
  writeFileSync(join(copy.folder, 'logs', 'runs.jsonl'), '{}\n');
  for (let round = 0; round < 2; round += 1) {
    copy.plant(patch(bug));
    expect(readFileSync(planted, 'utf8')).toContain('= 2');
    copy.restore();
    expect(readFileSync(planted, 'utf8')).toContain('= 1');
  }
  expect(readFileSync(join(root, 'lib', 'add.ts'), 'utf8')).toContain('= 1');
});

test('new files are taken away again, removed ones brought back', () => {
  const copy = new MutantCopy(root, join(folder, 'copy'));
  const body =
    'diff --git a/new.ts b/new.ts\nnew file mode 100644\n--- /dev/null\n+++ b/new.ts\n@@ -0,0 +1 @@\n+export {};\n' +
    'diff --git a/lib/add.ts b/lib/add.ts\ndeleted file mode 100644\n--- a/lib/add.ts\n+++ /dev/null\n' +
    '@@ -1 +0,0 @@\n-export const one = 1;\n';
  copy.plant(patch(body));
  expect(existsSync(join(copy.folder, 'new.ts'))).toBe(true);
  expect(existsSync(join(copy.folder, 'lib', 'add.ts'))).toBe(false);
  copy.restore();
  expect(existsSync(join(copy.folder, 'new.ts'))).toBe(false);
  expect(existsSync(join(copy.folder, 'lib', 'add.ts'))).toBe(true);
});

test('a patch that does not fit is refused with the complaint of the tool', () => {
  const stale = patch(bug.replaceAll('one', 'two'));
  const complaint = expect.objectContaining({ what: 'the patch of T1 does not apply' });
  const copy = new MutantCopy(root, join(folder, 'copy'));
  expect(() => copy.plant(stale)).toThrow(complaint);
  expect(() => checkPatches([stale], copy.folder)).toThrow(complaint);
  expect(() => checkPatches([stale, { ...stale, id: 'T2' }], copy.folder)).toThrow(/T1, T2/);
});

test('a patch that changes other files than it names is refused', () => {
  const copy = new MutantCopy(root, join(folder, 'copy'));
  const mutant = { ...patch(bug), paths: ['lib/add.ts', 'lib/other.ts'] };
  expect(() => copy.plant(mutant)).toThrow(
    expect.objectContaining({
      what: 'the patch of T1 changed other files than it names',
      hint: 'named: lib/add.ts, lib/other.ts; changed: lib/add.ts',
    }),
  );
});

test('a repository around the copy that ignores it does not make git skip the patch', () => {
  execFileSync('git', ['init', '--quiet', folder]);
  writeFileSync(join(folder, '.gitignore'), '*\n');
  const copy = new MutantCopy(root, join(folder, 'copy'));
  copy.plant(patch(bug));
  expect(readFileSync(join(copy.folder, 'lib', 'add.ts'), 'utf8')).toContain('= 2');
});
