import { once } from 'node:events';
import { render } from 'ink';
import { createElement } from 'react';
import type { SessionPort } from '../protocol.ts';
import { framePainter } from './frame-painter.ts';
import type { Look } from './look.ts';
import { type ScreenEnd, ScreenModel } from './screen-model.ts';
import { framesPerSecond, WatchScreen } from './watch-screen.ts';

/** What the screen is opened on. */
export interface MountOptions {
  readonly port: SessionPort;
  readonly look: Look;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
}

/** A session that does not answer `quit` hangs in a handler: after this it is ended from outside. */
const quitPatienceMs = 1_500;

/** Ended by a signal, by a terminal that went away, or against the session's will. */
const interrupted = 130;

/** Ink restores the terminal at these too, but too late for the alternate screen (seen with 8.0.0). */
const signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** After a signal came from nowhere: a stop takes effect at once, or not at all. */
const stopPatienceMs = 200;

/**
 * Shows the screen until the session ends. Whatever happens, the terminal is as before when the
 * promise is settled: at the end, at a signal, and at an error that nobody caught, which would else be
 * printed onto a screen that vanishes.
 */
export async function mountScreen({ port, look, stdin, stdout }: MountOptions): Promise<ScreenEnd> {
  const ended = Promise.withResolvers<ScreenEnd>();
  const patient: SessionPort = {
    ...port,
    listen: (listener) => port.listen(listener),
    close: () => port.close(),
    send(command) {
      port.send(command);
      if (command.kind !== 'quit') return;
      setTimeout(() => ended.resolve({ exitCode: interrupted }), quitPatienceMs).unref();
    },
  };
  const { columns = 80, rows = 24 } = stdout;
  const model = new ScreenModel(patient, { columns, rows }, ended.resolve);
  const onto = framePainter(stdout);
  // While the shell has the terminal, no frame may get there.
  let isAway = false;
  const painter = { ...onto, paint: (rows: readonly string[]) => isAway || onto.paint(rows) };
  const suspend = async (): Promise<void> => {
    isAway = true;
    await stopSelf();
    isAway = false;
  };
  // A session that failed at once needs no screen.
  const element = createElement(WatchScreen, { model, look, painter, suspend });
  const instance = render(element, {
    stdin,
    stdout,
    interactive: true,
    alternateScreen: true,
    exitOnCtrlC: false,
    patchConsole: false,
    maxFps: framesPerSecond,
  });
  const crashed = (error: unknown): void => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    ended.resolve({ exitCode: 70, failure: { text: `the screen failed: ${text}`, details: [] } });
  };
  const gone = (): void => ended.resolve({ exitCode: interrupted });
  const resumed = (): void => {
    // After a stop from outside nobody else draws the screen again.
    if (isAway) return;
    painter.forget();
    model.touch();
  };
  process.on('uncaughtException', crashed);
  process.on('unhandledRejection', crashed);
  process.on('SIGCONT', resumed);
  for (const signal of signals) process.on(signal, gone);
  stdout.on('error', gone);
  stdin.on('error', gone);
  stdin.on('end', gone);
  instance.waitUntilExit().catch(crashed);
  try {
    return await ended.promise;
  } finally {
    instance.unmount();
    await instance.waitUntilExit().catch(() => {});
    process.off('uncaughtException', crashed);
    process.off('unhandledRejection', crashed);
    process.off('SIGCONT', resumed);
    for (const signal of signals) process.off(signal, gone);
    stdin.off('error', gone);
    stdin.off('end', gone);
    await port.close();
  }
}

/** Stops the processes of this job, as Ctrl-Z does when it is a signal; settled when they go on. */
async function stopSelf(): Promise<void> {
  const goesOn = once(process, 'SIGCONT');
  process.kill(0, 'SIGTSTP');
  // A job that nobody can continue is not stopped at all: then nobody sends the signal either.
  await Promise.race([goesOn, new Promise((resolve) => setTimeout(resolve, stopPatienceMs))]);
}
