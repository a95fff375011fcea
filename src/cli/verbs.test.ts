import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { countersFile, freshFolder, program, startProgram } from '../../test/fixtures/program.ts';
import type { RunRecord } from '../record/run-record.ts';
import type { SweepRecord } from '../record/sweep-record.ts';

const folder = freshFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

mkdirSync(join(folder, 'scenarios'));
const imports = `import { counters, smallLadder } from ${JSON.stringify(countersFile)};\n`;
const scenarioFile = (name: string, text: string): void =>
  writeFileSync(join(folder, 'scenarios', `${name}.ts`), imports + text);
scenarioFile('calm-sea', `export default counters({ summary: 'Totals without limit' });\n`);
scenarioFile('low-bridge', `export default counters({ ladder: smallLadder(60) });\n`);
scenarioFile(
  'dead-end',
  `export default counters({ ladder: smallLadder(60), hooks: { onAdd: () => { throw new Error('x'); } } });\n`,
);

const oneJson = <T>(stdout: string): T => {
  expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  return JSON.parse(stdout) as T;
};

describe.concurrent('run', { timeout: 60_000 }, () => {
  test('prints seed and drawn options first and the verdict last', async () => {
    const { code, stdout, stderr } = await program(folder, ['run', 'calm-sea', '--seed', '3']);
    expect(stdout.split('\n')[0]).toBe('calm-sea  seed 3');
    expect(stdout).toMatch(/^ +nodes (3|5)$/m);
    expect(stdout).toMatch(/^ +clients +count \d, operations \d+$/m);
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(
      /^held {2}calm-sea, seed 3: .+[0-9a-f]{16}$/,
    );
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).not.toContain('\u001B');
  });

  test('without a seed it draws one and says which', async () => {
    const { code, stdout } = await program(folder, ['run', 'calm-sea', '--json']);
    expect(oneJson<RunRecord>(stdout).seed).toBeGreaterThanOrEqual(0);
    expect(code).toBe(0);
  });

  test('settings replace draws, and paranoia does not change the digest', async () => {
    const args = ['run', 'calm-sea', '--seed', '3', '--set', 'nodes=5', '--json'];
    const [plain, paranoid] = await Promise.all([
      program(folder, args),
      program(folder, [...args, '--paranoid']),
    ]);
    const record = oneJson<RunRecord>(plain.stdout);
    expect(record.config.nodes).toBe(5);
    expect(oneJson<RunRecord>(paranoid.stdout).digest).toBe(record.digest);
  });

  test('calm has no faults and calm settings', async () => {
    const { code, stdout } = await program(folder, ['run', 'calm-sea', '--calm', '--json']);
    const record = oneJson<RunRecord>(stdout);
    expect(record.faults).toEqual({});
    expect(record.config).toMatchObject({ nodes: 3, 'clients.count': 1, 'clients.operations': 20 });
    expect(code).toBe(0);
  });

  test('a failure ends in its block, leaves a case file, and both replay it exactly', async () => {
    const run = await program(folder, ['run', 'low-bridge', '--seed', '2']);
    expect(run.code).toBe(1);
    const lines = run.stdout.trimEnd().split('\n');
    expect(lines.at(-1)).toBe('  replay    seedstorm replay low-bridge --seed 2');
    expect(lines.at(-2)).toMatch(/^ {2}case file logs\/failures\/.+\.json$/);
    const digest = lines.at(-3)!.trim().split(/\s+/).at(-1)!;
    const file = lines.at(-2)!.trim().split(/\s+/).at(-1)!;
    const [bySeed, byCase] = await Promise.all([
      program(folder, ['replay', 'low-bridge', '--seed', '2', '--json']),
      program(folder, ['replay', file, '--json']),
    ]);
    expect([bySeed.code, byCase.code]).toEqual([1, 1]);
    expect(oneJson<RunRecord>(bySeed.stdout).digest).toBe(digest);
    expect(oneJson<RunRecord>(byCase.stdout).digest).toBe(digest);
    // Another failure than the one that the file tells of is no reproduction.
    const text = readFileSync(join(folder, file), 'utf8');
    const other = JSON.parse(text) as { outcome: { key: string } };
    other.outcome.key = 'another';
    writeFileSync(join(folder, 'other.json'), JSON.stringify(other));
    const elsewhere = await program(folder, ['replay', 'other.json']);
    expect(elsewhere.stdout).toContain('the case file tells of another outcome');
    expect(elsewhere.code).toBe(3);
  });

  test('a component that throws breaks the lowest rung', async () => {
    const { code, stdout } = await program(folder, ['run', 'dead-end', '--seed', '1']);
    expect(stdout).toContain('broken  I1');
    expect(code).toBe(1);
  });
});

describe.concurrent('replay --events', { timeout: 60_000 }, () => {
  test('prints one line per event, and one JSON object per line with --json', async () => {
    const args = ['replay', 'calm-sea', '--seed', '3', '--events', '--to', '40'];
    const text = await program(folder, args);
    expect(text.stdout).toMatch(/^ {8}0 {5}0\.000000 s {2}- {7}phase {6}form$/m);
    expect(text.stdout).toMatch(/^ {8}1 {5}0\.000000 s {2}n1\/1 {4}start {6}is follower$/m);
    const { stdout } = await program(folder, [...args, '--json', '--node', 'n2', '--kind', 'disk']);
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.pop().schema).toBe('seedstorm-run/1');
    expect(events.length).toBeGreaterThan(0);
    for (const event of events) expect(event).toMatchObject({ node: 'n2', cause: 'disk' });
  });
});

describe.concurrent('sweep', { timeout: 60_000 }, () => {
  test('a census and a verdict, the same whatever the number of jobs', async () => {
    const args = ['sweep', 'calm-sea', '--seeds', '1..30'];
    const [text, json] = await Promise.all([
      program(folder, [...args, '--jobs', '1']),
      program(folder, [...args, '--jobs', '2', '--json']),
    ]);
    expect([text.code, json.code]).toEqual([0, 0]);
    const record = oneJson<SweepRecord>(json.stdout);
    expect(record).toMatchObject({ from: 1, to: 30, held: 30, broken: 0, verdict: 'held' });
    expect(text.stdout.trimEnd().split('\n').at(-1)).toBe(
      `held  calm-sea, seeds 1..30: 30 held; digest ${record.digest}`,
    );
    for (const title of ['faults', 'clients', 'ladder', 'probes', 'coverage']) {
      expect(text.stdout.split('\n')).toContain(title);
    }
    expect(json.stderr).toBe('');
    expect(readFileSync(join(folder, 'logs', 'runs.jsonl'), 'utf8')).toContain(record.digest);
  });

  test('a broken sweep ends in the failure of its lowest seed', async () => {
    const { code, stdout } = await program(folder, ['sweep', 'low-bridge', '--seeds', '5']);
    expect(code).toBe(1);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(
      '  replay    seedstorm replay low-bridge --seed 2',
    );
  });

  test('an empty range selects nothing', async () => {
    const { code, stderr } = await program(folder, ['sweep', 'calm-sea', '--seeds', '0']);
    expect([code, stderr]).toEqual([4, 'no seed is selected\n']);
  });

  test('a time limit ends it with the seeds that it judged', async () => {
    const { code, stdout } = await program(folder, ['sweep', 'calm-sea', '--time', '1s', '--json']);
    const record = oneJson<SweepRecord>(stdout);
    expect(record.stopped).toBe(true);
    expect(record.from).toBe(1);
    expect(record.to - record.from + 1).toBe(record.held);
    expect([0, 3]).toContain(code);
  });

  test('Ctrl-C ends it with what it had, code 130, and leaves no live file', async () => {
    const cwd = freshFolder();
    try {
      // One worker: with several the first seed may be the last to finish.
      const args = ['sweep', countersFile, '--seeds', '1..1000000', '--jobs', '1'];
      const { child, ended } = startProgram(cwd, args);
      const poll = setInterval(() => {
        if (!hasProgress(join(cwd, 'logs', 'live'))) return;
        clearInterval(poll);
        child.kill('SIGINT');
      }, 50);
      const { code, stdout, stderr } = await ended;
      clearInterval(poll);
      expect(code).toBe(130);
      expect(stderr).toContain('ending with what there is');
      expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/ended early: \d+ held; digest/);
      expect(readdirSync(join(cwd, 'logs', 'live'))).toEqual([]);
      expect(existsSync(join(cwd, 'logs', 'runs.jsonl'))).toBe(true);
    } finally {
      rmSync(cwd, { recursive: true, force: true });
    }
  });
});

/** Whether a running sweep says that it has finished seeds. */
function hasProgress(live: string): boolean {
  const files = existsSync(live) ? readdirSync(live).filter((name) => name.endsWith('.json')) : [];
  return files.some((name) => {
    const { progress } = JSON.parse(readFileSync(join(live, name), 'utf8')) as {
      progress: { done: number } | null;
    };
    return (progress?.done ?? 0) > 0;
  });
}

describe.concurrent('list and doctor', { timeout: 60_000 }, () => {
  test('list names scenarios with summaries, here and of the package', async () => {
    const { code, stdout } = await program(folder, ['list']);
    expect(stdout).toMatch(/^ {2}calm-sea {2,}Totals without limit$/m);
    expect(code).toBe(0);
  });

  test('list of a scenario shows paths with domains', async () => {
    const { stdout } = await program(folder, ['list', 'calm-sea']);
    expect(stdout).toMatch(/^ {2}nodes +system +drawn +one of 3, 5$/m);
    expect(stdout).toMatch(/^ {2}clients\.count +clients +drawn +an integer from 1 to 3$/m);
    expect(stdout).toMatch(/^ {2}clock\.driftPpm +environment +calm unless set/m);
  });

  test('list of rungs and faults of a scenario', async () => {
    const [rungs, faults] = await Promise.all([
      program(folder, ['list', 'rungs', 'low-bridge']),
      program(folder, ['list', 'faults', 'low-bridge', '--json']),
    ]);
    expect(rungs.stdout).toContain('No total exceeds 60.');
    expect(oneJson<object>(faults.stdout)).toMatchObject({ faults: { kill: 1 } });
  });

  test('doctor runs a seed in several ways and compares all events', async () => {
    const args = ['doctor', 'calm-sea', '--seeds', '2'];
    const { code, stdout } = await program(folder, args);
    expect(stdout).toMatch(/^deterministic {2}2 seeds, \d+ ways of running each/m);
    expect(code).toBe(0);
  });
});
