import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** How a terminal is opened. */
export interface TmuxOptions {
  readonly columns: number;
  readonly rows: number;
  /** Where its shell starts. */
  readonly directory: string;
  /** Variables of its shell, beside those of this process. */
  readonly environment?: Readonly<Record<string, string>>;
}

const pollMs = 50;

/**
 * A real terminal with a shell in it, kept by a tmux server of its own. Nothing here has a time
 * limit: the limit of the test does.
 */
export class TmuxTerminal {
  readonly #folder: string;
  readonly #socket: string;

  constructor({ columns, rows, directory, environment = {} }: TmuxOptions) {
    this.#folder = mkdtempSync(join(tmpdir(), 'seedstorm-tmux-'));
    this.#socket = join(this.#folder, 'socket');
    const variables = { LANG: 'C.UTF-8', PS1: 'READY> ', ...environment };
    this.#tmux(
      '-f',
      '/dev/null',
      'new-session',
      '-d',
      ...['-x', String(columns), '-y', String(rows), '-c', directory],
      ...Object.entries(variables).flatMap(([name, value]) => ['-e', `${name}=${value}`]),
      'bash --norc --noprofile -i',
    );
  }

  #tmux(...words: readonly string[]): string {
    try {
      return execFileSync('tmux', ['-S', this.#socket, ...words], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      throw new Error('this test needs tmux: sudo apt-get install tmux');
    }
  }

  /** Types text as it is. */
  type(text: string): void {
    this.#tmux('send-keys', '-l', '--', text);
  }

  /** Presses keys by the names that tmux has for them: `Enter`, `Escape`, `C-z`, `Left`, `x`. */
  press(...keys: readonly string[]): void {
    this.#tmux('send-keys', '--', ...keys);
  }

  /** What it shows. */
  text(): string {
    return this.#tmux('capture-pane', '-p');
  }

  /** What it shows, with escape codes. */
  capture(): string {
    return this.#tmux('capture-pane', '-e', '-p');
  }

  /** What it shows as soon as it shows this. */
  async until(wanted: RegExp | ((text: string) => boolean)): Promise<string> {
    for (;;) {
      const text = this.text();
      if (typeof wanted === 'function' ? wanted(text) : wanted.test(text)) return text;
      await sleep(pollMs);
    }
  }

  /** Whether a program has the alternate screen, and whether the cursor is to be seen. */
  modes(): { readonly alternate: boolean; readonly cursor: boolean } {
    const said = this.#tmux('display-message', '-p', '#{alternate_on} #{cursor_flag}').trim();
    return { alternate: said.startsWith('1'), cursor: said.endsWith('1') };
  }

  /** Gives it another size. */
  resize(columns: number, rows: number): void {
    this.#tmux('resize-window', '-x', String(columns), '-y', String(rows));
  }

  /** Ends it with all that runs in it, as closing a window does. */
  close(): void {
    try {
      this.#tmux('kill-server');
    } finally {
      rmSync(this.#folder, { recursive: true, force: true });
    }
  }
}
