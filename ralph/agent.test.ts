import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { commandWords } from './agent.ts';
import { personNeeded, tellsOfOutage, usageOf } from './agent-report.ts';
import { ProtectedPaths } from './protected-paths.ts';
import { scrubber } from './scrub.ts';

const bundle = mkdtempSync(join(tmpdir(), 'bundle-'));
afterAll(() => rmSync(bundle, { recursive: true, force: true }));

test('words of a command: quotes hold together, nothing is expanded', () => {
  expect(commandWords('agent  -p "{prompt} now" --dir={cwd}')).toEqual([
    'agent',
    '-p',
    '{prompt} now',
    '--dir={cwd}',
  ]);
  expect(commandWords(`a 'b "c' ""`)).toEqual(['a', 'b "c', '']);
  expect(commandWords('a $HOME *')).toEqual(['a', '$HOME', '*']);
  expect(() => commandWords(' ')).toThrow('no program is named');
});

test('what was spent: a file in the bundle, or the object at the end of the output', () => {
  expect(usageOf(bundle, 'all done')).toBeUndefined();
  expect(usageOf(bundle, '{"a":1}')).toBeUndefined();
  const told =
    '{"result":"ok","total_cost_usd":0.25,"usage":{"input_tokens":10,"output_tokens":5}}';
  expect(usageOf(bundle, `words\n${told}\n`)).toEqual({ tokens: 15, costUsd: 0.25 });
  writeFileSync(join(bundle, 'usage.json'), '{"tokens":7}');
  expect(usageOf(bundle, told)).toEqual({ tokens: 7, costUsd: undefined });
  writeFileSync(join(bundle, 'usage.json'), '{"tokens":-7}');
  expect(usageOf(bundle, 'x')).toBeUndefined();
});

test('a person is asked for by a file, not by words in the output', () => {
  expect(personNeeded(bundle)).toBeUndefined();
  writeFileSync(join(bundle, 'needs-a-person.md'), ' \n');
  expect(personNeeded(bundle)).toBeUndefined();
  writeFileSync(join(bundle, 'needs-a-person.md'), 'a key\n');
  expect(personNeeded(bundle)).toBe('a key');
});

test('complaints of a provider are told from those of a program', () => {
  expect(tellsOfOutage('Error: 429 Too Many Requests')).toBe(true);
  expect(tellsOfOutage('connect ECONNREFUSED 127.0.0.1:443')).toBe(true);
  expect(tellsOfOutage('Invalid API key')).toBe(true);
  expect(tellsOfOutage('TypeError: x is undefined at a.ts:5003')).toBe(false);
});

test('what is protected: always the judge, then what the plan says', () => {
  const guard = new ProtectedPaths(['src/sim', '*.test.ts'], ['src']);
  const isFree = (path: string): boolean => !guard.has(path);
  expect(['src/a.ts', 'src/simple.ts', 'src/deep/b.ts'].every(isFree)).toBe(true);
  const taken = ['src/sim/a.ts', 'src/a.test.ts', 'lib/a.ts', 'ralph/x', '.gitattributes', '../up'];
  expect(taken.filter(isFree)).toEqual([]);
  const open = new ProtectedPaths();
  expect(['lib/a.ts', 'logs.ts', 'mutants.md'].filter((path) => open.has(path))).toEqual([]);
  expect(open.has('seedstorm.config.mts')).toBe(true);
});

test('places and secrets are taken out of logs, the longest first', () => {
  process.env.SCRUB_TOKEN = 'abcdefgh12';
  process.env.SCRUB_KEY = 'short';
  const scrub = scrubber(
    [
      ['/srv/p', '.'],
      ['/srv/p/tree', '<tree>'],
    ],
    ['SCRUB_TOKEN', 'SCRUB_KEY'],
  );
  expect(scrub('/srv/p/tree/a /srv/p/b abcdefgh12 short')).toBe('<tree>/a ./b <SCRUB_TOKEN> short');
  expect(scrub(join(homedir(), 'x'))).toBe(join('~', 'x'));
});
