import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Environment variable that every process of a run of the loop carries. */
export const runMark = 'SEEDSTORM_RALPH_RUN';

/** A program to run with all that it may start. */
export interface GroupOptions {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Written to standard input, which is then closed. */
  readonly input?: string | undefined;
  /** Real time after which it is ended. Default: none. */
  readonly wallMs?: number | undefined;
  /** Real time without output after which it is ended. Default: none. */
  readonly idleMs?: number | undefined;
  /** Output after which it is ended. Default 256 MiB. */
  readonly outputBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onOutput?: ((chunk: Buffer, stream: 'stdout' | 'stderr') => void) | undefined;
  readonly onStart?: ((pid: number) => void) | undefined;
}

/** How it ended. */
export interface GroupEnd {
  readonly how: 'exited' | 'out of time' | 'idle' | 'flooded' | 'stopped' | 'not started';
  /** Exit code; null when a signal ended it. */
  readonly code: number | null;
  readonly why: string;
  readonly outputBytes: number;
  readonly wallMs: number;
}

const defaultOutputBytes = 256 << 20;
/** Between the request to end and the end. */
const graceMs = 2_000;
/** What processes left behind may still hold the output open; nobody waits longer for them. */
const drainMs = 500;

/** Runs a program as the leader of a process group; when it ends, nothing of the group is left. */
export function runGroup(options: GroupOptions): Promise<GroupEnd> {
  const { argv, cwd, env, input, signal } = options;
  const [command = '', ...args] = argv;
  const began = performance.now();
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env,
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const watch = new GroupWatch(child, options);
    const finish = (how: GroupEnd['how'], code: number | null, why: string): void => {
      watch.release();
      const wallMs = Math.round(performance.now() - began);
      resolve({ how: watch.how ?? how, code, why, outputBytes: watch.outputBytes, wallMs });
    };
    child.once('error', (error) => {
      if (child.pid === undefined) finish('not started', null, error.message);
    });
    child.once('exit', (code, by) => {
      endGroup(child, 'SIGKILL');
      const why = by === null ? `exit code ${code}` : `ended by ${by}`;
      const timer = setTimeout(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, drainMs);
      child.once('close', () => {
        clearTimeout(timer);
        finish('exited', code, why);
      });
    });
    if (child.pid === undefined) return;
    options.onStart?.(child.pid);
    // A program that does not read what it is told is no reason to fall over.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input ?? '');
    if (signal?.aborted === true) watch.stop('stopped');
  });
}

class GroupWatch {
  how: GroupEnd['how'] | undefined;
  outputBytes = 0;
  readonly #child: ChildProcess;
  readonly #options: GroupOptions;
  readonly #wall: NodeJS.Timeout | undefined;
  #idle: NodeJS.Timeout | undefined;
  #grace: NodeJS.Timeout | undefined;
  readonly #onAbort = (): void => this.stop('stopped');

  constructor(child: ChildProcess, options: GroupOptions) {
    this.#child = child;
    this.#options = options;
    const { wallMs, signal } = options;
    if (wallMs !== undefined) this.#wall = setTimeout(() => this.stop('out of time'), wallMs);
    this.#rest();
    signal?.addEventListener('abort', this.#onAbort, { once: true });
    child.stdout?.on('data', (chunk: Buffer) => this.#take(chunk, 'stdout'));
    child.stderr?.on('data', (chunk: Buffer) => this.#take(chunk, 'stderr'));
  }

  #take(chunk: Buffer, stream: 'stdout' | 'stderr'): void {
    const { outputBytes = defaultOutputBytes, onOutput } = this.#options;
    this.outputBytes += chunk.length;
    if (this.outputBytes > outputBytes) {
      this.stop('flooded');
      return;
    }
    this.#rest();
    onOutput?.(chunk, stream);
  }

  #rest(): void {
    const { idleMs } = this.#options;
    if (idleMs === undefined) return;
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.stop('idle'), idleMs);
  }

  stop(how: GroupEnd['how']): void {
    if (this.how !== undefined) return;
    this.how = how;
    endGroup(this.#child, 'SIGTERM');
    this.#grace = setTimeout(() => endGroup(this.#child, 'SIGKILL'), graceMs);
  }

  release(): void {
    for (const timer of [this.#wall, this.#idle, this.#grace]) clearTimeout(timer);
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
  }
}

function endGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // Nothing of it is left.
  }
}

/**
 * Ends processes that carry the mark of a run although they left its process groups, and those of a
 * run that was cut off. Only where the system shows the environment of processes, as Linux does.
 *
 * @returns how many there were
 */
export function endStrays(run: string): number {
  const mark = `${runMark}=${run}`;
  let ended = 0;
  for (const name of namesIn('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    try {
      const environment = readFileSync(`/proc/${name}/environ`, 'utf8').split('\0');
      if (!environment.includes(mark)) continue;
      process.kill(pid, 'SIGKILL');
      ended++;
    } catch {
      // It ended by itself, or belongs to somebody else.
    }
  }
  return ended;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
