import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { CaseFile } from '../record/case-file.ts';
import { jsonLine } from '../report/json.ts';
import { storyText } from '../report/story/story-text.ts';
import { tellStory } from '../report/story/tell-story.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import { catchInterrupt } from './interrupt.ts';
import { parseTime, parseWhole } from './option-values.ts';
import { type ChosenScenario, replayCaseCommand } from './scenario-input.ts';
import { chooseCase } from './shrink.ts';
import { shrinkLine } from './shrink-progress.ts';
import { processTerminal, type Terminal } from './terminal.ts';
import { addCommonOptions, addShrinkingOptions, type CommonOptions, type Verb } from './verb.ts';

interface ExplainVerbOptions extends CommonOptions {
  readonly shrink: boolean;
  readonly time?: string;
  readonly jobs?: string;
}

/** `explain`: the story of a failure. */
export const explainVerb: Verb = {
  define(command: Command, finish) {
    addCommonOptions(
      addShrinkingOptions(
        command
          .argument('<case>', 'a case file of a run that broke a rung')
          .option('--time <span>', 'real time to shrink a case that is not shrunk (default: 30s)')
          .option('--jobs <n>', 'worker threads (default: one per processor)'),
      ),
    ).action(async (argument: string, options: ExplainVerbOptions) => {
      finish(await explain(argument, options));
    });
  },
};

async function explain(argument: string, options: ExplainVerbOptions): Promise<ExitCode> {
  const json = options.json === true;
  const terminal = processTerminal({ color: options.color, quiet: json });
  const timeMs = options.time === undefined ? undefined : parseTime(options.time);
  const jobs = options.jobs === undefined ? undefined : parseWhole(options.jobs, '--jobs');
  const limits = {
    ...(timeMs === undefined ? {} : { timeMs }),
    ...(jobs === undefined ? {} : { jobs }),
  };
  const { file, chosen } = await chooseCase(argument);
  const shown = options.shrink
    ? await smallCase(argument, file, chosen, limits, terminal)
    : { path: argument, file };
  const { gatherFacts } = await import('../run/story/gather-facts.ts');
  const facts = await gatherFacts(chosen.reference, shown.file, jobs === undefined ? {} : { jobs });
  const story = tellStory(facts);
  if (json) terminal.out(jsonLine(story) ?? '');
  else {
    const { paint, width } = terminal;
    terminal.out([
      ...storyText(story, { paint, width }),
      '',
      `  digest  ${story.digest}`,
      `  replay  ${paint.strong(replayCaseCommand(shown.path))}`,
    ]);
  }
  return exitCode.broken;
}

interface ShownCase {
  readonly path: string;
  readonly file: CaseFile;
}

/** The shrunk form of a case: itself, the file beside it, or what shrinking finds now. */
async function smallCase(
  path: string,
  file: CaseFile,
  { reference }: ChosenScenario,
  limits: { readonly timeMs?: number; readonly jobs?: number },
  terminal: Terminal,
): Promise<ShownCase> {
  if (file.choices.kind === 'calm') return { path, file };
  const { readCase, shrunkPath, writeCaseTo } = await import('../run/case-store.ts');
  const small = shrunkPath(path);
  if (existsSync(small)) return { path: small, file: readCase(small) };
  const { shrinkCase } = await import('../run/shrink/shrink-case.ts');
  const line = shrinkLine(terminal);
  const interrupt = catchInterrupt(() => line.clear());
  try {
    const { caseFile } = await shrinkCase(reference, file, {
      ...limits,
      signal: interrupt.signal,
      onProgress: (progress) => line.show(progress),
    });
    writeCaseTo(small, caseFile);
    return { path: small, file: caseFile };
  } finally {
    line.clear();
    interrupt.release();
  }
}
