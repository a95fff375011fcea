import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunRecord, ViolationRecord } from '../src/record/run-record.ts';
import type { ShrinkRecord } from '../src/record/shrink-record.ts';
import type { Failure } from './journal-record.ts';
import type { PastAttempt } from './memory.ts';
import { type RunVerb, shownCommand } from './tree-verbs.ts';
import type { Finding } from './verify.ts';

/** How to make a bundle. */
export interface BundleOptions {
  /** The tree in which the failure shows. */
  readonly tree: string;
  /** Where the bundle goes: a folder that does not exist yet. */
  readonly folder: string;
  readonly finding: Finding;
  /** Earlier attempts at this fingerprint, with where their patches are. */
  readonly attempts: readonly PastAttempt[];
  readonly patchOf: (attempt: PastAttempt) => string;
  readonly verbs: RunVerb;
  readonly jobs: number;
  readonly shrinkSeconds: number;
  readonly signal: AbortSignal;
}

/** What a bundle says, for the prompt and the log. */
export interface Bundle {
  readonly folder: string;
  readonly failure: Failure;
  /** The law as it is stated, when a law broke. */
  readonly violation: ViolationRecord | undefined;
  /** Name of the smallest case in the folder. */
  readonly caseName: string | undefined;
  readonly story: string;
  /** What a check printed. */
  readonly text: string | undefined;
  /** What shrinking came to, in a few words. */
  readonly shrunk: string;
  readonly attempts: readonly PastAttempt[];
}

/** Name of the shrunk case in a bundle. */
export const smallCase = 'case.min.json';

const names = {
  found: 'case.json',
  small: smallCase,
  violation: 'violation.json',
  story: 'story.txt',
  events: 'events.txt',
  attempts: 'attempts.md',
  output: 'output.txt',
} as const;

const lastEvents = 200;

/** Gathers all that helps to mend a failure into one folder. */
export async function writeBundle(options: BundleOptions): Promise<Bundle> {
  const { folder, finding, attempts } = options;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { failure, casePath, text } = finding;
  if (text !== undefined) writeFileSync(join(folder, names.output), text);
  writeAttempts(options);
  const base = { folder, failure, text, attempts };
  const found = join(folder, names.found);
  if (casePath === undefined || !existsSync(casePath)) {
    return { ...base, violation: undefined, caseName: undefined, story: '', shrunk: '' };
  }
  cpSync(casePath, found);
  const shrunk = await shrink(options, found);
  const caseName = existsSync(join(folder, names.small)) ? names.small : names.found;
  const path = join(folder, caseName);
  const violation = await violationOf(options, path);
  writeFileSync(join(folder, names.violation), `${JSON.stringify(violation, null, 2)}\n`);
  const told = await outputOf(options, ['explain', path, '--no-shrink', '--no-color']);
  // Its last lines name this path, which is none on another machine.
  const story = told.replace(/\n+ {2}digest .*[\s\S]*$/, '');
  writeFileSync(join(folder, names.story), `${story}\n`);
  const events = await outputOf(options, ['replay', path, '--events', '--no-color']);
  const lines = events.split('\n').filter((line) => /^\s*\d+\s+\d+\.\d+ s\s/.test(line));
  writeFileSync(join(folder, names.events), `${lines.slice(-lastEvents).join('\n')}\n`);
  return { ...base, violation, caseName, story, shrunk };
}

async function shrink(options: BundleOptions, found: string): Promise<string> {
  const { tree, verbs, folder, jobs, shrinkSeconds, signal } = options;
  const out = join(folder, names.small);
  const limits = ['--time', `${shrinkSeconds}s`, '--jobs', String(jobs)];
  const end = await verbs(tree, ['shrink', found, '--out', out, ...limits, '--json'], { signal });
  const record = end.json as ShrinkRecord | undefined;
  if (record?.schema !== 'seedstorm-shrink/1') return 'not shrunk';
  const { after, reductionPercent, minimal } = record;
  const parts = [
    amount(after.faults, 'fault'),
    amount(after.operations, 'operation'),
    amount(after.choices, 'choice'),
  ];
  return `${parts.join(', ')}, ${reductionPercent} % less${minimal ? ', minimal' : ''}`;
}

function amount(number: number, of: string): string {
  return `${number} ${of}${number === 1 ? '' : 's'}`;
}

async function violationOf(
  { tree, verbs, signal }: BundleOptions,
  path: string,
): Promise<ViolationRecord | undefined> {
  const end = await verbs(tree, ['replay', path, '--json'], { signal });
  return (end.json as RunRecord | undefined)?.violation;
}

async function outputOf(
  { tree, verbs, signal }: BundleOptions,
  args: readonly string[],
): Promise<string> {
  const end = await verbs(tree, args, { signal });
  return end.stdout.trimEnd();
}

function writeAttempts({ folder, attempts, patchOf }: BundleOptions): void {
  if (attempts.length === 0) return;
  const lines = ['# Earlier attempts at this failure', ''];
  for (const attempt of attempts) {
    const { iteration, outcome, note } = attempt;
    const patch = patchOf(attempt);
    const kept = existsSync(patch);
    const name = `attempt-${iteration}.patch`;
    if (kept) cpSync(patch, join(folder, name));
    lines.push(
      `- iteration ${iteration}: ${outcome}. ${note}${kept ? ` What it changed: ${name}` : ''}`,
    );
  }
  writeFileSync(join(folder, names.attempts), `${lines.join('\n')}\n`);
}

/** The commands that show the failure again, as a person types them in a tree. */
export function replayWords({ failure, caseName }: Bundle, folder: string): readonly string[] {
  const { scenario, seed, set } = failure;
  const commands: string[] = [];
  if (caseName !== undefined) commands.push(shownCommand(['replay', `${folder}/${caseName}`]));
  if (seed !== undefined) {
    const pairs = Object.entries(set ?? {}).flatMap(([path, value]) => [
      '--set',
      `${path}=${value}`,
    ]);
    commands.push(shownCommand(['replay', scenario, '--seed', String(seed), ...pairs]));
  }
  return commands;
}
