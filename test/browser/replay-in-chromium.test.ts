import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import raftStorm from '../../scenarios/raft-storm.ts';
import { runCase } from '../../src/run/run.ts';
import { launchChromium } from '../support/chromium.ts';
import type { Replayed } from './replay-page.ts';

/** What the bundle leaves in the page. */
declare const seedstormReplay: typeof import('./replay-page.ts');

interface Bundle {
  readonly code: string;
  readonly imports: readonly string[];
}

async function bundled(): Promise<Bundle> {
  const bundle = await rolldown({
    input: join(import.meta.dirname, 'replay-page.ts'),
    platform: 'browser',
    logLevel: 'silent',
    // Modules count by what they export: the public API has parts that need Node, a run has none.
    treeshake: { moduleSideEffects: false },
  });
  const { output } = await bundle.generate({ format: 'iife', name: 'seedstormReplay' });
  await bundle.close();
  expect(output).toHaveLength(1);
  return { code: output[0].code, imports: output[0].imports };
}

let bundle: Bundle;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  bundle = await bundled();
  browser = await launchChromium();
  page = await browser.newPage();
  await page.addScriptTag({ content: bundle.code });
}, 120_000);

afterAll(async () => {
  await browser?.close();
});

const inPage = (input: unknown): Promise<Replayed> =>
  page.evaluate((given) => seedstormReplay.replay(given as { seed: number }), input);

describe('the part that runs one case', { timeout: 120_000 }, () => {
  test('needs nothing of Node', () => {
    expect(bundle.imports).toEqual([]);
    expect(bundle.code).not.toMatch(/\bnode:[a-z]|\brequire\(/);
  });

  test('gives in Chromium the digests that it gives in Node', async () => {
    for (const seed of [1, 2, 3]) {
      const { record } = await runCase(raftStorm, { seed });
      const { verdict, digest, steps } = record;
      expect(await inPage({ seed })).toEqual({ verdict, digest, steps, rung: undefined });
    }
  });

  test('replays a case file there', async () => {
    const { caseFile, record } = await runCase(raftStorm, { seed: 2 });
    const sent = JSON.parse(JSON.stringify(caseFile)) as typeof caseFile;
    expect((await inPage(sent)).digest).toBe(record.digest);
    const shorter = { ...sent, plan: [] };
    expect((await inPage(shorter)).digest).not.toBe(record.digest);
  });
});
