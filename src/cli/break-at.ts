import inspector from 'node:inspector';
import type { WorldObserver } from '../sim/observer.ts';
import type { Terminal } from './terminal.ts';

/**
 * Stops in the debugger right before a step: step into what follows to see the component work.
 * Without `node --inspect` it opens the inspector itself and waits for a debugger.
 */
export function breakBefore(step: number, terminal: Terminal): WorldObserver {
  const waited = process.execArgv.some((argument) => argument.startsWith('--inspect-brk'));
  if (inspector.url() === undefined) inspector.open(0, '127.0.0.1');
  if (!waited) {
    terminal.note(`waiting for a debugger at ${inspector.url()}`);
    inspector.waitForDebugger();
  }
  const pause = (): void => {
    // biome-ignore lint/suspicious/noDebugger: stopping here is what the option is for
    debugger;
  };
  // Before the first step there is no step after which to stop: then it stops here.
  if (step <= 1) pause();
  return {
    afterStep: (done) => {
      if (done.index === step - 1) pause();
    },
  };
}
