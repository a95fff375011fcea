import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type MutantPatch, readMutants, selectMutants } from './mutant-patch.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'seedstorm-patch-'));
  mkdirSync(join(root, 'mutants', 'toy'), { recursive: true });
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

const diff = '--- a/lib/add.ts\n+++ b/lib/add.ts\n@@ -1 +1 @@\n-1\n+2\n';

function mutantsOf(system: string): readonly MutantPatch[] {
  return readMutants(join(root, 'mutants', system), system, true);
}

function write(name: string, header: string, body: string = diff): void {
  writeFileSync(join(root, 'mutants', 'toy', name), `${header}\n${body}`);
}

test('a header becomes data, with defaults for what it leaves out', () => {
  write(
    'a.patch',
    '# id: T1\n# title: adds wrongly\n# rung: I1, I2\n# canary: yes\n# source: issue 7',
  );
  expect(mutantsOf('toy')).toEqual([
    {
      id: 'T1',
      title: 'adds wrongly',
      source: 'issue 7',
      trigger: '',
      rungs: ['I1', 'I2'],
      scenario: 'toy-storm',
      canary: true,
      control: false,
      file: join(root, 'mutants', 'toy', 'a.patch'),
      paths: ['lib/add.ts'],
    },
  ]);
});

test('new and removed files count, a removed line that looks like a header does not', () => {
  const body =
    'diff --git a/new.ts b/new.ts\n--- /dev/null\n+++ b/new.ts\n@@ -0,0 +1 @@\n+1\n' +
    'diff --git a/old.ts b/old.ts\n--- a/old.ts\n+++ /dev/null\n@@ -1,2 +0,0 @@\n--- a/no.ts\n-2\n';
  write('a.patch', '# id: T1\n# title: t\n# rung: I1', body);
  expect(mutantsOf('toy')[0]!.paths).toEqual(['new.ts', 'old.ts']);
});

test('what a header lacks is named with its file; a control needs no rung', () => {
  write('a.patch', '# title: t\n# rung: I1');
  expect(() => mutantsOf('toy')).toThrow(/a\.patch: the header lacks "# id: \.\.\."/);
  write('a.patch', '# id: T1\n# title: t');
  expect(() => mutantsOf('toy')).toThrow('the header lacks "# rung: ..."');
  write('a.patch', '# id: T1\n# title: t\n# control: yes');
  expect(mutantsOf('toy')[0]).toMatchObject({ control: true, rungs: [] });
  write('b.patch', '# id: T1\n# title: t\n# control: yes');
  expect(() => mutantsOf('toy')).toThrow('another mutant has the id T1 too');
  write('b.patch', '# id: T2\n# title: t\n# control: yes', 'no diff here\n');
  expect(() => mutantsOf('toy')).toThrow('there is no diff in this file');
});

test('an unknown system offers near names', () => {
  expect(() => mutantsOf('tov')).toThrow(
    expect.objectContaining({ what: 'there are no mutants of tov', hint: 'did you mean toy?' }),
  );
});

test('mutants are selected by id in any case, or as canaries', () => {
  write('a.patch', '# id: T1\n# title: t\n# rung: I1');
  write('b.patch', '# id: T2\n# title: t\n# rung: I1\n# canary: yes');
  const all = mutantsOf('toy');
  const ids = (only?: readonly string[]): string[] =>
    selectMutants(all, only).map((mutant) => mutant.id);
  expect(ids()).toEqual(['T1', 'T2']);
  expect(ids(['canary'])).toEqual(['T2']);
  expect(ids(['t2', 'T1'])).toEqual(['T1', 'T2']);
  expect(() => ids(['T3'])).toThrow('--only: there is no mutant T3');
});
