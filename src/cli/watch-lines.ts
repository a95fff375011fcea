import type { TraceEvent } from '../record/trace-event.ts';
import { drawnOptions } from '../report/drawn-options.ts';
import { eventLine, eventTitles } from '../report/event-line.ts';
import { failureBlock } from '../report/failure-block.ts';
import { runReport } from '../report/run-report.ts';
import { runWatched } from '../run/watched.ts';
import { codeOfVerdict, type ExitCode, exitCode, gravest } from './exit-code.ts';
import { catchInterrupt } from './interrupt.ts';
import type { Subject } from './subject.ts';
import { processTerminal } from './terminal.ts';

/**
 * What `watch` does without a terminal: a line for each role that changes, each fault, life and
 * phase, then how it ended.
 */
export async function printTransitions(subject: Subject, color: boolean): Promise<ExitCode> {
  const terminal = processTerminal({ color });
  const { paint, width } = terminal;
  const { reference, scenario, input, config, title, replay } = subject;
  terminal.out(`${paint.strong(reference.name)}  ${title}`);
  terminal.out(drawnOptions(config, paint, width));
  terminal.out(['', paint.strong(eventTitles())]);
  let lines: string[] = [];
  const flush = (): void => {
    terminal.out(lines);
    lines = [];
  };
  const interrupt = catchInterrupt(() => terminal.note('interrupted'));
  try {
    const { signal } = interrupt;
    const { record } = await runWatched(scenario, input, {
      name: reference.name,
      signal,
      onSlice: flush,
      onEvent: (event) => {
        const told = transitionIn(event);
        if (told !== undefined) lines.push(eventLine(told));
      },
    });
    flush();
    const wasCutOff = interrupt.interrupted || record.reasons.includes('stopped by hand');
    terminal.out(runReport(record, { paint, width }));
    const block = failureBlock(record, { paint, width, replay });
    if (block.length > 0) terminal.out(['', ...block]);
    const verdict = codeOfVerdict(record.verdict);
    return wasCutOff ? gravest([exitCode.interrupted, verdict]) : verdict;
  } finally {
    interrupt.release();
  }
}

/** The part of an event that is a transition of the cluster; undefined: none. */
export function transitionIn(event: TraceEvent): TraceEvent | undefined {
  if (event.type !== 'step') {
    return event.type === 'log' || event.type === 'probe' ? undefined : event;
  }
  if (event.role === undefined) return undefined;
  const { changed: _, causeStep: __, ...rest } = event;
  return { ...rest, sent: [] };
}
