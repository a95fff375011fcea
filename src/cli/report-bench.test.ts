import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { freshFolder, program } from '../../test/fixtures/program.ts';

const folder = freshFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.concurrent('report --bench', { timeout: 60_000 }, () => {
  const row = {
    ...{ schema: 'seedstorm-bench/1', at: '2030-01-31T10:00:00.000Z', commit: 'a'.repeat(40) },
    ...{ committedAt: '2030-01-31T09:00:00.000Z', dirty: false, machine: 'x', node: 'v24.0.0' },
    ...{ benchmark: 'codec', metric: 'encode', value: 7, unit: 'MB/s' },
    ...{ better: 'higher', exact: false },
  };
  const history = (name: string, ...rows: readonly object[]): string => {
    writeFileSync(join(folder, name), rows.map((one) => `${JSON.stringify(one)}\n`).join(''));
    return name;
  };
  const later = { ...row, commit: 'b'.repeat(40), committedAt: '2030-02-01T09:00:00.000Z' };

  test('writes one page, whole, and says where and how figures stand', async () => {
    const file = history('two.jsonl', row, { ...later, value: 3 }, { ...row, metric: 'new' });
    const args = ['report', '--bench', '--history', file];
    const { code, stdout, stderr } = await program(folder, args);
    expect(stdout).toBe('logs/reports/bench.html\n');
    expect(stderr).toContain('2 figures: 1 worse, 0 better, 0 alike, 1 new');
    expect(code).toBe(0);
    const html = readFileSync(join(folder, stdout.trim()), 'utf8');
    expect(html).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
    expect(html).not.toMatch(/src=|href="[^#]/);
    const dashed = await program(folder, [...args, '--output', '-']);
    expect(dashed).toMatchObject({ code: 0, stdout: html, stderr: '' });
  });

  test('tells it as JSON, and reads logs/bench.jsonl by itself', async () => {
    const place = freshFolder();
    try {
      mkdirSync(join(place, 'logs'));
      const rows = [row, { ...later, value: 9 }];
      writeFileSync(
        join(place, 'logs/bench.jsonl'),
        rows.map((one) => JSON.stringify(one)).join('\n'),
      );
      const { code, stdout } = await program(place, ['report', '--bench', '--json']);
      const told = JSON.parse(stdout) as { file: string; bytes: number };
      expect(told).toMatchObject({
        ...{ schema: 'seedstorm-bench-report/1', file: 'logs/reports/bench.html', rows: 2 },
        ...{ figures: 1, better: 1, worse: 0, alike: 0, first: 0, disagreements: 0 },
      });
      expect(statSync(join(place, told.file)).size).toBe(told.bytes);
      expect(code).toBe(0);
    } finally {
      rmSync(place, { recursive: true, force: true });
    }
  });

  test('an empty history is nothing selected', async () => {
    const file = history('empty.jsonl');
    const { code, stdout, stderr } = await program(folder, [
      'report',
      '--bench',
      '--history',
      file,
    ]);
    expect(stderr).toContain('empty.jsonl holds no figures');
    expect([code, stdout]).toEqual([4, '']);
  });

  test('says when an exact figure differs at one commit', async () => {
    const exact = { ...row, exact: true };
    const file = history('differ.jsonl', exact, { ...exact, value: 8 });
    const output = 'differ.html';
    const args = ['report', '--bench', '--history', file, '--output', output];
    const { code, stderr } = await program(folder, args);
    expect(stderr).toContain('1 exact figure differs at one commit');
    expect(code).toBe(0);
    expect(readFileSync(join(folder, output), 'utf8')).toContain('7 and 8');
  });
});
