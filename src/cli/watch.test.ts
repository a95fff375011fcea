import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { countersFile, freshFolder, program, startProgram } from '../../test/fixtures/program.ts';
import type { RunRecord } from '../record/run-record.ts';

const folder = freshFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));
mkdirSync(join(folder, 'scenarios'));
const imports = `import { counters, smallLadder } from ${JSON.stringify(countersFile)};\n`;
const scenarioFile = (name: string, text: string): void =>
  writeFileSync(join(folder, 'scenarios', `${name}.ts`), imports + text);
scenarioFile('low-bridge', `export default counters({ ladder: smallLadder(10) });\n`);
scenarioFile('thrown', `throw new Error('no scenario today');\n`);

describe.concurrent('watch without a terminal', { timeout: 60_000 }, () => {
  test('prints a line for each transition in fixed columns, and the digest of the run', async () => {
    const seed = ['raft-storm', '--seed', '3'];
    const [watched, run] = await Promise.all([
      program(folder, ['watch', ...seed]),
      program(folder, ['run', ...seed, '--json']),
    ]);
    expect([watched.code, watched.stderr]).toEqual([0, '']);
    const lines = watched.stdout.split('\n');
    const title = lines.findIndex((line) => line.trimStart().startsWith('step'));
    const transitions = lines.slice(title + 1, lines.indexOf('faults'));
    expect(transitions.some((line) => line.includes('candidate -> leader'))).toBe(true);
    expect(transitions.some((line) => line.includes('fault      begin partition'))).toBe(true);
    for (const line of transitions.filter((one) => one !== '')) {
      expect(line).toMatch(/^ *[\d,]+ +\d+\.\d{6} s {2}(-|[nc]\d+(\/\d+)?) +\w/);
      expect(line).not.toContain('sends');
    }
    const { digest } = JSON.parse(run.stdout) as RunRecord;
    expect(watched.stdout).toContain(`digest ${digest}`);
    expect(watched.stdout).not.toContain('\u001B');
  });

  test('ends with the code of the verdict', async () => {
    const { code, stdout } = await program(folder, ['watch', 'low-bridge', '--seed', '1']);
    expect(stdout).toContain('No total exceeds 10.');
    expect(code).toBe(1);
  });

  test.each([
    ['nothing to watch', []],
    ['there is no scenario raft-strom', ['raft-strom']],
    ['no scenario today', ['thrown', '--seed', '1']],
    ['"x" is not a seed', ['raft-storm', '--seed', 'x']],
    ['there is no such directory', ['--follow', 'nowhere']],
    ['either a scenario or a directory', ['raft-storm', '--follow', '.']],
    ['there is no such file', ['nowhere.json']],
  ])('says "%s" and ends with 2', async (text, args) => {
    const { code, stderr } = await program(folder, ['watch', ...args]);
    expect(stderr).toContain(text);
    expect(code).toBe(2);
  });

  test('follows a directory until somebody ends it', async () => {
    const logs = join(folder, 'some-logs');
    mkdirSync(logs);
    const evidence = { schema: 'seedstorm-evidence/1', scenario: 'raft-storm', from: 1, to: 7 };
    writeFileSync(
      join(logs, 'runs.jsonl'),
      `${JSON.stringify({ ...evidence, verdict: 'held', held: 7, broken: 0 })}\n`,
    );
    const { child, ended } = startProgram(folder, ['watch', '--follow', logs]);
    child.stdout.once('data', () => child.kill('SIGINT'));
    const { code, stdout } = await ended;
    expect(stdout).toMatch(/^sweep +raft-storm +held: seeds 1\.\.7, 7 held, 0 broken/);
    expect(code).toBe(130);
  });
});
