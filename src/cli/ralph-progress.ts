import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RalphListener } from '../../ralph/loop-options.ts';
import type { Plan } from '../../ralph/plan.ts';
import type { PartProgress } from '../record/gate-record.ts';
import { count, percent } from '../report/format.ts';
import { type LiveFile, liveFile } from './live-file.ts';
import { lineFor } from './progress.ts';
import type { Terminal } from './terminal.ts';

/** Says how far a loop is: a line on the screen, and a file in `logs/live/` for whoever watches. */
export interface RalphProgress {
  readonly listener: RalphListener;
  clear(): void;
  end(): void;
}

interface Now {
  readonly iteration: number;
  readonly rung: string;
  readonly command: string;
  readonly progress: PartProgress;
}

const lookEveryMs = 500;

/** Follows a loop until `end` is called. */
export function ralphProgress(terminal: Terminal, plan: Plan): RalphProgress {
  const line = lineFor(progressText, terminal);
  let live: LiveFile | undefined;
  let at = { iteration: 0, rung: '' };
  let running: { command: string; tree: string; pid: number } | undefined;
  const look = (): void => {
    if (running === undefined) return;
    const { command, tree, pid } = running;
    const told = progressOf(tree, pid);
    const { done = 0, total } = told ?? {};
    const name = `iteration ${at.iteration}, ${at.rung}: ${command}`;
    const progress: PartProgress = { name, done, total };
    line.show({ ...at, command, progress });
    live?.update(progress);
  };
  const timer = setInterval(look, lookEveryMs);
  timer.unref();
  const rungs = plan.rungs.map(({ id, title }) => ({ id, title }));
  return {
    clear: () => line.clear(),
    end() {
      clearInterval(timer);
      line.clear();
      live?.remove();
      live = undefined;
    },
    listener: {
      onIteration(iteration, rung) {
        at = { iteration, rung };
        live?.remove();
        live = liveFile('ralph', { ralph: { iteration, rung, rungs } });
      },
      onLine(text) {
        line.clear();
        terminal.note(text);
      },
      onCommand(command, tree, pid) {
        running = { command, tree, pid };
        look();
      },
    },
  };
}

function progressText({ iteration, rung, command, progress }: Now): string {
  const { done, total } = progress;
  const far =
    total === undefined ? '' : `  ${count(done)}/${count(total)}  ${percent(done, total)}`;
  return `iteration ${iteration}  ${rung}${far}  ${command}`;
}

/** How far a sweep says that it is. */
function progressOf(tree: string, pid: number): { done: number; total?: number } | undefined {
  const folder = join(tree, 'logs', 'live');
  try {
    const file = readdirSync(folder).find((name) => name.endsWith(`-${pid}.json`));
    if (file === undefined) return undefined;
    const text = readFileSync(join(folder, file), 'utf8');
    const { progress } = JSON.parse(text) as { progress: { done: number; total?: number } | null };
    return progress ?? undefined;
  } catch {
    return undefined;
  }
}
