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

/** Waits until the run stands still at a step that is meant, and gives it. */
function pausedAt(screen: Terminal, isMeant: (step: number) => boolean): Promise<number> {
  return screen.until((text) => {
    const [, step] = /step ([\d,]+) · \S+ (?:paused|ended)/.exec(text) ?? [];
    const number = Number((step ?? '-1').replaceAll(',', ''));
    return step !== undefined && isMeant(number) ? number : undefined;
  }, `a pause at the step that ${isMeant} means`);
}

it('is played, stepped, troubled, rewound and saved, and the case replays to the digest', async () => {
  const screen = start('whole', 'raft-storm', '--seed', '3');
  const first = await pausedAt(screen, () => true);
  screen.press('Space');
  await screen.shows(/step \d+ · \S+ x1 /);
  screen.press('Space');
  const played = await pausedAt(screen, (step) => step > first);
  screen.press('.');
  await pausedAt(screen, (step) => step === played + 1);
  screen.press('^');
  await pausedAt(screen, (step) => step === first);
  screen.press('t');
  const elected = await pausedAt(screen, (step) => step > first);
  screen.press('I');
  await screen.shows(/partition: n\d \(leader\) \|/);
  screen.press('}');
  const later = await pausedAt(screen, (step) => step > elected + 20);
  screen.press(',');
  await pausedAt(screen, (step) => step === later - 1);
  screen.press('w');
  const [, path = ''] = await screen.shows(/saved: seedstorm replay (\S+\.json)/);
  const file = JSON.parse(readFileSync(join(folder, path), 'utf8')) as CaseFile;
  expect(file.plan.at(-1)).toMatchObject({ kind: 'partition', shape: 'isolate' });
  for (let at = later - 1; !screen.screen().includes('ended'); ) {
    screen.press('}');
    const before = at;
    at = await pausedAt(screen, (step) => step > before);
  }
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
  // Half of a frame may be on the screen; what is left of an older one stays there.
  await screen.until((text) => {
    const isWide = /[^\n]{150,}\n/.test(text) && text.match(/nodes ─/g)?.length === 1;
    return isWide ? text : undefined;
  }, 'one wide frame');
  screen.press('C-c');
  await screen.shows(/before\s+code \d/);
}, 120_000);

it('says what is wrong on the ordinary screen when there is nothing to watch', async () => {
  const screen = start('wrong', 'raft-strom', '--seed', '3');
  await screen.shows(/there is no scenario raft-strom[\s\S]*raft-storm[\s\S]*code 2/);
}, 60_000);
