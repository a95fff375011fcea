import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TmuxTerminal } from '../support/tmux.ts';

const program = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** For the shell: the exit code of what ran, or was stopped. */
const tellCode = 'echo "[code $?]"';

let directory: string;
let terminal: TmuxTerminal;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'seedstorm-watch-'));
  terminal = new TmuxTerminal({
    columns: 100,
    rows: 30,
    directory,
    environment: { TERM: 'xterm-256color', NO_COLOR: '', CI: '' },
  });
  terminal.type(`alias seedstorm="'${process.execPath}' '${program}'"`);
  terminal.press('Enter');
  terminal.type('clear; stty -a | grep -o "[-]*icanon"');
  terminal.press('Enter');
  await terminal.until(/^icanon/m);
});

afterEach(() => {
  terminal.close();
  rmSync(directory, { recursive: true, force: true });
});

async function watch(scenario: string, seed: number): Promise<string> {
  terminal.type(`clear; seedstorm watch ${scenario} --seed ${seed}; ${tellCode}`);
  terminal.press('Enter');
  return await terminal.until(/ 1 nodes /);
}

/** The terminal is the shell's again, as it was. */
async function restored(code: number): Promise<string> {
  const text = await terminal.until(new RegExp(`\\[code ${code}\\]`));
  expect(terminal.modes()).toEqual({ alternate: false, cursor: true });
  terminal.type('stty -a | grep -o "[-]*icanon"');
  terminal.press('Enter');
  await terminal.until(/^icanon/m);
  return text;
}

function digestIn(text: string): string {
  return / digest ([0-9a-f]{16})/.exec(text)![1]!;
}

test('a cluster is stepped, cut, rewound, saved, and replayed to the digest that was shown', async () => {
  await watch('raft-calm', 7);
  terminal.press('.');
  await terminal.until(/ step (?!7 )\d+ /);
  // Rewinding leads back to the very same world.
  terminal.type(':go to time 2s');
  terminal.press('Enter');
  const before = await terminal.until(/2\.000000 s .*paused/);
  terminal.press('t');
  terminal.type(':go to time 3s');
  terminal.press('Enter');
  await terminal.until(/3\.000000 s .*paused/);
  terminal.type(':go to time 2s');
  terminal.press('Enter');
  const again = await terminal.until(/2\.000000 s .*paused/);
  expect(digestIn(again)).toBe(digestIn(before));
  // The leader is cut off, by hand: two groups at once, and another leader later.
  terminal.press('I');
  await terminal.until(/╳ n\d.*││ n\d/);
  await terminal.until(/1 by hand, not saved/);
  terminal.type('++++++');
  terminal.press('Space');
  const ended = await terminal.until(/■ ended/);
  terminal.press('w');
  await terminal.until(/saved: seedstorm replay/);
  terminal.press('q');
  await restored(0);
  const [file] = readdirSync(join(directory, 'logs/watch'));
  terminal.type(
    `clear; seedstorm replay logs/watch/${file} --json | grep -o '"digest":"[0-9a-f]*"'`,
  );
  terminal.press('Enter');
  const replayed = await terminal.until(/"digest":"[0-9a-f]{16}"/);
  expect(replayed).toContain(`"digest":"${digestIn(ended)}"`);
});

test('ctrl-z gives the terminal to the shell, and fg comes back; a new size leaves no garbage', async () => {
  await watch('raft-calm', 7);
  terminal.press('C-z');
  await terminal.until(/Stopped/);
  await restored(148);
  terminal.type(`clear; fg; ${tellCode}`);
  terminal.press('Enter');
  await terminal.until(/ 1 nodes /);
  terminal.press('f');
  for (const [columns, rows] of [
    [80, 24],
    [200, 60],
    [40, 10],
    [120, 40],
  ] as const) {
    terminal.resize(columns, rows);
    const small = columns < 60;
    const text = await terminal.until((shown) => {
      const lines = shown.replace(/\n$/, '').split('\n');
      if (small) return lines[0] === `needs 60x16, this is ${columns}x${rows}`;
      return lines.length === rows && / 7 events /.test(shown) && /\? help/.test(lines.at(-1)!);
    });
    // One frame and no rest of another one.
    expect(text.match(/\b7 events\b/g) ?? []).toHaveLength(small ? 0 : 1);
    expect(text.match(/raft-calm seed 7/g) ?? []).toHaveLength(small ? 0 : 1);
  }
  terminal.press('q');
  await restored(0);
});

/** Starts it, and finds its process by way of the shell. */
async function watchedProcess(): Promise<number> {
  await watch('raft-calm', 7);
  terminal.press('C-z');
  await terminal.until(/Stopped/);
  terminal.type(`clear; echo "process $(jobs -p)"`);
  terminal.press('Enter');
  const said = await terminal.until(/^process \d+/m);
  terminal.type(`clear; fg; ${tellCode}`);
  terminal.press('Enter');
  await terminal.until(/ 1 nodes /);
  return Number(/^process (\d+)/m.exec(said)![1]);
}

test.each(['SIGTERM', 'SIGHUP', 'SIGINT'] as const)(
  'the terminal is as before after %s',
  async (signal) => {
    process.kill(await watchedProcess(), signal);
    await restored(130);
  },
);

test('a terminal that is closed ends the program', async () => {
  const pid = await watchedProcess();
  terminal.close();
  while (isAlive(pid)) await sleep(50);
  terminal = new TmuxTerminal({ columns: 80, rows: 24, directory });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('a scenario that cannot be loaded is told on a terminal that is as before', async () => {
  terminal.type(`clear; seedstorm watch ./missing.ts; ${tellCode}`);
  terminal.press('Enter');
  expect(await restored(2)).toContain('missing.ts');
});
