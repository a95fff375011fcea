import { describe, expect, test } from 'vitest';
import { finding, gate, otherParts, sweepPart } from '../../test/report/gate-records.ts';
import type { GateRecord } from '../record/gate-record.ts';
import { htmlPage } from './html-reporter.ts';
import { plainPaint } from './paint.ts';
import type { ReporterFactory } from './reporter.ts';
import { reporters } from './reporters.ts';

const same = (path: string): string => path;

/** What a reporter leaves of a record that it is told part by part. */
async function printed(make: ReporterFactory, record: GateRecord): Promise<string> {
  const lines: string[] = [];
  let document: string | undefined;
  const reporter = make({
    write: (text) => void lines.push(...(typeof text === 'string' ? [text] : text)),
    replace: (text) => {
      document = text;
    },
    appendTo: () => {},
    linkTo: same,
    paint: plainPaint,
    width: 100,
    environment: {},
  });
  const { of, parts, commit, dirty, firstSeed } = record;
  reporter.onBegin?.({ of, parts, commit, dirty, firstSeed });
  for (const part of parts) {
    reporter.onPartBegin?.(part);
    for (const one of part.findings) reporter.onFinding?.(one);
    reporter.onPart?.(part, record);
  }
  await reporter.onEnd?.(record);
  return document ?? lines.join('\n');
}

const red = gate([...otherParts, sweepPart([finding(1), finding(2)])], 'fault');

describe('pretty', () => {
  test('a line for each part, failures in full, the verdict last', async () => {
    const text = await printed(reporters.pretty!, red);
    expect(text).toMatch(/^seedstorm ci {2}commit 0123456789ab, fresh seeds from 1$/m);
    expect(text).toMatch(/^ {2}fault {8}doctor tide {2}2 seeds in 2 ways, 1,234 events compared/m);
    expect(text).toMatch(/^ {2}not run {6}case cases\/tide\.json/m);
    expect(text.match(/^broken {2}T1 no ebb/gm)).toHaveLength(2);
    expect(text.split('\n').at(-1)).toBe(
      'fault of the harness  0 of 4 parts held, 2 failures, 8 s',
    );
  });

  test('of a sweep the census, and its failures', async () => {
    const text = await printed(
      reporters.pretty!,
      gate([sweepPart([finding(1)])], 'broken', { of: 'sweep' }),
    );
    expect(text).toContain('premise held');
    expect(text).toContain('broken  tide, seeds 1..300: 200 held, 100 broken');
    expect(text.split('\n').at(-1)).toBe('  replay    seedstorm replay tide --seed 17');
    expect(text).not.toContain('seedstorm ci');
  });
});

describe('agent', () => {
  test('one line when all is green', async () => {
    const quiet = { ...sweepPart([], 'held'), notes: [] };
    expect(await printed(reporters.agent!, gate([quiet], 'held'))).toBe(
      'held: 1 of 1 part held, 8 s',
    );
  });

  test('what is not green, in few lines, with the way to see it again', async () => {
    const many = Array.from({ length: 9 }, (_, at) => finding(at + 1));
    const text = await printed(reporters.agent!, gate([sweepPart(many)], 'broken'));
    expect(text.split('\n').length).toBeLessThan(45);
    expect(text.match(/^ {2}replay: /gm)).toHaveLength(5);
    expect(text).toContain('and 4 other failures');
    expect(text).toContain('disagree: level=3 before=4');
  });
});

describe('json', () => {
  test('the record, as one line', async () => {
    const text = await printed(reporters.json!, red);
    expect(text.split('\n')).toHaveLength(1);
    expect(JSON.parse(text)).toEqual(red);
  });
});

describe('html', () => {
  test('one page without scripts and without anything from elsewhere', () => {
    const page = htmlPage(red, same);
    expect(page).not.toMatch(/<script|https?:|src=|@import|url\(/);
    expect(page).toContain('The tide never turns, &amp; nobody &lt;waits&gt;.');
    expect(page).toContain('prefers-color-scheme: dark');
    expect(page).toContain('<a href="logs/failures/tide.json">case file</a>');
  });

  test('links the report of a case where there is one, and runs nothing that a name holds', () => {
    const evil = finding(1, { title: '<img onerror=x>', report: 'logs/reports/a b.html' });
    const page = htmlPage(gate([sweepPart([evil])], 'broken'), same);
    expect(page).toContain('<a href="logs/reports/a%20b.html">report of the case</a>');
    expect(page).not.toContain('<img');
  });
});
