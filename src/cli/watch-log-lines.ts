import { count, plural, short } from '../report/format.ts';
import { LogReader } from '../watch/follow/read-logs.ts';
import type { LogSnapshot } from '../watch/log-snapshot.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import { catchInterrupt } from './interrupt.ts';
import { processTerminal } from './terminal.ts';

const everyMs = 1_000;

/** What `watch --follow` does without a terminal: lines on what changes, until Ctrl-C. */
export async function printLogs(directory: string): Promise<ExitCode> {
  const terminal = processTerminal();
  const reader = new LogReader(directory);
  const lines = new LogLines();
  const { promise, resolve } = Promise.withResolvers<void>();
  const interrupt = catchInterrupt(resolve);
  const look = (): void => terminal.out(lines.news(reader.read()));
  look();
  const timer = setInterval(look, everyMs);
  await promise;
  clearInterval(timer);
  interrupt.release();
  return exitCode.interrupted;
}

/** Lines for what is new in a snapshot since the last one. */
export class LogLines {
  readonly #told = new Set<string>();

  news({ sweeps, finished, findings, loop, troubles }: LogSnapshot): readonly string[] {
    const lines: string[] = [];
    for (const line of [...finished].reverse()) {
      const { scenario, from, to, verdict, held, broken } = line;
      const seeds = `seeds ${count(from)}..${count(to)}`;
      lines.push(
        row('sweep', scenario, `${verdict}: ${seeds}, ${held} held, ${broken} broken`, line.at),
      );
    }
    for (const { scenario, rung, seed, step, path } of [...findings].reverse()) {
      const of = seed === null ? '' : `seed ${seed}, `;
      lines.push(row('finding', scenario, `${rung}  ${of}step ${count(step)}  ${path}`));
    }
    for (const sweep of sweeps) {
      const { done, total, broken, seedsPerSecond } = sweep;
      const all = total === undefined ? '' : ` of ${count(total)}`;
      const speed = `${short(seedsPerSecond)} seeds/s`;
      const gone = sweep.alive ? '' : ', its process is gone';
      const text = `${plural(done, 'seed')}${all}, ${broken} broken, ${speed}${gone}`;
      lines.push(row('running', sweep.scenario, text));
    }
    for (const line of loop?.journal ?? []) lines.push(row('loop', '', line));
    for (const trouble of troubles) lines.push(row('trouble', '', trouble));
    const fresh = lines.filter((line) => !this.#told.has(line));
    for (const line of fresh) this.#told.add(line);
    return fresh;
  }
}

function row(kind: string, scenario: string, text: string, at: string = ''): string {
  const when = at === '' ? '' : `  ${at}`;
  return `${kind.padEnd(8)}  ${scenario.padEnd(22)}  ${text}${when}`.trimEnd();
}
