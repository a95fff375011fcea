import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type Benchmark, type Measured, rounds } from '../../bench/benchmark.ts';
import { runBenchmarks } from '../../bench/runner.ts';
import { parseBench } from '../../src/record/parse-bench.ts';
import { root } from '../docs/session.ts';

const folder = mkdtempSync(join(tmpdir(), 'seedstorm-bench-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
const freshHistory = (): string => join(folder, `${files++}.jsonl`);

function benchmark(name: string, measure: () => Measured, long = false): Benchmark {
  return {
    name,
    summary: `measures ${name}`,
    ...(long ? { long: true } : {}),
    measure(tell) {
      tell(`here is ${name}`);
      return measure();
    },
  };
}

const steps = (value: number): Measured => ({
  figures: [
    { metric: 'steps', value, unit: 'steps', better: 'lower', exact: true, seeds: [1, 9] },
    { metric: 'speed', variant: 'fast', value: 2, unit: '', better: 'higher', exact: false },
  ],
});

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly note: string;
}

async function bench(
  args: readonly string[],
  all: readonly Benchmark[],
  where: string = root,
): Promise<Ran> {
  const said = { out: '', note: '' };
  const code = await runBenchmarks(args, all, {
    root: where,
    out: (text) => {
      said.out += `${text}\n`;
    },
    note: (text) => {
      said.note += `${text}\n`;
    },
  });
  return { code, ...said };
}

describe('the runner of benchmarks', () => {
  test('appends rows that name commit, date and machine, and prints what a benchmark tells', async () => {
    const history = freshHistory();
    const args = ['--history', history];
    const all = [benchmark('one', () => steps(3)), benchmark('slow', () => steps(4), true)];
    const first = await bench(args, all);
    expect(first).toMatchObject({ code: 0, note: `2 rows appended to ${history}\n` });
    expect(first.out).toContain('one: measures one');
    expect(first.out).toContain('here is one');
    expect(first.out).not.toContain('slow');
    const rows = parseBench(readFileSync(history, 'utf8'), history);
    expect(rows.map(({ benchmark, metric, value }) => [benchmark, metric, value])).toEqual([
      ['one', 'steps', 3],
      ['one', 'speed', 2],
    ]);
    expect(rows[0]).toMatchObject({ exact: true, seeds: [1, 9], node: process.version });
    expect(rows[0]!.commit).toMatch(/^[0-9a-f]{40}$/);
    expect(rows[0]!.at).toBe(rows[1]!.at);
    expect(await bench([...args, '--only', 'slow'], all)).toMatchObject({ code: 0 });
    expect(parseBench(readFileSync(history, 'utf8'), history)).toHaveLength(4);
  });

  test('keeps its rows apart from what a writer that was cut off has left', async () => {
    const history = freshHistory();
    const all = [benchmark('one', () => steps(3))];
    await bench(['--history', history], all);
    const whole = readFileSync(history, 'utf8');
    writeFileSync(history, whole.slice(0, -40));
    expect((await bench(['--history', history], all)).code).toBe(0);
    const lines = readFileSync(history, 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(4);
    expect(JSON.parse(lines[2]!)).toMatchObject({ metric: 'steps' });
  });

  test('lists, and chooses by name', async () => {
    const all = [benchmark('one', () => steps(3)), benchmark('slow', () => steps(4), true)];
    const { out, code } = await bench(['--list'], all, folder);
    expect(out).toMatch(/^one {3}measures one\nslow {2}measures slow {2}by name only\n$/);
    expect(code).toBe(0);
    expect(existsSync(join(folder, 'logs'))).toBe(false);
  });

  test('the guide shows the list as it is', () => {
    const guide = readFileSync(join(root, 'docs/benchmarks.md'), 'utf8');
    const main = join(root, 'bench/main.ts');
    const list = execFileSync(process.execPath, [main, '--list'], { encoding: 'utf8' });
    expect(guide).toContain(`\`\`\`text\n${list}\`\`\`\n`);
  });

  test('keeps nothing under --no-history', async () => {
    const { code, note } = await bench(
      ['--no-history'],
      [benchmark('one', () => steps(3))],
      folder,
    );
    expect([code, note]).toEqual([0, '']);
    expect(existsSync(join(folder, 'logs'))).toBe(false);
  });

  test('outside of a checkout rows have no commit', async () => {
    expect((await bench([], [benchmark('one', () => steps(3))], folder)).code).toBe(0);
    const history = join(folder, 'logs/bench.jsonl');
    const [row] = parseBench(readFileSync(history, 'utf8'), history);
    expect(row).toMatchObject({ commit: null, committedAt: null, dirty: false });
  });

  test('says that there is nothing to measure, and ends with 3 when that was asked for', async () => {
    const history = freshHistory();
    const args = ['--history', history];
    const all = [benchmark('none', () => ({ nothing: 'it is not built' }))];
    const some = await bench(args, [...all, benchmark('one', () => steps(3))]);
    expect(some.code).toBe(0);
    expect(some.out).toContain('nothing to measure: it is not built');
    const { code } = await bench([...args, '--only', 'none'], all);
    expect(code).toBe(3);
    expect(parseBench(readFileSync(history, 'utf8'), history)).toHaveLength(2);
  });

  test('goes on after one that fails, and ends with 70', async () => {
    const history = freshHistory();
    const failing = benchmark('failing', () => {
      throw new Error('no luck');
    });
    const { code, note } = await bench(
      ['--history', history],
      [failing, benchmark('one', () => steps(3))],
    );
    expect(note).toContain('failing failed: Error: no luck');
    expect(code).toBe(70);
    expect(parseBench(readFileSync(history, 'utf8'), history)).toHaveLength(2);
  });

  test('an exact figure that differs at one commit is a fault, in real time it is not', async () => {
    const checkout = mkdtempSync(join(folder, 'checkout-'));
    const git = (...args: string[]): void => {
      const who = ['-c', 'user.name=t', '-c', 'user.email=t@localhost'];
      execFileSync('git', [...who, ...args], { cwd: checkout, stdio: 'ignore' });
    };
    git('init');
    git('commit', '--allow-empty', '-m', 'empty');
    const one = benchmark('one', () => steps(3));
    expect((await bench([], [one], checkout)).code).toBe(0);
    expect((await bench([], [one], checkout)).code).toBe(0);
    const { code, note } = await bench([], [benchmark('one', () => steps(5))], checkout);
    expect(note).toContain('one, steps: the same commit and seeds gave 3 and 5');
    expect(note).not.toContain('speed');
    expect(code).toBe(70);
    git('commit', '--allow-empty', '-m', 'other');
    expect((await bench([], [benchmark('one', () => steps(7))], checkout)).code).toBe(0);
  });

  test.each([
    ['an unknown benchmark', ['--only', 'onne'], ['"onne"', '--only', 'did you mean one?']],
    ['an unknown option', ['--histroy', 'x'], ['--histroy', '--history']],
    ['a history in a folder', ['--history', folder], ['cannot be read', 'director']],
    ['a bad row', ['--history', join(folder, 'bad.jsonl')], ['bad.jsonl:2, value', 'expected']],
  ])('%s ends with 2 before anything is measured', async (_, args, named) => {
    const row = JSON.stringify({ value: 'x' });
    const good = freshHistory();
    await bench(['--history', good], [benchmark('one', () => steps(3))]);
    const [line] = readFileSync(good, 'utf8').split('\n');
    writeFileSync(
      join(folder, 'bad.jsonl'),
      `${line}\n${JSON.stringify({ ...JSON.parse(line!), ...JSON.parse(row) })}\n`,
    );
    const { code, out, note } = await bench(args, [benchmark('one', () => steps(3))]);
    for (const part of named) expect(note).toContain(part);
    expect(note).not.toMatch(/^\s+at .+:\d+:\d+\)?$/m);
    expect([code, out]).toEqual([2, '']);
  });
});

test('of rounds in real time the best one counts, with the range of the better half', () => {
  expect(rounds([5, 9, 8, 1, 7], 'higher')).toEqual({ value: 9, low: 7, high: 9 });
  expect(rounds([5, 9, 8, 2, 7], 'lower')).toEqual({ value: 2, low: 2, high: 7 });
  expect(rounds([4], 'lower')).toEqual({ value: 4, low: 4, high: 4 });
});
