import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { countersFile, freshFolder, program, startProgram } from '../../test/fixtures/program.ts';
import type { RunRecord } from '../record/run-record.ts';
import type { ShrinkRecord } from '../record/shrink-record.ts';
import type { Story } from '../record/story.ts';
import type { SweepRecord } from '../record/sweep-record.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const imports = `import { counters, smallLadder } from ${JSON.stringify(countersFile)};\n`;
const lowBridge = 'export default counters({ ladder: smallLadder(20) });\n';
// Each call takes its time, so that shrinking takes a while.
const slowBridge = `const onAdd = (amount) => {
  for (let at = 0; at < 3e7; at++) amount = Math.min(amount, 9 + at);
  return amount;
};
export default counters({ ladder: smallLadder(20), hooks: { onAdd } });\n`;

/** A folder of its own with scenarios, for each folder keeps a few cases of a failure only. */
function scenarioFolder(): string {
  const folder = freshFolder();
  folders.push(folder);
  mkdirSync(join(folder, 'scenarios'));
  writeFileSync(join(folder, 'scenarios/low-bridge.ts'), imports + lowBridge);
  writeFileSync(join(folder, 'scenarios/slow-bridge.ts'), imports + slowBridge);
  return folder;
}

/** Runs a seed that fails, without shrinking it, and gives the path of its case. */
async function redCase(folder: string, scenario: string, seed: number): Promise<string> {
  const args = ['run', scenario, '--seed', String(seed), '--json', '--no-shrink'];
  const { stdout } = await program(folder, args);
  const record = JSON.parse(stdout) as RunRecord;
  expect(record.shrunk).toBeUndefined();
  return record.case!;
}

describe.concurrent('shrink and explain', { timeout: 120_000 }, () => {
  test('shrink writes the smallest case beside the other, and it replays exactly', async () => {
    const folder = scenarioFolder();
    const path = await redCase(folder, 'low-bridge', 2);
    const { code, stdout } = await program(folder, ['shrink', path]);
    expect(code).toBe(1);
    const small = path.replace('.json', '.min.json');
    expect(stdout).toMatch(/^ {2}faults +2 +0$/m);
    expect(stdout).toContain('minimal: without any single one of them the failure is gone');
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(`  replay     seedstorm replay ${small}`);
    const replay = await program(folder, ['replay', small]);
    expect(replay.code).toBe(1);
    expect(replay.stdout).toContain('the same as in the case file, to the last bit');
  });

  test('shrink --json is one line; --out says where', async () => {
    const folder = scenarioFolder();
    const path = await redCase(folder, 'low-bridge', 3);
    const args = ['shrink', path, '--json', '--out', 'small.json', '--jobs', '1'];
    const { code, stdout, stderr } = await program(folder, args);
    const record = JSON.parse(stdout) as ShrinkRecord;
    expect([code, stderr]).toEqual([1, '']);
    expect(record).toMatchObject({ minimal: true, shrunk: 'small.json', case: path, rung: 'T1' });
    expect(readFileSync(join(folder, 'small.json'), 'utf8')).toHaveLength(record.bytes);
  });

  test('explain shrinks first what is not shrunk, and tells the story of that', async () => {
    const folder = scenarioFolder();
    const path = await redCase(folder, 'low-bridge', 4);
    const { code, stdout } = await program(folder, ['explain', path]);
    const small = path.replace('.json', '.min.json');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^T1 \(small totals\) breaks after 0\.\d+ s\. It took \d+ calls/);
    expect(stdout).toContain('The law: No total exceeds 20.');
    expect(stdout).toContain('Nothing breaks without');
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(`  replay  seedstorm replay ${small}`);
    const json = await program(folder, ['explain', small, '--json']);
    const story = JSON.parse(json.stdout) as Story;
    expect(story.broken.rung).toBe('T1');
    expect(json.code).toBe(1);
  });

  test('explain needs a case that fails', async () => {
    const folder = scenarioFolder();
    const { code, stderr } = await program(folder, ['explain', 'nowhere.json']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('no such file')]);
  });

  test('run and sweep shrink what fails, one case of each failure', async () => {
    const folder = scenarioFolder();
    const run = await program(folder, ['run', 'low-bridge', '--seed', '5']);
    expect(run.stdout).toMatch(/^ {2}shrunk {4}logs\/failures\/.+\.min\.json$/m);
    expect(run.stdout).toMatch(/^ {2}explain {3}seedstorm explain logs\/failures\/.+\.min\.json$/m);
    const { stdout } = await program(folder, [
      'sweep',
      'low-bridge',
      '--seeds',
      '11..16',
      '--json',
    ]);
    const { failures } = JSON.parse(stdout) as SweepRecord;
    expect(new Set(failures.map(({ key }) => key)).size).toBe(1);
    const shrunk = failures.filter((failure) => failure.shrunk !== undefined);
    expect(shrunk).toHaveLength(1);
    expect(existsSync(join(folder, shrunk[0]!.shrunk!))).toBe(true);
  });

  test('Ctrl-C keeps the smallest case so far, which is whole and fails', async () => {
    const folder = scenarioFolder();
    const path = await redCase(folder, 'slow-bridge', 2);
    const small = join(folder, path.replace('.json', '.min.json'));
    const { child, ended } = startProgram(folder, ['shrink', path, '--jobs', '1', '--time', '5m']);
    const poll = setInterval(() => {
      if (!existsSync(small)) return;
      clearInterval(poll);
      child.kill('SIGINT');
    }, 20);
    const { code, stdout, stderr } = await ended;
    clearInterval(poll);
    expect(stderr).toContain('ending with the smallest case so far');
    expect(stdout).toContain('interrupted: the smallest so far');
    expect(code).toBe(130);
    const replay = await program(folder, ['replay', small]);
    expect(replay.stdout).toContain('the same as in the case file, to the last bit');
    const left = readdirSync(join(folder, 'logs', 'failures'));
    expect(left.filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});
