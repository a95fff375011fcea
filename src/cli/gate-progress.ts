import { join } from 'node:path';
import type { GateListener, PartProgress } from '../record/gate-record.ts';
import { clip, count, percent } from '../report/format.ts';
import { type LiveFile, liveFile } from './live-file.ts';
import type { Terminal } from './terminal.ts';

const lineEveryMs = 30_000;
const eraseLine = '\u001B[2K';

/** Says how far a gate is: on the screen, and in `live/` for whoever watches. */
export interface GateProgress {
  /** A listener that shows progress, and takes its line away before it tells another one. */
  before(listener: GateListener): GateListener;
  clear(): void;
  end(): void;
}

/** @param output the folder of the gate; `live/` is made in it */
export function gateProgress(terminal: Terminal, output: string): GateProgress {
  let visible = false;
  let lastMs = performance.now();
  let live: LiveFile | undefined;
  const clear = (): void => {
    if (visible) process.stderr.write(`\r${eraseLine}`);
    visible = false;
  };
  const show = (progress: PartProgress): void => {
    const text = progressText(progress);
    if (terminal.animated) {
      const shown = terminal.notePaint.faint(clip(text, terminal.width - 1));
      process.stderr.write(`\r${eraseLine}${shown}`);
      visible = true;
    } else if (performance.now() - lastMs >= lineEveryMs) {
      lastMs = performance.now();
      terminal.note(text);
    }
  };
  const end = (): void => {
    live?.remove();
    live = undefined;
  };
  return {
    clear,
    end,
    before: (listener) => ({
      onBegin: (plan) => listener.onBegin?.(plan),
      onPartBegin(part) {
        end();
        live = liveFile(part.name, { part: part.kind }, undefined, join(output, 'live'));
        listener.onPartBegin?.(part);
      },
      onProgress(progress) {
        show(progress);
        live?.update(progress);
        listener.onProgress?.(progress);
      },
      onFinding(finding) {
        clear();
        listener.onFinding?.(finding);
      },
      onPart(part, soFar) {
        clear();
        end();
        listener.onPart?.(part, soFar);
      },
      onEnd: (record) => {
        clear();
        return listener.onEnd?.(record);
      },
    }),
  };
}

function progressText({ name, done, total }: PartProgress): string {
  if (total === undefined || total === Number.POSITIVE_INFINITY) return `${name}  ${count(done)}`;
  return `${name}  ${count(done)}/${count(total)}  ${percent(done, total)}`;
}
