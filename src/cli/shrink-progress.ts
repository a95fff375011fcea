import { sizeText } from '../report/shrink-report.ts';
import type { ShrinkProgress } from '../run/shrink/shrink-case.ts';
import { lineFor, type ProgressLine } from './progress.ts';
import type { Terminal } from './terminal.ts';

/** The line that shows a case getting smaller. */
export function shrinkLine(terminal: Terminal): ProgressLine<ShrinkProgress> {
  return lineFor(shrinkText, terminal);
}

/** What is left, of what, and what is being tried. */
export function shrinkText({ pass, before, now, candidates }: ShrinkProgress): string {
  const was = [before.nodes, before.faults, before.operations, before.choices].join('/');
  return `shrinking: ${sizeText(now)}  (was ${was})  ${pass}, ${candidates} tried`;
}
