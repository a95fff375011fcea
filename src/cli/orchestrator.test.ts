import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { freshFolder, program } from '../../test/fixtures/program.ts';

const folder = freshFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const orchestrate = (...args: readonly string[]) => program(folder, ['orchestrator', ...args]);
const session = join(folder, 'orchestrator-session.json');

test('a cluster does what its operator says, and says what it did', {
  timeout: 120_000,
}, async () => {
  const first = await orchestrate('apply', '-f', 'secrets-and-volumes');
  expect([first.code, first.stderr]).toEqual([0, '']);
  expect(first.stdout).toContain('service/mail created\n');
  const kept = readFileSync(session, 'utf8');
  // Applied again it changes nothing.
  const again = await orchestrate('apply', '-f', 'secrets-and-volumes', '--session', session);
  expect(
    again.stdout
      .trimEnd()
      .split('\n')
      .every((line) => line.endsWith(' unchanged')),
  ).toBe(true);
  const list = await orchestrate('service', 'ls', '--json');
  expect(JSON.parse(list.stdout).result.rows).toEqual([
    { name: 'mail', replicas: '1/1', image: 'mailer:2.1', state: 'steady' },
  ]);
  const scaled = await orchestrate('service', 'scale', 'mail', '2');
  expect([scaled.code, scaled.stdout]).toEqual([0, 'service mail\n']);
  // The secret's value is where it was given, and in no answer.
  const shown = await orchestrate('secret', 'inspect', 'mail-key');
  expect(JSON.parse(shown.stdout)).toMatchObject({ spec: { name: 'mail-key' }, version: 1 });
  expect(kept).not.toBe(readFileSync(session, 'utf8'));
  const gone = await orchestrate('reset');
  expect([gone.code, existsSync(session)]).toEqual([0, false]);
});

test('what is wrong is refused with its place, and nothing of it happens', {
  timeout: 60_000,
}, async () => {
  const own = ['--session', join(folder, 'own.json')];
  const bad = join(folder, 'bad.yaml');
  const good = 'apiVersion: v1\nkind: Volume\nmetadata: { name: data }\nspec: { driver: local }\n';
  writeFileSync(
    bad,
    `${good}---\napiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  image: a:1\n  secrets: [none]\n`,
  );
  const applied = await orchestrate('apply', '-f', bad, ...own);
  expect(applied.code).toBe(2);
  expect(applied.stderr).toContain(`${bad}:`);
  const volumes = await orchestrate('volume', 'inspect', 'data', ...own);
  expect([volumes.code, volumes.stderr]).toEqual([2, expect.stringContaining('not-found')]);
  const word = await orchestrate('node', 'update', 'w1', '--availability', 'gone', ...own);
  expect([word.code, word.stderr]).toEqual([2, expect.stringContaining('active, pause, drain')]);
  const count = await orchestrate('service', 'scale', 'web', 'many', ...own);
  expect([count.code, count.stderr]).toEqual([2, expect.stringContaining('many is no number')]);
  const missing = await orchestrate('apply', '-f', 'nowhere.yaml', ...own);
  expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('no such file')]);
  expect(existsSync(own[1]!)).toBe(false);
});
