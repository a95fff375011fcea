import { clip, count, duration, percent, short } from '../report/format.ts';
import type { SweepProgress } from '../run/run-contract.ts';
import type { Terminal } from './terminal.ts';

const lineEveryMs = 30_000;
const eraseLine = '\u001B[2K';

/** Shows how far a work is: one line that is written over, or without a screen a line now and then. */
export interface ProgressLine<Progress = SweepProgress> {
  show(progress: Progress): void;
  /** Takes the line away, so that other text can be printed. */
  clear(): void;
}

/** How far a sweep is. @param write see `lineFor` */
export function progressLine(
  terminal: Terminal,
  write?: (text: string) => void,
  nowMs?: () => number,
): ProgressLine {
  return lineFor(progressText, terminal, write, nowMs);
}

/** @param write puts raw text on standard error; only used where the terminal is animated */
export function lineFor<Progress>(
  textOf: (progress: Progress) => string,
  terminal: Terminal,
  write: (text: string) => void = (text) => void process.stderr.write(text),
  nowMs: () => number = () => performance.now(),
): ProgressLine<Progress> {
  let visible = false;
  let lastMs = nowMs();
  return {
    show(progress) {
      if (terminal.animated) {
        const text = clip(textOf(progress), terminal.width - 1);
        write(`\r${eraseLine}${terminal.notePaint.faint(text)}`);
        visible = true;
      } else if (nowMs() - lastMs >= lineEveryMs) {
        lastMs = nowMs();
        terminal.note(textOf(progress));
      }
    },
    clear() {
      if (visible) write(`\r${eraseLine}`);
      visible = false;
    },
  };
}

/** Seeds done, rate, time left, and what is not green so far. */
export function progressText(progress: SweepProgress): string {
  const { done, total, broken, inconclusive, seedsPerSecond, secondsLeft } = progress;
  const parts = [
    total === undefined
      ? `${count(done)} seeds`
      : `${count(done)}/${count(total)} seeds  ${percent(done, total)}`,
    `${short(seedsPerSecond)} seeds/s`,
  ];
  if (secondsLeft !== undefined) parts.push(`${duration(secondsLeft * 1_000_000)} left`);
  if (broken > 0) parts.push(`${count(broken)} broken`);
  if (inconclusive > 0) parts.push(`${count(inconclusive)} inconclusive`);
  return parts.join('  ');
}
