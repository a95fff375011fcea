import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

const patienceMs = 60_000;
const everyMs = 100;

/** A terminal of its own, in which a program runs and keys are pressed. */
export class Terminal {
  readonly #socket: string;

  /**
   * @param command for the shell
   * @throws Error when tmux is not installed: `.ci/setup` installs it
   */
  constructor(name: string, cwd: string, command: string, columns: number, rows: number) {
    this.#socket = `seedstorm-${process.pid}-${name}`;
    const size = ['-x', String(columns), '-y', String(rows)];
    this.#tmux('-f', '/dev/null', 'new-session', '-d', '-s', 'main', ...size, '-c', cwd, command);
  }

  /** What stands on the screen. */
  screen(): string {
    return this.#tmux('capture-pane', '-p', '-t', 'main');
  }

  /** Presses keys, by the names that tmux has for them. */
  press(...keys: readonly string[]): void {
    this.#tmux('send-keys', '-t', 'main', ...keys);
  }

  /** Types a text as it is. */
  type(text: string): void {
    this.#tmux('send-keys', '-t', 'main', '-l', text);
  }

  /** Waits until the screen shows something, and gives what fits. */
  shows(pattern: RegExp): Promise<RegExpExecArray> {
    return this.until((screen) => pattern.exec(screen) ?? undefined, String(pattern));
  }

  /** Waits until something is seen on the screen. */
  async until<T>(seen: (screen: string) => T | undefined, what: string): Promise<T> {
    for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += everyMs) {
      const found = seen(this.screen());
      if (found !== undefined) return found;
      await sleep(everyMs);
    }
    throw new Error(`the screen never showed ${what}:\n${this.screen()}`);
  }

  /** Whether a program has the alternate screen, and whether the cursor is to be seen. */
  modes(): { readonly alternate: boolean; readonly cursor: boolean } {
    const format = '#{alternate_on} #{cursor_flag}';
    const said = this.#tmux('display-message', '-p', '-t', 'main', format).trim();
    return { alternate: said.startsWith('1'), cursor: said.endsWith('1') };
  }

  resize(columns: number, rows: number): void {
    this.#tmux('resize-window', '-t', 'main', '-x', String(columns), '-y', String(rows));
  }

  close(): void {
    this.#tmux('kill-server');
  }

  #tmux(...args: readonly string[]): string {
    return execFileSync('tmux', ['-L', this.#socket, ...args], { encoding: 'utf8' });
  }
}
