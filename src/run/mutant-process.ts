import { type ChildProcess, spawn } from 'node:child_process';
import type { CopyTask } from './mutant-child.ts';
import type { PlainError } from './worker-protocol.ts';

/** How the process of a copy ended. */
export type CopyEnd =
  | { readonly how: 'result'; readonly result: unknown }
  | { readonly how: 'failed'; readonly isUsage: boolean; readonly error: PlainError }
  | { readonly how: 'timeout' }
  | { readonly how: 'out of memory' }
  | { readonly how: 'stopped' }
  | { readonly how: 'died'; readonly code: number; readonly stderr: string };

/** How to start the process of a copy. */
export interface CopyProcess {
  /** The copy: the working directory. */
  readonly copy: string;
  /** The module to start there. */
  readonly program: string;
  readonly task: CopyTask;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (seeds: number, stage: string) => void;
}

/** Megabytes of heap that each thread of such a process may have. */
const heapMegabytes = 1_536;
const keptStderr = 4_000;

type Piece =
  | { readonly type: 'progress'; readonly progress: { seeds: number; stage?: string } }
  | { readonly type: 'result'; readonly result: unknown }
  | { readonly type: 'failed'; readonly isUsage: boolean; readonly error: PlainError };

/** Starts a process in a copy, watches time and memory, and waits for its answer. */
export function runInCopy(wanted: CopyProcess): Promise<CopyEnd> {
  const { copy, program, task, timeoutMs, signal, onProgress } = wanted;
  return new Promise((resolve, reject) => {
    const child: ChildProcess = spawn(
      process.execPath,
      [`--max-old-space-size=${heapMegabytes}`, program],
      // A group of its own: Ctrl-C is for the one who asked, who then ends us.
      { cwd: copy, stdio: ['ignore', 'ignore', 'pipe', 'ipc'], detached: true },
    );
    let stderr = '';
    let end: CopyEnd | undefined;
    const stop = (how: 'timeout' | 'stopped'): void => {
      end ??= { how };
      child.kill('SIGKILL');
    };
    const onAbort = (): void => stop('stopped');
    const timer =
      timeoutMs === undefined ? undefined : setTimeout(() => stop('timeout'), timeoutMs);
    signal?.addEventListener('abort', onAbort, { once: true });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-keptStderr);
    });
    child.on('message', (piece: Piece) => {
      if (piece.type === 'progress') onProgress?.(piece.progress.seeds, piece.progress.stage ?? '');
      else if (piece.type === 'result') end ??= { how: 'result', result: piece.result };
      else end ??= { how: 'failed', isUsage: piece.isUsage, error: piece.error };
    });
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      resolve(end ?? endOf(code ?? -1, stderr));
    });
    if (signal?.aborted === true) onAbort();
    else child.send(task, () => {});
  });
}

function endOf(code: number, stderr: string): CopyEnd {
  if (/heap out of memory|ERR_WORKER_OUT_OF_MEMORY/.test(stderr)) return { how: 'out of memory' };
  return { how: 'died', code, stderr };
}
