import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, expect, it } from 'vitest';
import type { CaseFile } from '../../src/record/case-file.ts';
import { freshFolder, program } from '../fixtures/program.ts';
import { Terminal } from '../support/tmux.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const folder = freshFolder();
let terminal: Terminal | undefined;
afterEach(() => terminal?.close());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Starts the real program in a terminal, and a shell behind it that says how it ended. */
function start(name: string, ...args: readonly string[]): Terminal {
  const words = [process.execPath, main, 'watch', ...args].map((word) => `'${word}'`).join(' ');
  terminal = new Terminal(
    name,
    folder,
    `echo before; ${words}; echo "code $?"; sleep 1000`,
    120,
    40,
  );
  return terminal;
}

const number = (text: string | undefined): number => Number((text ?? '').replaceAll(',', ''));

it('is played, stepped, troubled, rewound and saved, and the case replays to the digest', async () => {
  const screen = start('whole', 'raft-storm', '--seed', '3');
  await screen.shows(/paused/);
  screen.press('Space');
  await screen.shows(/playing/);
  screen.press('t');
  await screen.shows(/paused/);
  const before = number((await screen.shows(/step ([\d,]+)/))[1]);
  screen.press('.');
  await screen.shows(new RegExp(`step ${(before + 1).toLocaleString('en')} `));
  screen.press('I');
  await screen.shows(/partition: n\d \(leader\) \|/);
  screen.press('}');
  const later = number((await screen.shows(/step (\d,\d\d\d)/))[1]);
  expect(later).toBeGreaterThan(before);
  screen.press(',');
  await screen.shows(new RegExp(`step ${(later - 1).toLocaleString('en')} `));
  screen.press('w');
  const [, path = ''] = await screen.shows(/saved: seedstorm replay (\S+\.json)/);
  const file = JSON.parse(readFileSync(join(folder, path), 'utf8')) as CaseFile;
  expect(file.plan.at(-1)).toMatchObject({ kind: 'partition', shape: 'isolate' });
  for (let tenth = 0; tenth < 10; tenth++) screen.press('}');
  await screen.shows(new RegExp(`digest ${file.outcome!.digest}`));
  screen.press('q');
  await screen.shows(/before\s+code \d/);
  const { stdout, code } = await program(folder, ['replay', path]);
  expect(stdout).toContain('the same as in the case file, to the last bit');
  expect(stdout).toContain(file.outcome!.digest);
  expect(code).toBe(0);
}, 180_000);

it('keeps its shape when the terminal changes its size, and gives it back after Ctrl-C', async () => {
  const screen = start('size', 'raft-storm', '--seed', '3');
  await screen.shows(/paused/);
  screen.resize(80, 24);
  await screen.shows(/^.*raft-storm.*paused/);
  screen.resize(200, 60);
  await screen.shows(/[^\n]{150,}\n/);
  expect(screen.screen().match(/nodes ─/g)).toHaveLength(1);
  screen.press('C-c');
  await screen.shows(/before\s+code \d/);
}, 120_000);

it('says what is wrong on the ordinary screen when there is nothing to watch', async () => {
  const screen = start('wrong', 'raft-strom', '--seed', '3');
  await screen.shows(/there is no scenario raft-strom[\s\S]*raft-storm[\s\S]*code 2/);
}, 60_000);
