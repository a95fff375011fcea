import { describe, expect, test } from 'vitest';
import { finding, gate, otherParts, sweepPart } from '../../test/report/gate-records.ts';
import { annotations, githubReporter, summaryOf } from './github-reporter.ts';
import { plainPaint } from './paint.ts';

const known = { rung: 'T1', until: '2030-06-01', reason: 'issue 7' };

describe('annotations', () => {
  test('one for each distinct failure, at the file of its scenario, on one line', () => {
    const lines = annotations(gate([sweepPart([finding(1), finding(2)])], 'broken'));
    const errors = lines.filter((line) => line.startsWith('::error '));
    expect(errors).toHaveLength(2);
    expect(errors[0]).toMatch(
      /^::error file=scenarios\/tide\.ts,line=1,title=T1 no ebb 1%2C 100 seeds%2C first 17::/,
    );
    expect(errors[0]).toContain('%0A  replay    seedstorm replay tide --seed 17');
    for (const line of lines) expect(line).not.toContain('\n');
  });

  test('keep within ten of each level, and say how many are left', () => {
    const many = Array.from({ length: 25 }, (_, at) => finding(at + 1));
    const lines = annotations(gate([sweepPart(many), ...otherParts], 'fault'));
    for (const level of ['error', 'warning', 'notice']) {
      const count = lines.filter((line) => line.startsWith(`::${level} `)).length;
      expect(count, level).toBeLessThanOrEqual(10);
    }
    expect(lines.filter((line) => line.startsWith('::error '))).toHaveLength(10);
    expect(lines.some((line) => line.includes('and 18 more'))).toBe(true);
  });

  test('a known failure warns, an expired one is an error', () => {
    const tolerated = sweepPart([finding(1, { known })], 'held');
    const entry = { entry: known, state: 'met', count: 100 } as const;
    const lines = annotations(gate([tolerated], 'held', { known: [entry] }));
    expect(lines.filter((line) => line.startsWith('::error '))).toEqual([]);
    expect(lines.some((line) => /^::warning .*issue 7/.test(line))).toBe(true);
    const late = annotations(gate([sweepPart([finding(1, { expired: known })])], 'broken'));
    expect(late[0]).toContain('It was tolerated until 2030-06-01.');
  });

  test('an inconclusive part is an error, a part that was not run a warning', () => {
    const lines = annotations(gate([sweepPart([], 'inconclusive'), ...otherParts], 'fault'));
    expect(lines.some((line) => line.startsWith('::error title=tide%3A inconclusive::'))).toBe(
      true,
    );
    expect(lines.some((line) => line.startsWith('::warning title=case cases/tide.json'))).toBe(
      true,
    );
    expect(lines.some((line) => line.includes('this gate is blind'))).toBe(true);
  });
});

describe('the job summary', () => {
  test('says the verdict, the parts and the failures', () => {
    const text = summaryOf(gate([...otherParts, sweepPart([finding(1)])], 'fault'));
    expect(text).toContain('## :boom: seedstorm: fault of the harness');
    expect(text).toContain('| :x: broken | tide |');
    expect(text).toContain('The tide never turns, &amp; nobody &lt;waits>.');
    expect(text).toContain('seedstorm replay tide --seed 17');
  });

  test('stays below one mebibyte and says what it left out', () => {
    const long = 'x'.repeat(50_000);
    const many = Array.from({ length: 60 }, (_, at) => finding(at + 1, { statement: long }));
    const text = summaryOf(gate([sweepPart(many)], 'broken'));
    const sizeBytes = new TextEncoder().encode(text).length;
    expect(sizeBytes).toBeLessThan(1_048_576);
    expect(sizeBytes).toBeGreaterThan(900_000);
    expect(text).toMatch(/\d+ more failures do not fit here/);
  });

  test('goes where GitHub says, and nowhere else', async () => {
    const written: string[] = [];
    const make = (environment: Record<string, string>) =>
      githubReporter({
        write: () => {},
        replace: () => {},
        linkTo: (path) => path,
        appendTo: (path) => void written.push(path),
        paint: plainPaint,
        width: 100,
        environment,
      });
    const record = gate([sweepPart([], 'held')], 'held');
    await make({}).onEnd?.(record);
    expect(written).toEqual([]);
    await make({ GITHUB_STEP_SUMMARY: 'summary.md' }).onEnd?.(record);
    expect(written).toEqual(['summary.md']);
  });
});
