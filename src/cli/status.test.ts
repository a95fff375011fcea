import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { countersFile, type Ended, freshFolder, program } from '../../test/fixtures/program.ts';
import type { StatusRecord } from '../record/status-record.ts';

const folder = freshFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const git = (...words: string[]): string => {
  const who = ['-c', 'user.name=t', '-c', 'user.email=t@example.org'];
  return execFileSync('git', [...who, ...words], { cwd: folder, encoding: 'utf8' });
};
const write = (path: string, text: string): void => {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), text);
};
const read = (path: string): string => readFileSync(join(folder, path), 'utf8');
const seedstorm = (...words: string[]): Promise<Ended> => program(folder, words);

/** States by the ids of the claims. */
async function states(...words: string[]): Promise<Record<string, string>> {
  const { code, stdout, stderr } = await seedstorm('status', '--json', ...words);
  expect([code, stderr]).toEqual([0, '']);
  const { claims } = JSON.parse(stdout) as StatusRecord;
  return Object.fromEntries(claims.map(({ claim, state }) => [claim.id, state]));
}

const claims = {
  schema: 'seedstorm-claims/1',
  title: 'Toy',
  files: ['docs/status.md', 'docs/status.json', 'docs/status.html'],
  claims: [
    {
      id: 'toy.adds',
      text: 'Nothing is added that nobody asked for.',
      group: 'Laws',
      check: { kind: 'sweep', scenario: 'toy', seeds: 5, rungs: ['T1'] },
      paths: ['lib', 'scenarios/toy.ts'],
    },
    {
      id: 'toy.steady',
      text: 'A seed decides everything.',
      group: 'Harness',
      check: { kind: 'doctor', scenario: 'toy', seeds: 2 },
      paths: ['lib'],
    },
    {
      id: 'toy.lists',
      text: 'The command ends well.',
      group: 'Harness',
      check: { kind: 'command', run: 'test -f lib/bonus.ts' },
      paths: ['lib'],
      saidIn: [{ file: 'README.md', words: 'lists well' }],
    },
  ],
};

beforeAll(() => {
  write('claims.json', JSON.stringify(claims));
  write('README.md', '# Toy\n\nIt lists\nwell.\n');
  write('lib/bonus.ts', 'export const bonus = 0;\n');
  write(
    'scenarios/toy.ts',
    `import { counters, smallLadder } from ${JSON.stringify(countersFile)};
import { bonus } from '../lib/bonus.ts';
export default counters({ ladder: smallLadder(900), hooks: { onAdd: (amount) => amount + bonus } });
`,
  );
  git('init', '-q');
  git('add', '-A');
  git('commit', '-qm', 'first');
});

describe('status, from claim to HELD and back', () => {
  test('nothing is held without evidence; a document makes it CLAIMED', async () => {
    expect(await states()).toEqual({
      'toy.adds': 'NONE',
      'toy.steady': 'NONE',
      'toy.lists': 'CLAIMED',
    });
  });

  test('a real sweep and a real doctor make it HELD, and committing the evidence keeps it', async () => {
    expect((await seedstorm('sweep', 'toy', '--seeds', '3')).code).toBe(0);
    expect((await states())['toy.adds']).toBe('PARTIAL');
    expect((await seedstorm('sweep', 'toy', '--seeds', '4..5')).code).toBe(0);
    expect((await seedstorm('doctor', 'toy', '--seeds', '2')).code).toBe(0);
    expect(await states()).toMatchObject({ 'toy.adds': 'HELD', 'toy.steady': 'HELD' });
    const before = read('docs/status.md');
    git('add', '-A');
    git('commit', '-qm', 'evidence');
    expect((await seedstorm('status', '--check')).code).toBe(0);
    expect(await states()).toMatchObject({ 'toy.adds': 'HELD', 'toy.steady': 'HELD' });
    expect(read('docs/status.md')).toBe(before);
  }, 60_000);

  test('--no-evidence leaves no line', async () => {
    const lines = (): number => read('logs/runs.jsonl').split('\n').length;
    const before = lines();
    await seedstorm('sweep', 'toy', '--seeds', '1', '--no-evidence');
    expect(lines()).toBe(before);
  }, 60_000);

  test('--check is red after an edit by hand, and names the line', async () => {
    const right = read('docs/status.md');
    write('docs/status.md', right.replace('**2 of 3 claims', '**3 of 3 claims'));
    const { code, stdout } = await seedstorm('status', '--check');
    expect(code).toBe(1);
    expect(stdout).toMatch(/differs {2}docs\/status\.md:5\n {2}in the file {2}\*\*3 of 3 claims/);
    expect(read('docs/status.md')).toContain('**3 of 3 claims');
    rmSync(join(folder, 'docs/status.html'));
    const two = await seedstorm('status', '--check', '--json');
    expect(JSON.parse(two.stdout).differences.map(({ file }: { file: string }) => file)).toEqual([
      'docs/status.md',
      'docs/status.html',
    ]);
    await states();
    expect(read('docs/status.md')).toBe(right);
    expect((await seedstorm('status', '--check')).code).toBe(0);
  }, 60_000);

  test('touching a file below its paths makes it STALE, undoing it makes it HELD', async () => {
    const lib = read('lib/bonus.ts');
    write('lib/bonus.ts', `${lib}// a thought\n`);
    expect((await seedstorm('status', '--check')).code).toBe(1);
    expect(await states()).toMatchObject({ 'toy.adds': 'STALE', 'toy.steady': 'STALE' });
    write('lib/bonus.ts', lib);
    expect(await states()).toMatchObject({ 'toy.adds': 'HELD', 'toy.steady': 'HELD' });
    write('scenarios/other.ts', 'export {};\n');
    expect(await states()).toMatchObject({ 'toy.adds': 'HELD' });
    rmSync(join(folder, 'scenarios/other.ts'));
    write('scenarios/toy.ts', `${read('scenarios/toy.ts')}\n`);
    expect(await states()).toMatchObject({ 'toy.adds': 'STALE', 'toy.steady': 'HELD' });
    git('checkout', '-q', '--', 'scenarios');
  }, 60_000);

  test('a red sweep is FAILING with the way to see it, and stays so until a run says otherwise', async () => {
    write('lib/bonus.ts', 'export const bonus = 50;\n');
    expect((await seedstorm('sweep', 'toy', '--seeds', '5', '--no-shrink')).code).toBe(1);
    const { stdout } = await seedstorm('status');
    expect(stdout).toMatch(/FAILING {2}toy\.adds .* rung T1 broke in seeds 1\.\.5/);
    const [, replay] = /^toy\.adds {2}seedstorm (replay .*)$/m.exec(stdout) ?? [];
    expect((await seedstorm(...replay!.split(' '))).code).toBe(1);
    write('lib/bonus.ts', 'export const bonus = -0;\n');
    const later = await seedstorm('status');
    expect(later.stdout).toMatch(/FAILING {2}toy\.adds .*that was an older tree, not run since/);
  }, 60_000);

  test('--prove runs what is missing, and says with its code how it ended', async () => {
    const { code, stdout, stderr } = await seedstorm('status', '--prove');
    expect(stderr).toMatch(/1\/3 seedstorm sweep toy --seeds 1\.\.5/);
    expect(stdout).toMatch(/3 of 3 claims held \(100\.0 %\)\n/);
    expect(code).toBe(0);
    write('lib/bonus.ts', 'export const bonus = 60;\n');
    const red = await seedstorm('status', '--prove', 'toy.adds');
    expect(red.stdout).toMatch(/FAILING {2}toy\.adds/);
    expect(red.code).toBe(1);
    expect((await seedstorm('status', '--prove', 'toy.add')).stderr).toMatch(
      /did you mean toy\.adds/,
    );
  }, 120_000);
});

describe('status, given what is wrong,', () => {
  test.each<readonly [string, readonly string[], RegExp]>([
    ['no claims', ['--claims', 'none.json'], /there is no file of claims\n {2}at none\.json/],
    ['another end of a file', ['--output', 'status.txt'], /ends in \.md, \.json or \.html/],
    ['two wishes', ['--check', '--prove'], /--check and --prove exclude each other/],
    ['no tracker', ['--audit', 'none.md'], /cannot be read: there is no such file\n {2}at none/],
  ])('%s: code 2', async (_, words, message) => {
    const { code, stderr } = await seedstorm('status', ...words);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  test.each<readonly [string, (claim: Record<string, unknown>) => unknown, RegExp]>([
    ['a status', (one) => ({ ...one, status: 'done' }), /no field status\n.*claims\[0\]\.status/],
    ['no paths', (one) => ({ ...one, paths: [] }), /must not be an empty list.*\n.*\[0\]\.paths/],
    ['a path elsewhere', (one) => ({ ...one, paths: ['../x'] }), /below the folder.*got "\.\.\/x"/],
    ['its own evidence', (one) => ({ ...one, paths: ['logs/x'] }), /never changes what it vouches/],
    [
      'the status',
      (one) => ({ ...one, paths: ['docs/status.md'] }),
      /"docs\/status\.md" is written/,
    ],
    [
      'a path of nothing',
      (one) => ({ ...one, paths: ['nope'] }),
      /no file or folder "nope"\n.*\[0\]/,
    ],
    [
      'no such kind',
      (one) => ({ ...one, check: { kind: 'hope' } }),
      /kind must be one of sweep, doctor, mutants, command, got "hope"\n.*claims\[0\]\.check\.kind/,
    ],
    [
      'no seeds',
      (one) => ({ ...one, check: { kind: 'sweep', scenario: 'toy', seeds: 0 } }),
      /seeds must be a whole number from 1 on, got 0\n.*claims\[0\]\.check\.seeds/,
    ],
  ])('a claim with %s: code 2, with file, field and value', async (_, change, message) => {
    const wrong = { ...claims, claims: [change(claims.claims[0]!)] };
    write('wrong.json', JSON.stringify(wrong));
    const { code, stderr } = await seedstorm('status', '--claims', 'wrong.json');
    expect(stderr).toMatch(message);
    expect([code, stderr.includes('wrong.json')]).toEqual([2, true]);
  });

  test('two claims with one id: code 2', async () => {
    const twice = { ...claims, claims: [claims.claims[0], claims.claims[0]] };
    write('wrong.json', JSON.stringify(twice));
    const { code, stderr } = await seedstorm('status', '--claims', 'wrong.json');
    expect(stderr).toMatch(
      /"toy\.adds" is the id of claims\[0\] already\n {2}at .*claims\[1\]\.id/,
    );
    expect(code).toBe(2);
  });
});
