import { current } from '../sim/current.ts';
import { activeRun } from './active-run.ts';
import type { Host } from './run-contract.ts';

// Taken before the ambient trap replaces them: the host's own plumbing must not ask it.
const later = setImmediate;
const clock = performance;

type TickCallback = () => void;
const tick: TickCallback | undefined = (process as unknown as { _tickCallback?: TickCallback })
  ._tickCallback;

let warned = false;

/**
 * Runs worlds on Node. Promises of components are drained with the function by which Node itself
 * empties its queues; it does nothing inside a microtask, so each slice starts in a `setImmediate`
 * callback and tries it on one continuation before it trusts it.
 */
export const nodeHost: Host = {
  slice<T>(work: (drain: (() => void) | undefined) => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      later(() => {
        try {
          const drain = workingDrain();
          if (drain === undefined) warnOnce();
          process.prependListener('unhandledRejection', blameComponent);
          resolve(work(drain));
        } catch (error) {
          reject(error);
        } finally {
          process.removeListener('unhandledRejection', blameComponent);
        }
      });
    });
  },
  nowMs: () => clock.now(),
};

/** The drain, if it runs a continuation right here. */
export function workingDrain(): (() => void) | undefined {
  if (tick === undefined) return undefined;
  const drain = (): void => tick.call(process);
  let ran = false;
  void Promise.resolve().then(() => {
    ran = true;
  });
  drain();
  return ran ? drain : undefined;
}

/**
 * A promise that a component forgot about was rejected. Thrown from here, the error comes out of
 * the drain inside the step that caused it, where the world puts it down to the node.
 */
function blameComponent(reason: unknown): void {
  if (activeRun() !== undefined && current() !== undefined) throw reason;
  if (process.listenerCount('unhandledRejection') > 1) return;
  later(() => {
    throw reason;
  });
}

function warnOnce(): void {
  if (warned) return;
  warned = true;
  process.stderr.write(
    'seedstorm: this host cannot drain promises at once; async components run one step per turn of ' +
      'the event loop, several times slower\n',
  );
}
