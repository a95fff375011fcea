import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RalphRecord } from '../../ralph/loop-options.ts';

const root = resolve(import.meta.dirname, '../..');
const agent = join(root, 'test/fixtures/agents/revert-culprit.ts');
const project = mkdtempSync(join(tmpdir(), 'ralph-real-'));

function run(
  program: string,
  ...args: string[]
): { code: number | null; out: string; err: string } {
  const done = spawnSync(program, args, { cwd: project, encoding: 'utf8' });
  return { code: done.status, out: done.stdout, err: done.stderr };
}

const seedstorm = (...args: string[]) =>
  run(process.execPath, join(root, 'src/cli/main.ts'), ...args);
const ralph = (...args: string[]) =>
  seedstorm('ralph', '--jobs', '1', '--shrink-time', '5s', ...args);
const git = (...args: string[]) =>
  run('git', '-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args);

beforeAll(() => {
  seedstorm('init');
  mkdirSync(join(project, 'node_modules'));
  symlinkSync(root, join(project, 'node_modules/seedstorm'), 'dir');
  const rungs = [{ id: 'R1', title: 'nothing lost', scenario: 'counter', seeds: 8, laws: ['C2'] }];
  const plan = { schema: 'seedstorm-ladder/1', rungs, doctorSeeds: 0 };
  writeFileSync(join(project, 'ralph/ladder.json'), JSON.stringify(plan));
  git('init', '-q');
  git('add', '-A');
  git('commit', '-qm', 'a counter');
  const path = join(project, 'src/counter.ts');
  const source = readFileSync(path, 'utf8');
  writeFileSync(path, source.replace("      await env.disk.sync('log');\n", ''));
  git('commit', '-qam', 'faster');
  writeFileSync(path, `${readFileSync(path, 'utf8')}// the end\n`);
  git('commit', '-qam', 'a remark');
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

test('a real ladder: red with a bundle that replays, then repaired from the bundle alone', () => {
  const red = ralph('--json');
  expect(red.code, red.err).toBe(1);
  const { bundle, held } = JSON.parse(red.out) as RalphRecord;
  expect(held).toEqual([]);
  expect(seedstorm('replay', `${bundle}/case.min.json`).code).toBe(1);
  const story = readFileSync(join(project, bundle!, 'story.txt'), 'utf8');
  expect(story).toContain('acknowledged: 1');
  expect(story).not.toContain(tmpdir());

  const repaired = ralph('--agent', `${process.execPath} ${agent} {cwd} {bundle}`);
  expect(repaired.code, repaired.err).toBe(0);
  const [, branch = ''] = /git merge (\S+)/.exec(repaired.out) ?? [];
  const log = readFileSync(join(project, 'logs/iteration-2.log'), 'utf8');
  expect(log).toMatch(/a remark: not the cause\n.* faster: without it the case holds/);
  expect(log).toContain('decision  repaired');
  // The agent itself lies in the checkout, wherever that is.
  expect(log.replaceAll(root, '')).not.toContain(tmpdir());
  expect(git('show', `${branch}:src/counter.ts`).out).toContain("await env.disk.sync('log');");
  // The case is pinned, and holds from now on.
  expect(git('show', '--name-only', '--format=%(trailers:key=Rung)', branch).out).toMatch(
    /^Rung: R1\n+ralph\/cases\/R1-C2-.*\.json\nsrc\/counter\.ts\n$/,
  );
});

test('mistakes are told with where they are, and exit code 2', () => {
  writeFileSync(
    join(project, 'bad.json'),
    '{"schema":"seedstorm-ladder/1","rungs":[{"id":"R 1"}]}',
  );
  expect(ralph('--ladder', 'bad.json')).toMatchObject({
    code: 2,
    err: expect.stringContaining('bad.json, rungs.0.id'),
  });
  expect(ralph('--ladder', 'none.json').err).toContain('a plan looks like this');
  expect(ralph('--agent', '"open').err).toContain('a " is not closed');
  expect(ralph('--agent', './nobody').err).toContain('there is no program ./nobody');
  expect(ralph('--max-cost', 'much').err).toContain('"much" is no amount of money');
});
