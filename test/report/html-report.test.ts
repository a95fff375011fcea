import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import stale from '../../scenarios/raft-lease-beyond-drift.ts';
import type { RunTrace } from '../../src/record/run-trace.ts';
import { htmlReport } from '../../src/report/html/html-report.ts';
import { findChromium, launchChromium } from '../support/chromium.ts';
import { type OpenedPage, openPage } from '../support/open-page.ts';
import { inventedTrace, traced } from './traces.ts';

const folder = mkdtempSync(join(tmpdir(), 'seedstorm-report-'));
let browser: Browser;
let broken: RunTrace;

beforeAll(async () => {
  browser = await launchChromium();
  broken = await traced(stale, { seed: 2 });
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

let files = 0;

async function open(trace: RunTrace, colorScheme: 'light' | 'dark' = 'light'): Promise<OpenedPage> {
  const path = join(folder, `${files++}.html`);
  writeFileSync(path, htmlReport(trace));
  const opened = await openPage(browser, path, {
    viewport: { width: 1280, height: 800 },
    colorScheme,
  });
  await opened.page.locator('body[data-ready]').waitFor();
  return opened;
}

/** Colours on a canvas, as hexadecimal digits, and how often each occurs. */
async function coloursOf(page: Page, selector: string): Promise<Record<string, number>> {
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => setTimeout(done)))');
  return await page.locator(selector).evaluate((element) => {
    const canvas = element as unknown as {
      width: number;
      height: number;
      getContext(kind: '2d'): {
        getImageData(...box: number[]): { data: Uint8ClampedArray };
      };
    };
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const counts: Record<string, number> = {};
    for (let at = 0; at < data.length; at += 4) {
      const hex = [...data.slice(at, at + 3)].map((one) => one.toString(16).padStart(2, '0'));
      const name = hex.join('');
      counts[name] = (counts[name] ?? 0) + 1;
    }
    return counts;
  });
}

const text = (page: Page, selector: string): Promise<string> => page.locator(selector).innerText();

describe('the report of a broken run', () => {
  test('shows verdict, law, values and the command, and asks for nothing', async () => {
    const { page, trouble } = await open(broken);
    const { violation, digest } = broken.record;
    expect(await page.title()).toContain('I42 broken: tested seed 2');
    expect(await text(page, '.header')).toContain(digest);
    expect(await text(page, '.banner')).toContain(violation!.statement);
    const verdict = await text(page, '.side');
    for (const [name, value] of Object.entries(violation!.values)) {
      expect(verdict).toMatch(new RegExp(`${name}\\s+${String(value)}`));
    }
    expect(verdict).toContain(broken.replay);
    expect(trouble).toEqual([]);
    await page.close();
  });

  test('draws nodes, messages, faults, the violation and latencies', async () => {
    const { page } = await open(broken);
    const diagram = await coloursOf(page, '.diagram-canvas');
    // The violation, a leader's line, a kind of message; the rest is mixed with its background.
    for (const colour of ['c8301a', '0072b2', 'b98300'])
      expect(diagram[colour]).toBeGreaterThan(20);
    expect(Object.keys(diagram).length).toBeGreaterThan(100);
    const latency = await coloursOf(page, '.latency-canvas');
    expect(latency['0072b2']).toBeGreaterThan(20);
    const overview = await coloursOf(page, '.overview-canvas');
    expect(overview.c8301a).toBeGreaterThan(5);
    await page.close();
  });

  test('goes from event to event by keys, and shows what each changed', async () => {
    const { page } = await open(broken);
    await page.keyboard.press('2');
    const states = page.locator('.states');
    const term = states.locator('tr', { hasText: /^term/ });
    expect(await term.innerText()).toMatch(/term\s+2\s+2\s+1/);
    const first = await text(page, '.chosen-event');
    await page.keyboard.press('ArrowLeft');
    const second = await text(page, '.chosen-event');
    expect(second).not.toBe(first);
    await page.keyboard.press('ArrowRight');
    expect(await text(page, '.chosen-event')).toBe(first);
    await page.keyboard.press('Home');
    expect(await text(page, '.chosen-event')).toContain('0.000000 s');
    expect(await states.locator('tr', { hasText: /^status/ }).innerText()).toMatch(/down/);
    const broke = `${(broken.record.violation!.virtualUs / 1e6).toFixed(6)} s`;
    await page.keyboard.press('v');
    expect(await text(page, '.chosen-event')).toContain(broke);
    await page.keyboard.press('c');
    expect(await text(page, '.chosen-event')).not.toContain(broke);
    await page.close();
  });

  test('marks the cells that an event changed', async () => {
    const { page } = await open(broken);
    const at = broken.events.findIndex(
      (event) => event.type === 'step' && event.changed?.commit !== undefined,
    );
    await page.keyboard.press('3');
    await page.keyboard.press('/');
    await page.keyboard.type(`step=${broken.events[at]!.step}`);
    await page.locator('.event-row').first().waitFor();
    await page.locator('.event-row').nth(4).waitFor({ state: 'detached' });
    await page.locator('.event-row.message, .event-row.disk').first().click();
    await page.keyboard.press('Escape');
    await page.keyboard.press('2');
    const changed = await page.locator('.states tr:has(td.changed) th').allInnerTexts();
    expect(changed).toContain('commit');
    await page.close();
  });

  test('scrubs', async () => {
    const { page } = await open(broken);
    await page.keyboard.press('2');
    const box = (await page.locator('.overview-canvas').boundingBox())!;
    const seen = new Set<string>();
    await page.mouse.move(box.x + 130, box.y + 30);
    await page.mouse.down();
    for (let x = 130; x < 600; x += 60) {
      await page.mouse.move(box.x + x, box.y + 30);
      seen.add(await text(page, '.chosen-event .when'));
    }
    await page.mouse.up();
    expect(seen.size).toBeGreaterThan(6);
    const times = [...seen].map((when) => Number.parseFloat(when));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    await page.close();
  });

  test('finds events by words, node and kind', async () => {
    const { page } = await open(broken);
    await page.keyboard.press('3');
    await page.keyboard.press('/');
    await page.keyboard.type('vote-reply');
    await page.locator('.result', { hasText: 'found' }).waitFor();
    const found = Number((await text(page, '.result')).split(' ')[0]);
    const rows = () => page.locator('.event-row').allInnerTexts();
    // The list is drawn with the next frame.
    await expect
      .poll(async () => (await rows()).every((row) => row.includes('vote-reply')))
      .toBe(true);
    const shown = (await rows()).length;
    expect(shown).toBeGreaterThan(0);
    expect(shown).toBeLessThanOrEqual(found);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    expect(await page.locator('.result').innerText()).toBe('');
    await page.locator('.chip', { hasText: /^n1$/ }).click();
    await page.locator('.chip', { hasText: /^disk/ }).click({ modifiers: ['Alt'] });
    await expect
      .poll(async () => (await rows()).every((row) => /n[23]\s+disk/.test(row)))
      .toBe(true);
    expect((await rows()).length).toBeGreaterThan(5);
    await page.close();
  });

  test('lists the ladder with premises, and the history with latencies', async () => {
    const { page } = await open(broken);
    await page.keyboard.press('5');
    const rungs = page.locator('.ladder tbody tr');
    expect(await rungs.count()).toBe(broken.record.rungs.length);
    const row = await rungs.filter({ hasText: 'I42' }).innerText();
    expect(row).toContain('✕');
    expect(row).toContain(String(broken.record.rungs.find(({ id }) => id === 'I42')!.premise));
    await page.keyboard.press('4');
    const { clients } = broken.record;
    expect(await text(page, '.tab-note')).toContain(`ok ${clients!.ok}`);
    expect(await page.locator('.event-row.operation').first().innerText()).toMatch(/\d (us|ms|s)$/);
    await page.close();
  });

  test('explains its keys, all of them', async () => {
    const { page } = await open(broken);
    await page.keyboard.press('?');
    const help = await text(page, '.help');
    for (const word of ['next event', 'violation', 'search', 'dark or light', 'whole run']) {
      expect(help).toContain(word);
    }
    await page.keyboard.press('?');
    expect(await page.locator('.help').isVisible()).toBe(false);
    await page.close();
  });

  test.each(['light', 'dark'] as const)(
    'is %s with the system, until it is switched',
    async (scheme) => {
      const { page } = await open(broken, scheme);
      const background = (): Promise<string> =>
        page.evaluate('getComputedStyle(document.body).backgroundColor');
      const names = { light: 'rgb(255, 255, 255)', dark: 'rgb(15, 19, 24)' };
      const other = scheme === 'light' ? 'dark' : 'light';
      expect(await background()).toBe(names[scheme]);
      await page.keyboard.press('t');
      expect(await background()).toBe(names[other]);
      const canvas = await coloursOf(page, '.diagram-canvas');
      const [most] = Object.entries(canvas).toSorted(([, a], [, b]) => b - a)[0]!;
      expect(most).toBe(other === 'light' ? 'ffffff' : '0f1318');
      await page.close();
    },
  );

  test('tells a story when there is one', async () => {
    const sentence = {
      text: 'n3 served a read that n2 had made old.',
      step: broken.record.violation!.step,
    };
    const story = { sections: [{ title: 'what happened', sentences: [sentence] }] };
    const { page } = await open({ ...broken, story });
    await page.keyboard.press('Home');
    await page.keyboard.press('1');
    await page.locator('.story button', { hasText: sentence.text }).click();
    await page.keyboard.press('2');
    expect(await text(page, '.chosen-event')).toContain(
      `step ${sentence.step.toLocaleString('en-US')}`,
    );
    await page.close();
  });
});

describe('a report', () => {
  test('stays usable with 50,000 events', async () => {
    const trace = inventedTrace(50_000);
    const { page, trouble } = await open(trace);
    expect(await text(page, '.diagram-note')).toMatch(/messages of [\d,]+ drawn/);
    await page.keyboard.press('3');
    const box = (await page.locator('.overview-canvas').boundingBox())!;
    const room = box.width - 118;
    for (const share of [0.1, 0.5, 0.9]) {
      await page.mouse.click(box.x + 118 + room * share, box.y + 30);
      // The run, and three hundredths of it behind its end, fill the width.
      const expected = (trace.record.virtualUs * 1.03 * share) / 1e6;
      const chosen = () => text(page, '.event-row.chosen .event-time');
      await expect.poll(async () => Number.parseFloat(await chosen())).toBeCloseTo(expected, 2);
      expect(await page.locator('.event-row').count()).toBeLessThan(100);
    }
    await page.keyboard.press('/');
    await page.keyboard.type('number=700');
    await page.locator('.result', { hasText: '1 found' }).waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    for (let times = 0; times < 12; times++) await page.keyboard.press('+');
    await page.locator('.diagram-note').waitFor({ state: 'hidden' });
    expect(trouble).toEqual([]);
    await page.close();
  });

  test('shows names as text, whatever they are', async () => {
    const evil = '</script><img src=x onerror="globalThis.hacked=1"><b id=bold>&amp;';
    const [first, ...rest] = broken.events;
    const { record } = broken;
    const { page, trouble } = await open({
      ...broken,
      record: {
        ...record,
        scenario: evil,
        reasons: [evil],
        config: { [evil]: evil },
        probes: { [evil]: 1 },
        rungs: [{ id: evil, title: evil, verdict: 'inconclusive', premise: 0, reason: evil }],
        violation: { ...record.violation!, title: evil, statement: evil, values: { [evil]: evil } },
      },
      nodes: [{ id: evil, server: true, zone: evil }, ...broken.nodes],
      events: [{ type: 'log', step: 0, timeUs: 0, node: evil, text: evil }, first!, ...rest],
      operations: broken.operations.map((one) => ({ ...one, key: evil, answer: evil })),
      replay: evil,
      story: { sections: [{ title: evil, sentences: [{ text: evil }] }] },
    });
    for (const key of ['1', '2', '3', 'Home', '4', '5', '6']) await page.keyboard.press(key);
    expect(await page.evaluate(() => 'hacked' in globalThis)).toBe(false);
    expect(await page.locator('img, #bold').count()).toBe(0);
    expect(await text(page, 'h1')).toBe(evil);
    expect(trouble).toEqual([]);
    await page.close();
  });

  test.each([0, 1])('of a run of %i events is not blank', async (count) => {
    const { page, trouble } = await open(inventedTrace(count));
    for (const key of [
      '2',
      '3',
      '4',
      '5',
      '6',
      'ArrowRight',
      'ArrowLeft',
      '0',
      '+',
      'c',
      'v',
      '1',
    ]) {
      await page.keyboard.press(key);
    }
    expect(await text(page, '.side')).toContain('The ladder held');
    expect(trouble).toEqual([]);
    await page.close();
  });

  test('says what was left out', async () => {
    const trace = await traced(stale, { seed: 2 }, 400);
    const { page } = await open(trace);
    expect(trace.dropped).toBeGreaterThan(0);
    const left = `${trace.dropped.toLocaleString('en-US')} before them are left out`;
    expect(await text(page, '.side')).toContain(left);
    await page.close();
  });
});

test('without Chromium it is said what to install', () => {
  expect(() => findChromium({ PATH: folder })).toThrow('apt-get install');
  expect(() => findChromium({ CHROMIUM: join(folder, 'none') })).toThrow(join(folder, 'none'));
});
