import type { ShrinkRecord } from '../record/shrink-record.ts';
import type { ScenarioReference } from '../run/run-contract.ts';
import type { FailureToShrink } from '../run/shrink/shrink-failures.ts';
import { catchInterrupt } from './interrupt.ts';
import { shrinkLine } from './shrink-progress.ts';
import type { Terminal } from './terminal.ts';

/**
 * Shrinks one case of each failure key after a command has found them, within a bounded time, with
 * a line that shows it. Ctrl-C ends the shrinking and is no interruption of the command, whose
 * verdict stands already.
 */
export async function shrinkFound(
  reference: ScenarioReference,
  failures: readonly FailureToShrink[],
  terminal: Terminal,
  jobs?: number,
): Promise<readonly ShrinkRecord[]> {
  if (failures.length === 0) return [];
  const { shrinkFailures } = await import('../run/shrink/shrink-failures.ts');
  const line = shrinkLine(terminal);
  const interrupt = catchInterrupt(() => {
    line.clear();
    terminal.note('no more shrinking (--no-shrink leaves it out)');
  });
  try {
    return await shrinkFailures(reference, failures, {
      ...(jobs === undefined ? {} : { jobs }),
      signal: interrupt.signal,
      onProgress: (progress) => line.show(progress),
    });
  } finally {
    line.clear();
    interrupt.release();
  }
}
