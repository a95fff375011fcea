import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Path of the Chromium of this machine: `CHROMIUM` of the environment, or the first on the path. */
export function findChromium(environment: NodeJS.ProcessEnv = process.env): string {
  const { CHROMIUM, PATH = '' } = environment;
  const found =
    CHROMIUM === undefined
      ? PATH.split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)))
      : [CHROMIUM];
  const path = found.find(isProgram);
  if (path !== undefined) return path;
  throw new Error(
    `this test needs Chromium and found none${CHROMIUM === undefined ? ' on the path' : ` at ${CHROMIUM}`}: ` +
      'sudo apt-get install --no-install-recommends chromium, or name one in CHROMIUM',
  );
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Starts the Chromium of this machine, without a window. */
export async function launchChromium(): Promise<Browser> {
  return await chromium.launch({
    executablePath: findChromium(),
    // Its sandbox refuses to work for root and inside most containers; what is loaded is our own.
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
}
