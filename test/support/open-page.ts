import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';

/** A page that was opened from disk. */
export interface OpenedPage {
  readonly page: Page;
  /** Everything that the page asked for beside itself, and every error. */
  readonly trouble: string[];
}

/** Opens a file in a browser, and notes what pages that need nothing must not do. */
export async function openPage(
  browser: Browser,
  path: string,
  options: NonNullable<Parameters<Browser['newPage']>[0]>,
): Promise<OpenedPage> {
  const page = await browser.newPage(options);
  const trouble: string[] = [];
  page.on('pageerror', (error) => trouble.push(error.message));
  page.on('console', (message) => trouble.push(message.text()));
  const { href } = pathToFileURL(path);
  page.on('request', (request) => {
    if (request.url() !== href) trouble.push(request.url());
  });
  await page.goto(href);
  return { page, trouble };
}
