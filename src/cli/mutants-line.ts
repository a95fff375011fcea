import { clip, count } from '../report/format.ts';
import type { MutantsProgress } from '../run/mutants.ts';
import type { Terminal } from './terminal.ts';

const eraseLine = '\u001B[2K';

/** One line that is written over; nothing where there is no screen, for each mutant is told there. */
export interface MutantsLine {
  show(progress: MutantsProgress): void;
  /** Takes the line away, so that other text can be printed. */
  clear(): void;
}

/** @param write puts raw text on standard error */
export function mutantsLine(
  terminal: Terminal,
  write: (text: string) => void = (text) => void process.stderr.write(text),
): MutantsLine {
  let visible = false;
  return {
    show(progress) {
      if (!terminal.animated) return;
      const text = clip(mutantsProgressText(progress), terminal.width - 1);
      write(`\r${eraseLine}${terminal.notePaint.faint(text)}`);
      visible = true;
    },
    clear() {
      if (visible) write(`\r${eraseLine}`);
      visible = false;
    },
  };
}

/** What is settled, and what is under way. */
export function mutantsProgressText({ settled, total, killed, busy }: MutantsProgress): string {
  const parts = [`${count(settled)}/${count(total)} settled`, `${count(killed)} killed`];
  for (const [name, seeds] of busy) parts.push(`${name}: ${count(seeds)}`);
  return parts.join('  ');
}
