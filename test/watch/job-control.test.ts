import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { freshFolder } from '../fixtures/program.ts';
import { Terminal } from '../support/tmux.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const shell = "env LANG=C.UTF-8 PS1='READY> ' bash --norc --noprofile -i";

/** For the shell: the exit code of what ran, or was stopped. */
const tellCode = 'echo "[code $?]"';
/** For the shell: `icanon` when the terminal hands over whole lines, as it does to a shell. */
const tellMode = 'stty -a | grep -o "[-]*icanon"';

const folder = freshFolder();
let terminal: Terminal;
let opened = 0;

beforeEach(async () => {
  opened++;
  terminal = new Terminal(`job-${opened}`, folder, shell, 100, 30);
  enter(`alias watch="'${process.execPath}' '${main}' watch"; clear; ${tellMode}`);
  await terminal.shows(/^icanon/m);
});
afterEach(() => terminal.close());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function enter(line: string): void {
  terminal.type(line);
  terminal.press('Enter');
}

/** The terminal is the shell's again, as it was. */
async function restored(code: number): Promise<void> {
  await terminal.shows(new RegExp(`\\[code ${code}\\]`));
  expect(terminal.modes()).toEqual({ alternate: false, cursor: true });
  enter(tellMode);
  await terminal.shows(/^icanon/m);
}

async function stop(): Promise<void> {
  terminal.press('C-z');
  await terminal.shows(/Stopped/);
  await restored(148);
}

async function goOn(): Promise<void> {
  enter(`clear; fg; ${tellCode}`);
  await terminal.shows(/ 1 nodes /);
}

async function watch(): Promise<void> {
  enter(`clear; watch raft-calm --seed 7; ${tellCode}`);
  await terminal.shows(/ 1 nodes /);
}

/** Starts it, and finds its process by way of the shell. */
async function watchedProcess(): Promise<number> {
  await watch();
  await stop();
  enter('clear; echo "process $(jobs -p)"');
  const [, id] = await terminal.shows(/^process (\d+)/m);
  await goOn();
  return Number(id);
}

test('ctrl-z gives the terminal to the shell, and fg comes back with a whole frame', async () => {
  await watch();
  await stop();
  await goOn();
  expect(terminal.modes()).toEqual({ alternate: true, cursor: false });
  const sizes = [
    [80, 24],
    [200, 60],
    [40, 10],
    [120, 40],
  ] as const;
  for (const [columns, rows] of sizes) {
    terminal.resize(columns, rows);
    const small = columns < 60;
    // What the terminal is asked for may be half of a frame, so this waits for a whole one: whatever
    // is left of another frame stays on the screen, and is never waited away.
    await terminal.until((shown) => {
      const lines = shown.replace(/\n$/, '').split('\n');
      const heads = shown.match(/raft-calm seed 7/g) ?? [];
      const counts = shown.match(/ 7 events /g) ?? [];
      const isWhole = small
        ? lines[0] === `needs 60x16, this is ${columns}x${rows}` &&
          heads.length + counts.length === 0
        : lines.length === rows &&
          heads.length === 1 &&
          counts.length === 1 &&
          lines.at(-1)!.includes('? help');
      return isWhole ? shown : undefined;
    }, `one frame of ${columns}x${rows}, and nothing else`);
  }
  terminal.press('q');
  await restored(0);
});

test.each(['SIGTERM', 'SIGHUP', 'SIGINT'] as const)(
  'the terminal is as before after %s',
  async (signal) => {
    process.kill(await watchedProcess(), signal);
    await restored(130);
  },
);

test('a terminal that is closed ends the program', async () => {
  const id = await watchedProcess();
  terminal.close();
  while (isAlive(id)) await sleep(50);
  terminal = new Terminal(`job-${opened}-after`, folder, shell, 80, 24);
});

function isAlive(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch {
    return false;
  }
}
