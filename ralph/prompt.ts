import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { shellWord } from '../src/record/replay-command.ts';
import { personFile, usageFile } from './agent-report.ts';
import { type Bundle, replayWords } from './bundle.ts';
import type { ProtectedPaths } from './protected-paths.ts';

/** A project's own prompt, in place of the one below. */
export const promptFile = 'ralph/prompt.md';

/** What is asked of an agent. Words in double braces are filled in; empty sections are left out. */
const template = `One law of this project is broken, and a deterministic simulation shows it every time. Find the cause
in the sources and mend it.

## The law
{{law}}

## How it broke
{{values}}

{{story}}

## See it again
Run these in the working directory; exit code 0 means that the failure is gone, 1 that it is there.
{{replay}}

## Rules
- Change the system, not its judge. {{protected}}
- Whatever you change elsewhere is undone before your work is judged.
- Your work is judged by running: this case, its seed, seeds that nobody has seen, the laws below this
  one, planted bugs that must still be found. What you say about it is not read.
- Do not commit, do not push. Leave your changes in the working directory.
- If a person has to decide or to do something first, write what into {{person}} and end.
- If you know what you spent, write {"tokens": N, "costUsd": X} into {{usage}}.

## What there is
The bundle {{bundle}} holds the case files, the violation as data, the story, the last events{{more}}.

{{attempts}}
`;

/** What the prompt is made of beside the bundle. */
export interface PromptOptions {
  readonly root: string;
  /** The bundle as the agent sees it. */
  readonly folder: string;
  /** What stands for \`seedstorm\` on its command line. */
  readonly program: readonly string[];
  readonly guard: ProtectedPaths;
}

/** The text for the agent. */
export function promptFor(bundle: Bundle, options: PromptOptions): string {
  const { root, folder, program, guard } = options;
  const own = join(root, promptFile);
  const text = existsSync(own) ? readFileSync(own, 'utf8') : template;
  const { failure, violation, story, attempts } = bundle;
  const seedstorm = program.map(shellWord).join(' ');
  const commands = replayWords(bundle, folder).map((command) =>
    command.replace(/^seedstorm/, () => seedstorm),
  );
  const values: Readonly<Record<string, string>> = {
    law: lawText(bundle),
    values: valuesText(bundle),
    story,
    replay: commands.map((command) => `    ${command}`).join('\n') || `    ${failure.law}`,
    protected: guard.describe(),
    bundle: folder,
    person: join(folder, personFile),
    usage: join(folder, usageFile),
    rung: failure.rung,
    statement: violation?.statement ?? '',
    more: attempts.length > 0 ? ', earlier attempts with what they changed' : '',
    attempts: attemptsText(bundle),
  };
  const filled = text.replaceAll(/\{\{(\w+)\}\}/g, (all, name: string) => values[name] ?? all);
  return `${filled.replaceAll(/\n{3,}/g, '\n\n').trim()}\n`;
}

function lawText({ failure, violation }: Bundle): string {
  if (violation === undefined) return `${failure.law} (${failure.title}) has to end with 0.`;
  return `${violation.rung}, ${violation.title}: ${violation.statement}`;
}

function valuesText({ violation, text, shrunk }: Bundle): string {
  if (violation === undefined) return (text ?? '').trimEnd();
  const { virtualUs, step, nodes, values } = violation;
  const seconds = (virtualUs / 1_000_000).toFixed(3);
  const lines = Object.entries(values).map(
    ([name, value]) => `  ${name}: ${JSON.stringify(value)}`,
  );
  const head = `At ${seconds} s of virtual time, step ${step}, on ${nodes.join(', ')}:`;
  return [head, ...lines, `The smallest case that shows it: ${shrunk}.`].join('\n');
}

function attemptsText({ attempts }: Bundle): string {
  if (attempts.length === 0) return '';
  const lines = attempts.map(({ outcome, note, undone }) => {
    const back = undone.length === 0 ? '' : ` These changes were undone: ${undone.join(', ')}.`;
    return `- ${outcome}: ${note}${back}`;
  });
  return ['## Earlier attempts at this failure, all in vain', ...lines].join('\n');
}
