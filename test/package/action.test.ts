import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { program } from '../fixtures/program.ts';

const root = join(import.meta.dirname, '../..');
const action = readFileSync(join(root, 'action.yml'), 'utf8');

const folder = mkdtempSync(join(tmpdir(), 'seedstorm-action-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The script of the step that runs the gate. */
const script = action
  .split(/^ {6}run: \|\n/m)[1]!
  .split(/^ {4}- /m)[0]!
  .replaceAll(/^ {8}/gm, '');

/** Runs the script as GitHub does, with an `npx` that says what it was asked and ends as told. */
function runStep(variables: Readonly<Record<string, string>>, code: number) {
  const npx = join(folder, 'npx');
  writeFileSync(npx, `#!/bin/sh\nprintf '%s\\n' "$@"\nexit ${code}\n`);
  chmodSync(npx, 0o755);
  const output = join(folder, 'output');
  writeFileSync(output, '');
  const { status, stdout, stderr } = spawnSync(
    'bash',
    ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script],
    {
      encoding: 'utf8',
      env: {
        HOME: folder,
        PATH: `${folder}:${process.env.PATH}`,
        GITHUB_OUTPUT: output,
        ...variables,
      },
    },
  );
  const told = readFileSync(output, 'utf8').trim().split('\n');
  return { status, words: stdout.trim().split('\n'), stderr, told };
}

const plain = { CONFIG: '', SHARD: '', OUTPUT: 'logs', ARTIFACT: 'seedstorm' };

describe('action.yml', () => {
  test('ends as the gate ends, and says so', () => {
    for (const code of [0, 1, 3, 70]) {
      const { status, told, stderr } = runStep(plain, code);
      expect(stderr).toBe('');
      expect(status).toBe(code);
      expect(told).toEqual(['artifact=seedstorm', `exit-code=${code}`]);
    }
  });

  test('hands its inputs on', () => {
    const given = { ...plain, CONFIG: 'gate one.ts', SHARD: '2/4', OUTPUT: 'out put' };
    const { words, told } = runStep(given, 0);
    expect(words.join(' ')).toContain('--config gate one.ts --shard 2/4');
    expect(words).toContain('gate one.ts');
    expect(words).toContain('out put/junit.xml');
    expect(told[0]).toBe('artifact=seedstorm-2-of-4');
  });

  test('uses options that ci has', { timeout: 60_000 }, async () => {
    const { words } = runStep({ ...plain, CONFIG: 'x.ts', SHARD: '1/2' }, 0);
    const options = words.filter((word) => word.startsWith('--') && word !== '--no-install');
    const { stdout } = await program(root, ['help', 'ci']);
    expect(options.length).toBeGreaterThan(5);
    for (const option of options) expect(stdout).toContain(option);
  });

  test('reads only inputs and outputs that it declares', () => {
    const declared = [...action.matchAll(/^ {2}([a-z-]+):$/gm)].map(([, name]) => name);
    for (const [, name] of action.matchAll(/inputs\.([a-z-]+)/g)) expect(declared).toContain(name);
    for (const [, name] of action.matchAll(/steps\.gate\.outputs\.([a-z-]+)/g)) {
      expect(script).toContain(`${name}=`);
    }
  });
});
