import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BenchRow } from '../../src/record/bench-row.ts';
import { benchPage } from '../../src/report/benchmarks/bench-page.ts';
import { launchChromium } from '../support/chromium.ts';
import { type OpenedPage, openPage } from '../support/open-page.ts';

const folder = mkdtempSync(join(tmpdir(), 'seedstorm-bench-report-'));
let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Row of the day-th commit. */
function row(day: number, more: Partial<BenchRow>): BenchRow {
  const date = `2030-01-${String(day).padStart(2, '0')}`;
  return {
    schema: 'seedstorm-bench/1',
    at: `${date}T10:30:00.000Z`,
    commit: day.toString(16).padStart(8, 'abcd').padEnd(40, '0'),
    committedAt: `${date}T10:00:00.000Z`,
    dirty: false,
    machine: 'a machine',
    node: 'v24.0.0',
    benchmark: 'codec',
    metric: 'encode',
    value: 1,
    unit: 'MB/s',
    better: 'higher',
    exact: false,
    ...more,
  };
}

const codes = ['R(3)', '4+2', '8+3', '8+4', '16+4'];

/** Twelve commits: one variant gets worse at the end, an exact figure better. */
const history: readonly BenchRow[] = Array.from({ length: 12 }, (_, at) => [
  ...codes.map((variant, place) => {
    const value = 400 + 50 * place + 5 * at - (variant === '8+3' && at === 11 ? 200 : 0);
    return row(at + 1, { variant, value, low: value - 20, high: value });
  }),
  ...codes.map((variant) =>
    row(at + 1, {
      ...{ benchmark: 'storage', metric: 'write, p99', variant, unit: 'ms', seeds: [1, 20] },
      ...{ better: 'lower', exact: true, value: at === 11 && variant === '4+2' ? 11.5 : 12 },
    }),
  ),
]).flat();

let files = 0;

async function open(
  rows: readonly BenchRow[],
  { dark = false, width = 1280 }: { dark?: boolean; width?: number } = {},
): Promise<OpenedPage> {
  const path = join(folder, `${files++}.html`);
  writeFileSync(path, benchPage(rows));
  const colorScheme = dark ? 'dark' : 'light';
  return await openPage(browser, path, { viewport: { width, height: 900 }, colorScheme });
}

describe('the page of benchmarks', () => {
  test('says what got worse and better since the commit before, the largest first', async () => {
    const { page, trouble } = await open(history);
    expect(await page.title()).toBe('Benchmarks at abcdabcc - seedstorm');
    expect(await page.locator('.summary').innerText()).toBe(
      'Against the commit before: 1 worse, 1 better, 8 alike.',
    );
    const changes = await page.locator('main > .scroll tbody tr').allInnerTexts();
    expect(changes.map((text) => text.replaceAll(/\s+/g, ' '))).toEqual([
      'codec, encode, 8+3 550 MB/s 355 MB/s ▼ −35 % worse abcdabcb to abcdabcc',
      'storage, write, p99, 4+2 12 ms 11.5 ms ▲ −4.2 % better abcdabcb to abcdabcc',
    ]);
    expect(trouble).toEqual([]);
    await page.close();
  });

  test('draws each metric with a line for each variant, and tells it in words and a table', async () => {
    const { page } = await open(history);
    const card = page.locator('.card', { hasText: 'encode' });
    const picture = card.getByRole('img');
    expect(await picture.getAttribute('aria-label')).toContain(
      'encode over 12 commits: R(3) from 400 to 455 MB/s; 4+2 from 450',
    );
    expect(await picture.locator('g').count()).toBe(5);
    expect(await picture.locator('circle').count()).toBe(60);
    expect(await picture.locator('circle.best').count()).toBe(5);
    expect(await picture.locator('.band').count()).toBe(5);
    const line = card.locator('tbody tr', { hasText: '8+3' });
    expect((await line.innerText()).replaceAll(/\s+/g, ' ')).toBe(
      '8+3 355 550 ▼ −35 % worse 550 ▼ −35 % worse',
    );
    const exact = page.locator('.card', { hasText: 'write, p99' });
    expect(await exact.locator('.about').innerText()).toBe(
      'ms · lower is better · exact: the same on any machine · seeds 1..20',
    );
    expect(await exact.locator('.band').count()).toBe(0);
    await page.close();
  });

  test('keeps every mark inside its picture', async () => {
    const wide = history.map((one) => ({ ...one, value: one.value * 1_000_000, high: 6.5e8 }));
    const small = history.map((one) => row(3, { ...one, metric: 'small', value: 1e-5, low: 1e-6 }));
    const { page } = await open([...wide, ...small, row(2, { metric: 'zero', value: 0 })]);
    const outside = await page.locator('.card > svg').evaluateAll((pictures) =>
      (pictures as unknown as SVGLike[]).flatMap((picture) => {
        const frame = picture.getBoundingClientRect();
        return [...picture.querySelectorAll('path, circle, text')].flatMap((mark) => {
          const box = mark.getBoundingClientRect();
          const inside =
            box.left >= frame.left - 1 &&
            box.right <= frame.right + 1 &&
            box.top >= frame.top - 1 &&
            box.bottom <= frame.bottom + 1;
          return inside ? [] : [mark.outerHTML];
        });
      }),
    );
    expect(outside).toEqual([]);
    expect(await page.content()).not.toMatch(/NaN|Infinity|undefined/);
    await page.close();
  });

  test.each([
    ['light', false, 'rgb(255, 255, 255)'],
    ['dark', true, 'rgb(15, 19, 24)'],
  ])('is %s where the system is', async (_, dark, background) => {
    const { page } = await open(history, { dark });
    const colours = await page.evaluate(
      "[getComputedStyle(document.body).backgroundColor, ...['body', '.about', '.change.worse', '.change.better'].map((one) => getComputedStyle(document.querySelector(one)).color)]",
    );
    const [found, ...texts] = colours as readonly string[];
    expect(found).toBe(background);
    for (const text of texts) expect(contrast(text, background)).toBeGreaterThan(4.5);
    await page.close();
  });

  test('fits a telephone', async () => {
    const { page } = await open(history, { width: 390 });
    const widths = await page.evaluate(
      "[document.documentElement, ...document.querySelectorAll('.card .scroll')].map((one) => one.scrollWidth - one.clientWidth)",
    );
    expect(Math.max(...(widths as number[]))).toBe(0);
    await page.close();
  });

  test('of one measurement has bars and no pictures', async () => {
    const { page } = await open(history.slice(0, 10));
    expect(await page.locator('.summary').innerText()).toBe('10 figures, none measured before.');
    expect(await page.locator('.card > svg').count()).toBe(0);
    const bars = page.locator('.card').first().locator('.bar');
    const [first, last] = [await bars.first().boundingBox(), await bars.last().boundingBox()];
    expect(first!.width / last!.width).toBeCloseTo(400 / 600, 1);
    await page.close();
  });

  test('draws the last hundred of many commits, and compares with all', async () => {
    const many = Array.from({ length: 140 }, (_, at) => {
      const date = new Date(Date.UTC(2030, 0, 1 + at)).toISOString();
      const commit = (at + 4096).toString(16).padEnd(40, '0');
      return row(1, { commit, at: date, committedAt: date, value: at === 3 ? 900 : 100 + at });
    });
    const { page } = await open(many.toReversed());
    expect(await page.title()).toBe('Benchmarks at 108b0000 - seedstorm');
    const card = page.locator('.card');
    expect(await card.locator('.about').innerText()).toContain('the last 100 of 140 commits');
    expect(await card.locator('circle').count()).toBe(100);
    expect(await card.locator('circle.best').count()).toBe(0);
    expect(await card.getByRole('img').getAttribute('aria-label')).toContain('from 140 to 239');
    expect(await card.locator('tbody').innerText()).toMatch(/900\s+▼ −73 % worse/);
    await page.close();
  });

  test('keeps machines apart, and says what was not measured lately', async () => {
    const other = { machine: 'another <machine>', variant: '4+2' };
    const { page } = await open([
      ...history,
      row(13, { ...other, value: 9 }),
      row(13, { variant: 'R(3)', value: 500 }),
    ]);
    expect(await page.locator('.card', { hasText: 'another <machine>' }).count()).toBe(1);
    const old = page.locator('.card', { hasText: 'a machine' }).locator('tr.old');
    expect(await old.count()).toBe(4);
    expect(await old.first().innerText()).toContain('last at abcdabcc');
    await page.close();
  });

  test('shows names of benchmarks as they are, and exact figures that differ', async () => {
    const hostile = '</style><script>document.title = "owned"</script><b>&amp;';
    const twice = { metric: hostile, benchmark: hostile, variant: '"\'>', exact: true };
    const { page, trouble } = await open([row(1, twice), row(1, { ...twice, value: 2 })]);
    expect(await page.locator('h2').innerText()).toBe(hostile);
    expect(await page.locator('h3').innerText()).toBe(hostile);
    expect(await page.locator('script').count()).toBe(0);
    expect(await page.locator('.alarm').innerText()).toContain('1 and 2');
    expect(await page.title()).not.toBe('owned');
    expect(trouble).toEqual([]);
    await page.close();
  });
});

interface BoxLike {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

interface SVGLike {
  readonly outerHTML: string;
  getBoundingClientRect(): BoxLike;
  querySelectorAll(selector: string): Iterable<SVGLike>;
}

/** The contrast of two colours as WCAG defines it. */
function contrast(one: string, other: string): number {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = (colour.match(/\d+/g) ?? []).slice(0, 3).map((digits) => {
    const share = Number(digits) / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
