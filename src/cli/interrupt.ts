import { exitCode } from './exit-code.ts';

/** Ctrl-C while a command works. */
export interface Interrupt {
  /** Aborted by the first Ctrl-C, or by `stop`. */
  readonly signal: AbortSignal;
  /** Whether a person ended the command. */
  readonly interrupted: boolean;
  /** Ends the work for a reason of the command's own; not an interruption. */
  stop(): void;
  /** Gives Ctrl-C back its usual meaning. */
  release(): void;
}

/**
 * The first Ctrl-C asks the work to end with what it has, the second ends the process at once.
 * @param first called at the first one, to tell the person what happens
 */
export function catchInterrupt(first: () => void): Interrupt {
  const controller = new AbortController();
  let interrupted = false;
  const listener = (): void => {
    if (interrupted) process.exit(exitCode.interrupted);
    interrupted = true;
    first();
    controller.abort();
  };
  process.on('SIGINT', listener);
  process.on('SIGTERM', listener);
  return {
    signal: controller.signal,
    get interrupted() {
      return interrupted;
    },
    stop: () => controller.abort(),
    release: () => {
      process.off('SIGINT', listener);
      process.off('SIGTERM', listener);
    },
  };
}
