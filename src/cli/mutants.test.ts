import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { countersFile, freshFolder, program } from '../../test/fixtures/program.ts';
import type { KeptResults, MutantRecord, MutantsRecord } from '../record/mutants-record.ts';
import { codeOf } from './mutants.ts';

const folder = freshFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const bonusFile = join(folder, 'lib', 'bonus.ts');
const bonus = 'export const bonus = 0;\n';
mkdirSync(join(folder, 'lib'));
mkdirSync(join(folder, 'scenarios'));
mkdirSync(join(folder, 'mutants', 'toy'), { recursive: true });
writeFileSync(bonusFile, bonus);
writeFileSync(
  join(folder, 'scenarios', 'toy-storm.ts'),
  `import { counters, smallLadder } from ${JSON.stringify(countersFile)};
import { bonus } from '../lib/bonus.ts';
export default counters({
  ladder: smallLadder(900),
  hooks: { onAdd: (amount) => amount + bonus },
});
`,
);

function patch(name: string, header: string, replacement: string): void {
  const diff = [
    'diff --git a/lib/bonus.ts b/lib/bonus.ts',
    '--- a/lib/bonus.ts',
    '+++ b/lib/bonus.ts',
    '@@ -1 +1 @@',
    `-${bonus.trimEnd()}`,
    `+${replacement}`,
    '',
  ].join('\n');
  writeFileSync(join(folder, 'mutants', 'toy', name), `${header}\n${diff}`);
}

patch(
  'b1.patch',
  '# id: B1\n# title: adds too much\n# rung: T1\n# canary: yes',
  'export const bonus = 50;',
);
patch('b2.patch', '# id: B2\n# title: never shows\n# rung: T1', 'export const bonus = 0 + 0;');
patch('c1.patch', '# id: C1\n# title: harmless\n# control: yes', 'export const bonus = -0;');

/** Patches of somebody else: no header, other names, one of them of another code. */
const strangers = join(folder, 'strangers');
mkdirSync(strangers);
writeFileSync(
  join(strangers, 'too-much.diff'),
  `--- lib/bonus.ts\n+++ lib/bonus.ts\n@@ -1 +1 @@\n-${bonus}+export const bonus = 70;\n`,
);
writeFileSync(
  join(strangers, 'stale.patch'),
  '--- a/lib/bonus.ts\n+++ b/lib/bonus.ts\n@@ -1 +1 @@\n-export const malus = 0;\n+export {};\n',
);

const mutants = (...args: string[]): ReturnType<typeof program> =>
  program(folder, ['mutants', 'toy', '--seeds', '1..6', '--jobs', '1', ...args]);

describe.concurrent('mutants', { timeout: 120_000 }, () => {
  test('a canary is killed, by its rung, and the sources stay as they are', async () => {
    const { code, stdout } = await mutants('--only', 'canary', '--json');
    const record = JSON.parse(stdout) as MutantsRecord;
    expect(record.baselines).toMatchObject([{ scenario: 'toy-storm', verdict: 'held' }]);
    expect(record.mutants).toMatchObject([
      { id: 'B1', status: 'killed', rung: 'T1', expected: ['T1'], seedsToKill: expect.any(Number) },
    ]);
    expect(record.mutants[0]!.cpuMs).toBeGreaterThan(0);
    expect(code).toBe(0);
    expect(readFileSync(bonusFile, 'utf8')).toBe(bonus);
  });

  test('a survivor makes it red, a control may survive', async () => {
    const { code, stdout } = await mutants('--only', 'B2,c1');
    expect(stdout).toMatch(/^ {2}B2 +survived +- +T1 /m);
    expect(stdout).toMatch(/^ {2}C1 +survived +- +survives /m);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(
      '0 of 1 mutant killed; 1 of 1 control survived',
    );
    expect(code).toBe(1);
  });

  test('each rung is judged alone, and results are kept', async () => {
    const { stdout } = await mutants('--only', 'B1', '--census', '4', '--save', '--json');
    const [mutant] = (JSON.parse(stdout) as MutantsRecord).mutants;
    const { census } = mutant!;
    expect(census).toMatchObject({ seeds: 4, rungs: [{ id: 'T1', alone: true }] });
    expect(census!.kills).toBe(census!.rungs[0]!.kills);
    const file = join(folder, 'mutants', 'toy', 'results.json');
    const kept = JSON.parse(readFileSync(file, 'utf8')) as KeptResults;
    expect(kept.results).toMatchObject([{ ...mutant, from: 1, to: 6 }]);
    expect(kept.results[0]!.patch).toMatch(/^[0-9a-f]{16}$/);
    expect(kept.rungs.map(({ id }) => id)).toContain('T1');
  });

  test("a stranger's patch needs no header, and without --seeds the seeds are fresh", async () => {
    const args = ['mutants', 'toy', '--dir', strangers, '--only', 'too-much', '--budget', '6'];
    const { code, stdout } = await program(folder, [...args, '--jobs', '1', '--json']);
    const record = JSON.parse(stdout) as MutantsRecord;
    expect(record.mutants).toMatchObject([{ id: 'too-much', status: 'killed', rung: 'T1' }]);
    expect(record.from).toBeGreaterThanOrEqual(1_000_000_000);
    expect(record.to).toBe(record.from + 5);
    expect(code).toBe(0);
  });

  test('a patch that does not apply is named before anything is run', async () => {
    const { code, stdout, stderr } = await mutants('--dir', strangers);
    expect(stderr).toContain('the patch of stale does not apply');
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });

  test('an installed package alone has no sources to plant bugs in', async () => {
    const installed = freshFolder();
    writeFileSync(join(installed, 'package.json'), '{"name": "seedstorm"}');
    try {
      const { code, stderr } = await program(installed, ['mutants', 'raft']);
      expect(stderr).toContain('an installed package has no sources');
      expect(code).toBe(2);
    } finally {
      rmSync(installed, { recursive: true, force: true });
    }
  });

  test('an unknown id offers near ones', async () => {
    const { code, stderr } = await mutants('--only', 'B3');
    expect(stderr).toContain('B3');
    expect(stderr).toContain('B1');
    expect(code).toBe(2);
  });
});

describe('the code of a kill matrix', () => {
  const mutant: MutantRecord = {
    id: 'B1',
    title: '',
    source: '',
    trigger: '',
    seeds: 1,
    unclear: 0,
    scenario: 'toy-storm',
    control: false,
    canary: false,
    status: 'killed',
    expected: ['T1'],
    cpuMs: 1,
    wallMs: 1,
  };
  const matrix = (...mutants: readonly Partial<MutantRecord>[]): MutantsRecord => ({
    schema: 'seedstorm-mutants/1',
    system: 'toy',
    from: 1,
    to: 6,
    baselines: [],
    mutants: mutants.map((changes) => ({ ...mutant, ...changes })),
    stopped: false,
  });

  test('only kills of bugs and surviving controls are green', () => {
    expect(codeOf(matrix({}, { control: true, status: 'survived' }), false)).toBe(0);
    expect(codeOf(matrix({}, { status: 'survived' }), false)).toBe(1);
    expect(codeOf(matrix({ control: true, status: 'killed' }), false)).toBe(1);
    expect(codeOf(matrix({ status: 'inconclusive' }), false)).toBe(3);
    expect(codeOf(matrix({ status: 'timeout' }, { status: 'survived' }), false)).toBe(1);
    expect(codeOf(matrix({ status: 'not exact' }, { status: 'survived' }), false)).toBe(70);
    expect(codeOf(matrix({}), true)).toBe(130);
  });
});
