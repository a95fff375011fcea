import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blocksOf } from '../docs/blocks.ts';
import { refreshed, root, Session } from '../docs/session.ts';
import { type Packed, packPackage } from './pack.ts';

const name = 'docs/test-your-own-system.md';
const document = readFileSync(join(root, name), 'utf8');

let packed: Packed;
let session: Session;

beforeAll(() => {
  packed = packPackage();
  session = new Session(packed.tarball);
}, 120_000);

afterAll(() => {
  session?.end();
  packed?.remove();
});

/** One folder, from empty to whatever the guide makes of it: the order of these tests is its own. */
describe('the packed package, installed into an empty folder', () => {
  test('does what the guide says, command by command', { timeout: 300_000 }, () => {
    let commands = 0;
    for (const shown of session.follow(document)) {
      commands += 1;
      const told = [shown.command.line, ...shown.output, shown.errors].join('\n');
      expect(shown.exitCode, told).toBe(shown.command.exitCode);
      if (shown.block === undefined) continue;
      const hint = `npx node test/docs/refresh.ts --packed ${name} writes what this prints:\n${told}`;
      expect(refreshed(shown), hint).toBeDefined();
    }
    expect(commands).toBeGreaterThan(12);
  });

  test('brings types that a strict project accepts', { timeout: 120_000 }, () => {
    const tsc = join(root, 'node_modules/.bin/tsc');
    const { stdout, status } = session.shell(`'${tsc}' -p .`);
    expect(stdout).toBe('');
    expect(status).toBe(0);
  });

  test('finds no module of the checkout', () => {
    const { stdout } = session.shell(
      'npx seedstorm --version && readlink -f node_modules/seedstorm',
    );
    expect(stdout).toContain(session.folder);
    expect(stdout).not.toContain(root);
  });
});

describe('simTest of the package', () => {
  beforeAll(() => {
    const counter = readFileSync(join(session.folder, 'src/counter.ts'), 'utf8');
    const hasty = counter.replace("await env.disk.sync('log');", '');
    expect(hasty).not.toBe(counter);
    writeFileSync(join(session.folder, 'src/counter.ts'), hasty);
    writeFileSync(
      join(session.folder, 'test/more.test.ts'),
      [
        "import { simTest } from 'seedstorm/vitest';",
        "import counter from '../scenarios/counter.ts';",
        "simTest('by value', counter, { seeds: [1, 20] });",
        "simTest('by name', 'counter', { seeds: [1, 20], jobs: 1 });",
        "const other = { ...counter, summary: 'Nobody has this file' };",
        'Object.defineProperty(other, Object.getOwnPropertySymbols(counter)[0]!, { value: true });',
        "simTest('of no file', other, { seeds: [1, 20], set: { nodes: 3 } });",
        "simTest.skip('left out', counter);",
        '',
      ].join('\n'),
    );
  });

  const vitest = (args: string, variables: string = '') =>
    session.shell(`${variables} npx vitest run test/more.test.ts ${args}`);

  test('ends a failure in the command that replays it', { timeout: 120_000 }, () => {
    const { stdout, stderr, status } = vitest('-t "by (value|name)"');
    const told = stdout + stderr;
    expect(status, told).toBe(1);
    expect(told).toContain('broken  C2 nothing lost');
    expect(told).toMatch(/2 failed \| 2 skipped/);
    const commands = told.match(/^ +replay +npx seedstorm replay counter --seed \d+$/gm) ?? [];
    expect(commands, told).toHaveLength(2);
    const stories = told.match(/^ *What happened\n[\s\S]*?^ *What broke, at /gm) ?? [];
    expect(stories, told).toHaveLength(2);
    const again = session.shell(commands[0]!.replace(/^ +replay +/, ''));
    expect(again.status).toBe(1);
    expect(again.stdout).toContain('broken  C2 nothing lost');
  });

  test('replays by a variable what no file holds', { timeout: 120_000 }, () => {
    const { stdout, stderr } = vitest('-t "of no file"');
    const command = /^ +replay +(SEEDSTORM_SEED=\d+ npx vitest run .*)$/m.exec(
      stdout + stderr,
    )?.[1];
    expect(command, stdout + stderr).toBeDefined();
    const digest = (text: string) => /digest +([0-9a-f]{16})/.exec(text)?.[1];
    const again = session.shell(command!);
    expect(again.status).toBe(1);
    expect(digest(again.stdout + again.stderr)).toBe(digest(stdout + stderr));
  });

  test('takes the retries of vitest', { timeout: 120_000 }, () => {
    vitest('-t "by value" --retry 2 --reporter=json --outputFile=report.json');
    const text = readFileSync(join(session.folder, 'report.json'), 'utf8');
    const report = JSON.parse(text) as {
      testResults: { assertionResults: { status: string; failureMessages: string[] }[] }[];
    };
    const ran = report.testResults[0]!.assertionResults.filter(({ status }) => status === 'failed');
    expect(ran).toHaveLength(1);
    expect(ran[0]!.failureMessages).toHaveLength(3);
  });

  test('runs again in watch mode when the component changes', { timeout: 120_000 }, async () => {
    const path = join(session.folder, 'src/counter.ts');
    const child = spawn('npx', ['vitest', '--watch', 'test/counter.test.ts'], {
      cwd: session.folder,
      env: session.environment(),
      detached: true,
    });
    let text = '';
    let wake = (): void => {};
    let ended = false;
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        wake();
      });
    }
    child.once('exit', () => {
      ended = true;
      wake();
    });
    const until = async (pattern: RegExp): Promise<void> => {
      while (!pattern.test(text)) {
        if (ended) throw new Error(`vitest ended:\n${text}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    };
    try {
      await until(/1 failed[\s\S]*Watching for file changes/);
      text = '';
      const hasty = readFileSync(path, 'utf8');
      const append = "await env.disk.append('log', record(request));";
      writeFileSync(path, hasty.replace(append, `${append}\n      await env.disk.sync('log');`));
      await until(/1 passed/);
    } finally {
      process.kill(-child.pid!, 'SIGTERM');
    }
  });
});

describe('the guide', () => {
  test('shows code that init writes', () => {
    const template = join(root, 'templates/counter');
    const files = readdirSync(template, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => readFileSync(join(template, path), 'utf8'));
    const shown = blocksOf(document).filter(({ kind, file }) => kind === 'ts' && file === '');
    expect(shown.length).toBeGreaterThan(2);
    for (const { lines } of shown) {
      const text = lines.join('\n');
      expect(
        files.some((file) => file.includes(text)),
        text,
      ).toBe(true);
    }
  });
});
