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

test('a quota is made, shown, and keeps to what it says', { timeout: 120_000 }, async () => {
  const own = ['--session', join(folder, 'quota.json')];
  const applied = await orchestrate('apply', '-f', 'team-quota', ...own);
  expect([applied.code, applied.stderr]).toEqual([0, '']);
  expect(applied.stdout).toContain('quota/team-blue created\n');
  await orchestrate('wait', '5', ...own);
  const list = await orchestrate('quota', 'ls', '--json', ...own);
  expect(JSON.parse(list.stdout).result.rows).toEqual([
    {
      name: 'team-blue',
      services: 'team=blue',
      tasks: '5/6',
      cpuMillis: '1250/2000',
      memoryBytes: `${3 * 2 ** 26}/${2 ** 30}`,
    },
  ]);
  const scaled = await orchestrate('service', 'scale', 'blue-mail', '4', ...own);
  expect([scaled.code, scaled.stderr]).toEqual([
    2,
    expect.stringContaining('spec.replicas: 4 tasks, quota team-blue has 3 of 6 left'),
  ]);
  const more = join(folder, 'more.yaml');
  const metadata = 'metadata: { name: more, labels: { team: blue } }';
  const spec = 'spec:\n  image: app:1\n  replicas: 2\n';
  writeFileSync(more, `apiVersion: v1\nkind: Service\n${metadata}\n${spec}`);
  const much = await orchestrate('apply', '-f', more, ...own);
  expect([much.code, much.stderr]).toEqual([2, expect.stringContaining(`${more}:6:13`)]);
  expect(much.stderr).toContain('spec.replicas: 2 tasks, quota team-blue has 1 of 6 left');
  const again = await orchestrate('quota', 'create', 'all', '--selector', 'team', ...own);
  expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('team is no label')]);
  const backup = await orchestrate('backup', ...own);
  const kept = join(folder, 'backup.json');
  writeFileSync(kept, backup.stdout);
  await orchestrate('service', 'rm', 'blue-mail', ...own);
  const restored = await orchestrate('restore', kept, ...own);
  expect([restored.code, restored.stdout]).toEqual([
    0,
    expect.stringMatching(/^as of entry \d+\n$/),
  ]);
  await orchestrate('wait', '3', ...own);
  const services = await orchestrate('service', 'ls', '--json', ...own);
  expect(JSON.parse(services.stdout).result.rows).toMatchObject([
    { name: 'blue-shop', replicas: '3/3' },
    { name: 'blue-mail', replicas: '2/2' },
  ]);
  writeFileSync(kept, backup.stdout.replace('blue-mail', 'Blue Mail'));
  const unnamed = await orchestrate('restore', kept, ...own);
  expect([unnamed.code, unnamed.stderr]).toEqual([2, expect.stringContaining('metadata.name')]);
  writeFileSync(kept, '{}');
  expect((await orchestrate('restore', kept, ...own)).stderr).toContain('this is no backup');
  const gone = await orchestrate('quota', 'rm', 'team-blue', ...own);
  expect([gone.code, gone.stdout]).toEqual([0, 'quota team-blue\n']);
  expect((await orchestrate('service', 'scale', 'blue-mail', '4', ...own)).code).toBe(0);
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
