import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { counters } from '../../test/fixtures/counters.ts';
import { countersFile, freshFolder, program } from '../../test/fixtures/program.ts';
import { htmlReport } from '../report/html/html-report.ts';
import { timelineOf } from '../report/html/model/timeline.ts';
import { traceRun } from '../run/trace-run.ts';

const folder = freshFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const low = join(folder, 'low.ts');
writeFileSync(
  low,
  `import { counters, smallLadder } from ${JSON.stringify(countersFile)};\n` +
    'export default counters({ ladder: smallLadder(20) });\n',
);

describe.concurrent('report', { timeout: 60_000 }, () => {
  test('writes one file, whole, and says where', async () => {
    const { code, stdout } = await program(folder, ['report', low, '--seed', '3']);
    expect(stdout).toBe('logs/reports/low-seed-3.html\n');
    expect(code).toBe(0);
    const html = readFileSync(join(folder, stdout.trim()), 'utf8');
    expect(html).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
    expect(html).not.toMatch(/(?:src|href)=/);
    expect(readdirSync(join(folder, 'logs/reports'))).toEqual(['low-seed-3.html']);
  });

  test('takes a case file, another place and less', async () => {
    const run = await program(folder, ['run', low, '--seed', '3', '--json']);
    const record = JSON.parse(run.stdout) as { case: string; digest: string };
    const output = 'deep/er/report.html';
    const args = ['report', record.case, '--output', output, '--events', '40', '--json'];
    const { code, stdout } = await program(folder, args);
    const told = JSON.parse(stdout) as Record<string, unknown>;
    const { size } = statSync(join(folder, output));
    expect(told).toMatchObject({ file: output, bytes: size, verdict: 'broken', events: 40 });
    expect(told.digest).toBe(record.digest);
    expect(told.dropped).toBeGreaterThan(0);
    expect(code).toBe(0);
  });

  test('goes to standard output when asked', async () => {
    const args = ['report', low, '--seed', '3', '--output', '-'];
    const { code, stdout } = await program(folder, args);
    expect(stdout).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
    expect(code).toBe(0);
    expect(existsSync(join(folder, '-'))).toBe(false);
  });
});

describe.concurrent('export', { timeout: 60_000 }, () => {
  test('writes a file or to standard output, the same', async () => {
    const args = ['export', low, '--seed', '3', '--format', 'jsonl'];
    const [plain, filed] = await Promise.all([
      program(folder, args),
      program(folder, [...args, '--output', 'trace.jsonl']),
    ]);
    expect([plain.code, filed.code, filed.stdout]).toEqual([0, 0, '']);
    expect(readFileSync(join(folder, 'trace.jsonl'), 'utf8')).toBe(plain.stdout);
    const lines = plain.stdout.trimEnd().split('\n');
    expect(JSON.parse(lines[0]!)).toMatchObject({ type: 'run', dropped: 0 });
  });

  test.each([
    ['perfetto', /^\{"displayTimeUnit":"ms"/],
    ['shiviz', /^\(\?<host>/],
  ])('knows %s', async (format, start) => {
    const args = ['export', low, '--seed', '3', '--format', format, '--events', '100'];
    const { code, stdout } = await program(folder, args);
    expect(code).toBe(0);
    expect(stdout).toMatch(start);
  });
});

describe('a run that does not end well', () => {
  test('is drawn up to where a handler hung', async () => {
    let requests = 0;
    const hanging = counters({
      hooks: {
        onAdd(amount) {
          for (; ++requests > 4; );
          return amount;
        },
      },
    });
    const options = { watchdogMs: 300, replay: 'seedstorm replay x --seed 5' };
    const { trace } = await traceRun(hanging, { seed: 5 }, options);
    const { record, events } = trace;
    expect(record.violation).toMatchObject({ rung: 'I1', step: events.at(-1)!.step });
    expect(events.length).toBeGreaterThan(20);
    expect(timelineOf(trace).violationAt).toBeGreaterThan(events.length - 8);
    expect(htmlReport(trace)).toContain('I1 broken');
  });

  test('is drawn up to where a handler threw', async () => {
    const throwing = counters({
      hooks: {
        onAdd() {
          throw new Error('<no luck>');
        },
      },
    });
    const { trace } = await traceRun(throwing, { seed: 5 }, { replay: '' });
    const threw = trace.events.filter(({ type }) => type === 'threw');
    expect(threw[0]).toMatchObject({ text: 'Error: <no luck>' });
    expect(trace.record.violation?.rung).toBe('I1');
    expect(timelineOf(trace).violationAt).toBeGreaterThan(0);
  });
});
