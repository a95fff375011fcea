import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { countersFile, freshFolder, program, startProgram } from '../../test/fixtures/program.ts';
import type { GateRecord } from '../record/gate-record.ts';

const folder = freshFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const importCounters = `import { counters, smallLadder } from ${JSON.stringify(countersFile)};\n`;

function scenarioFile(name: string, definition: string, before: string = ''): void {
  const path = join(folder, 'scenarios', `${name}.ts`);
  writeFileSync(path, `${importCounters}${before}export default counters(${definition});\n`);
}

mkdirSync(join(folder, 'scenarios'));
scenarioFile('calm-sea', '');
scenarioFile('low-bridge', '{ ladder: smallLadder(25) }');
scenarioFile(
  'never-there',
  "{ requiredProbes: ['never there'], phases: { form: 20_000, storm: 60_000, settle: 20_000 } }",
);
scenarioFile('dice', '{ hooks: { onAdd: (amount) => amount + lives++ } }', 'let lives = 0;\n');

const seeds = (scenario: string, count: number) => ({ scenario, seeds: count });

/** Runs `ci` in a folder of its own. */
async function ci(config: unknown, args: readonly string[] = [], name = 'config.ts') {
  const path = join(folder, `${Math.random().toString(36).slice(2)}-${name}`);
  writeFileSync(path, `export default ${JSON.stringify(config)};\n`);
  const output = `${path}-out`;
  const json = join(output, 'gate.json');
  const ended = await program(folder, [
    'ci',
    ...['--config', path, '--output', output, '--jobs', '1', '--reporter', 'pretty'],
    ...['--reporter', 'json', '--outputFile.json', json, ...args],
  ]);
  const record = existsSync(json) ? (JSON.parse(readFileSync(json, 'utf8')) as GateRecord) : null;
  return { ...ended, record, output };
}

describe.concurrent('ci', { timeout: 180_000 }, () => {
  test('0 when all holds: doctor first, then the seeds', async () => {
    const { code, record, stdout, output } = await ci({ scenarios: [seeds('calm-sea', 30)] });
    expect(stdout).toMatch(/^held {2}2 of 2 parts held/m);
    expect(record?.parts.map(({ kind, verdict }) => [kind, verdict])).toEqual([
      ['doctor', 'held'],
      ['sweep', 'held'],
    ]);
    expect(code).toBe(0);
    expect(readFileSync(join(output, 'runs.jsonl'), 'utf8')).toContain('"calm-sea"');
    expect(readdirSync(join(output, 'live'))).toEqual([]);
  });

  test('1 when a rung breaks; many seeds with one cause are one finding', async () => {
    const { code, record, stdout } = await ci({
      doctor: false,
      scenarios: [seeds('low-bridge', 40)],
    });
    expect(code).toBe(1);
    const [part] = record!.parts;
    expect(part!.findings).toHaveLength(1);
    const [finding] = part!.findings;
    expect(finding!.count).toBeGreaterThan(10);
    expect(finding!.seeds.length).toBeLessThanOrEqual(10);
    expect(stdout.match(/^broken {2}T1/gm)).toHaveLength(1);
    // The command in the report shows the same failure again, in the smallest run that has it.
    const again = await program(folder, [...finding!.replay.split(' ').slice(1), '--json']);
    expect(again.code).toBe(1);
    const small = JSON.parse(again.stdout);
    expect(small.violation.key).toBe(finding!.key);
    expect(finding!.case).toMatch(/\.min\.json$/);
    const size = (path: string) => readFileSync(resolve(folder, path)).length;
    expect(size(finding!.case!)).toBeLessThan(size(finding!.case!.replace('.min.', '.')));
    expect(finding!.story!.join(' ')).toContain(finding!.statement);
    expect(readFileSync(resolve(folder, finding!.report!), 'utf8')).toContain('<!doctype html>');
  });

  test('3 when a required probe stays at zero, whoever requires it', async () => {
    const byScenario = { doctor: false, scenarios: [seeds('never-there', 200)] };
    const byConfig = {
      doctor: false,
      scenarios: [{ ...seeds('calm-sea', 5), requiredProbes: ['never here'] }],
    };
    for (const [config, probe] of [
      [byScenario, 'never there'],
      [byConfig, 'never here'],
    ] as const) {
      const { code, record, stdout } = await ci(config);
      expect(stdout).toContain(`probe "${probe}" was never reached`);
      expect(record!.verdict).toBe('inconclusive');
      expect(code).toBe(3);
    }
  });

  test('70 when determinism is broken, and what comes after is not run', async () => {
    const { code, record, stdout } = await ci({
      scenarios: [seeds('dice', 10), seeds('calm-sea', 10)],
    });
    expect(stdout).toContain('the same seed does not give the same run');
    expect(record!.parts.map(({ verdict }) => verdict)).toEqual([
      'fault',
      'not run',
      'not run',
      'not run',
    ]);
    expect(code).toBe(70);
  });

  test('70 from a sweep that runs a seed twice, when nobody asked the doctor', async () => {
    const { code, record } = await ci({
      doctor: false,
      scenarios: [{ ...seeds('dice', 10), rerunPercent: 100 }],
    });
    expect(record!.parts[0]!.reasons[0]).toContain('fault of the harness (seed');
    expect(code).toBe(70);
  });

  test('4 when nothing is selected', async () => {
    const { code, stderr } = await ci({ scenarios: [] });
    expect([code, stderr]).toEqual([4, expect.stringContaining('nothing is selected')]);
  });

  test('fresh seeds: the same for the same code, and as asked for', async () => {
    const config = { doctor: false, scenarios: [seeds('calm-sea', 3)] };
    const [one, two, given] = await Promise.all([
      ci({ ...config, firstSeed: 40 }),
      ci({ ...config, firstSeed: 40 }, ['--first-seed', '90']),
      ci({ ...config, scenarios: [{ ...seeds('calm-sea', 2), time: '1m' }], firstSeed: 7 }),
    ]);
    const ranges = (record: GateRecord | null) => {
      const [part] = record!.parts;
      return part!.kind === 'sweep' ? part!.ranges : [];
    };
    expect(ranges(one.record)).toEqual([[40, 42]]);
    expect(ranges(two.record)).toEqual([[90, 92]]);
    expect(ranges(given.record)).toEqual([[7, 8]]);
  });
});

describe.concurrent('known failures', { timeout: 180_000 }, () => {
  const entry = { rung: 'T1', reason: 'the bridge is low, issue 7' };
  const config = { doctor: false, scenarios: [seeds('low-bridge', 10)] };

  test('are tolerated until their day and listed', async () => {
    const { code, record, stdout } = await ci({
      ...config,
      known: [{ ...entry, until: '2999-01-01' }],
    });
    expect(code).toBe(0);
    expect(record!.known[0]).toMatchObject({ state: 'met' });
    expect(stdout).toContain('T1: tolerated until 2999-01-01');
    expect(stdout).toContain('the bridge is low, issue 7');
  });

  test('are red after it', async () => {
    const { code, stdout } = await ci({ ...config, known: [{ ...entry, until: '2020-02-29' }] });
    expect(stdout).toMatch(/it was tolerated until\s+2020-02-29/);
    expect(code).toBe(1);
  });

  test('of another fingerprint or scenario excuse nothing, and it shows', async () => {
    const others = [
      { ...entry, until: '2999-01-01', fingerprint: '00000000' },
      { ...entry, until: '2999-01-01', scenario: 'calm-sea' },
    ];
    const { code, stdout } = await ci({ ...config, known: others });
    expect(code).toBe(1);
    expect(stdout.match(/nothing showed it/g)).toHaveLength(2);
  });
});

describe.concurrent('pinned cases', { timeout: 180_000 }, () => {
  test('hold or turn the gate red', async () => {
    const found = await ci({ doctor: false, scenarios: [seeds('low-bridge', 5)] });
    const file = found.record!.parts[0]!.findings[0]!.case!;
    mkdirSync(join(folder, 'pinned'), { recursive: true });
    const path = join(folder, 'pinned', 'bridge.json');
    copyFileSync(join(folder, file), path);
    const red = await ci({ doctor: false, scenarios: [], cases: ['pinned'] });
    expect(red.code).toBe(1);
    expect(red.record!.parts[0]).toMatchObject({ kind: 'case', path: 'pinned/bridge.json' });
    expect(red.record!.parts[0]!.findings[0]!.replay).toBe('seedstorm replay pinned/bridge.json');
    // The same case against a mended system.
    const text = readFileSync(path, 'utf8').replace('"low-bridge"', '"calm-sea"');
    writeFileSync(path, text);
    const green = await ci({ doctor: false, scenarios: [], cases: ['pinned/bridge.json'] });
    expect(green.stdout).toContain('case pinned/bridge.json');
    expect(green.code).toBe(0);
  });
});

describe.concurrent('reporters of ci', { timeout: 180_000 }, () => {
  const config = { doctor: false, scenarios: [seeds('low-bridge', 5)] };

  test('several at once, each where it is told', async () => {
    const xml = join(folder, 'several', 'junit.xml');
    const { output, stdout } = await ci(config, [
      ...['--reporter', 'junit', '--reporter', 'html', '--reporter', 'agent'],
      ...['--outputFile.junit', xml],
    ]);
    expect(readFileSync(xml, 'utf8')).toContain('<failure type="T1"');
    const page = readFileSync(join(output, 'report.html'), 'utf8');
    expect(page).toContain('small totals');
    const target = /<a href="([^"]+)">case file</.exec(page)?.[1] ?? 'none';
    expect(existsSync(join(output, target)), `the page links to ${target}`).toBe(true);
    expect(stdout).toContain('seedstorm ci');
    expect(stdout).toContain('failure T1 small totals');
  });

  test('one of your own, and one that throws: the verdict stays, the code says it', async () => {
    const own = "export default ({ write }) => ({ onEnd: (r) => write('mine: ' + r.verdict) });\n";
    writeFileSync(join(folder, 'mine.ts'), own);
    writeFileSync(
      join(folder, 'throws.ts'),
      "export default () => ({ onPart() { throw new Error('no ink'); } });\n",
    );
    const mine = await ci(config, ['--reporter', './mine.ts', '--outputFile.mine', 'mine.txt']);
    expect(readFileSync(join(folder, 'mine.txt'), 'utf8')).toBe('mine: broken\n');
    expect(mine.code).toBe(1);
    const green = { doctor: false, scenarios: [seeds('calm-sea', 2)] };
    const thrown = await ci(green, ['--reporter', './throws.ts']);
    expect(thrown.stderr).toContain('the reporter throws failed: no ink');
    expect(thrown.stdout).toContain('held  1 of 1 part held');
    expect(thrown.code).toBe(70);
  });
});

describe('an interrupted gate', { timeout: 180_000 }, () => {
  test('leaves what it had, code 130', async () => {
    const cwd = freshFolder();
    try {
      const config = {
        doctor: false,
        scenarios: [seeds(countersFile, 3), { scenario: countersFile, seeds: 1_000_000 }],
      };
      writeFileSync(join(cwd, 'seedstorm.config.mjs'), `export default ${JSON.stringify(config)};`);
      const args = ['--jobs', '1', '--reporter', 'json', '--outputFile.json', 'gate.json'];
      const { child, ended } = startProgram(cwd, ['ci', ...args]);
      const live = join(cwd, 'logs', 'live');
      const poll = setInterval(() => {
        const files = existsSync(live) ? readdirSync(live) : [];
        const second = files.find((name) => name.includes('2-') && name.endsWith('.json'));
        if (second === undefined || !readFileSync(join(live, second), 'utf8').includes('"done"')) {
          return;
        }
        clearInterval(poll);
        child.kill('SIGINT');
      }, 50);
      const { code } = await ended;
      clearInterval(poll);
      const record = JSON.parse(readFileSync(join(cwd, 'gate.json'), 'utf8')) as GateRecord;
      expect(code).toBe(130);
      expect(record.interrupted).toBe(true);
      expect(record.parts.map(({ verdict }) => verdict)).toEqual(['held', 'inconclusive']);
      expect(record.parts[1]!.reasons.join()).toMatch(/it ended after \d+ of 1000000 seeds/);
    } finally {
      rmSync(cwd, { recursive: true, force: true });
    }
  });
});

describe('a checkout that is read-only', { timeout: 180_000 }, () => {
  test('is no matter: only the output folder is written to', async () => {
    const cwd = freshFolder();
    const output = freshFolder();
    try {
      const config = { scenarios: [seeds(countersFile, 3)], output };
      writeFileSync(join(cwd, 'seedstorm.config.ts'), `export default ${JSON.stringify(config)};`);
      const before = readdirSync(cwd, { recursive: true });
      // Root may write anywhere, so what counts is that nothing was.
      chmodSync(cwd, 0o555);
      const { code } = await program(cwd, ['ci', '--reporter', 'html', '--jobs', '1']);
      expect(code).toBe(0);
      expect(readdirSync(cwd, { recursive: true })).toEqual(before);
      expect(readdirSync(output).sort()).toEqual(['live', 'report.html', 'runs.jsonl']);
    } finally {
      chmodSync(cwd, 0o755);
      rmSync(cwd, { recursive: true, force: true });
      rmSync(output, { recursive: true, force: true });
    }
  });
});
