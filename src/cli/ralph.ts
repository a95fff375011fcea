import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { delimiter, isAbsolute, join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { type AgentOptions, commandWords } from '../../ralph/agent.ts';
import type { Limits, RalphRecord, StopVerdict } from '../../ralph/loop-options.ts';
import { defaultPlan, type Plan } from '../../ralph/plan.ts';
import { UsageError } from '../record/usage-error.ts';
import { plural } from '../report/format.ts';
import { jsonLine } from '../report/json.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import { catchInterrupt } from './interrupt.ts';
import { checkLogs } from './logs.ts';
import { gather, parseTime, parseWhole } from './option-values.ts';
import { ralphProgress } from './ralph-progress.ts';
import { processTerminal, type Terminal } from './terminal.ts';
import { addCommonOptions, type CommonOptions, type Verb } from './verb.ts';

interface RalphVerbOptions extends CommonOptions {
  readonly ladder: string;
  readonly agent?: string;
  readonly agentEnv?: readonly string[];
  readonly agentTime: string;
  readonly agentIdle: string;
  readonly iterations: string;
  readonly time: string;
  readonly maxTokens?: string;
  readonly maxCost?: string;
  readonly attempts: string;
  readonly outages: string;
  readonly shrinkTime: string;
  readonly commit?: true;
  readonly jobs?: string;
}

const backoffMs = 5_000;

/** `ralph`: the loop that climbs a ladder. */
export const ralphVerb: Verb = {
  define(command: Command, finish) {
    const climbing = command
      .option('--ladder <file>', 'the plan: rungs, from the lowest on', defaultPlan)
      .option('--iterations <n>', 'end after so many', '50')
      .option('--time <span>', 'end after so much real time', '8h')
      .option('--jobs <n>', 'worker threads (default: one per processor)')
      .option('--shrink-time <span>', 'real time to shrink a failure', '30s')
      .option('--commit', 'commit the evidence of each rung that is held');
    const repairing = climbing
      .option('--agent <command>', 'program that repairs; {prompt}, {bundle}, {cwd} are filled in')
      .option('--agent-env <name>', 'environment variable that it gets; may be repeated', gather)
      .option('--agent-time <span>', 'real time of one call', '20m')
      .option('--agent-idle <span>', 'real time without a word', '5m')
      .option('--attempts <n>', 'attempts at one failure', '3')
      .option('--outages <n>', 'calls in a row that its provider does not answer', '5')
      .option('--max-tokens <n>', 'end after so many tokens, as the agent tells them')
      .option('--max-cost <dollars>', 'end after so much money, as the agent tells it');
    addCommonOptions(repairing).action(async (options: RalphVerbOptions) => {
      finish(await ralph(options));
    });
  },
};

async function ralph(options: RalphVerbOptions): Promise<ExitCode> {
  const json = options.json === true;
  const terminal = processTerminal({ color: options.color, quiet: json });
  const root = process.cwd();
  const { readPlan } = await import('../../ralph/plan.ts');
  const plan = readPlan(resolve(root, options.ladder));
  const planName = nameIn(root, options.ladder);
  const agent = agentOf(options, plan);
  const limits = limitsOf(options);
  const jobs =
    options.jobs === undefined ? availableParallelism() : parseWhole(options.jobs, '--jobs');
  await checkLogs();
  const { climb } = await import('../../ralph/loop.ts');
  const { verbsOf } = await import('../../ralph/tree-verbs.ts');
  if (!json) terminal.out(introduction(plan, planName, agent, terminal));
  const progress = ralphProgress(terminal, plan);
  const interrupt = catchInterrupt(() => {
    progress.clear();
    terminal.note('ending this iteration; once more ends at once');
  });
  try {
    const record = await climb({
      root,
      plan,
      planName,
      agent,
      commit: options.commit === true,
      jobs,
      limits,
      signal: interrupt.signal,
      verbs: verbsOf,
      listener: progress.listener,
    });
    progress.end();
    terminal.out(json ? (jsonLine(record) ?? '') : summary(record, terminal));
    return codes[record.verdict];
  } finally {
    progress.end();
    interrupt.release();
  }
}

const codes: Readonly<Record<StopVerdict, ExitCode>> = {
  'ladder held': exitCode.held,
  red: exitCode.broken,
  unusable: exitCode.usage,
  inconclusive: exitCode.inconclusive,
  'budget spent': exitCode.budgetSpent,
  'blocked on diagnosis': exitCode.blockedOnDiagnosis,
  'blocked on a person': exitCode.blockedOnPerson,
  'provider unavailable': exitCode.providerUnavailable,
  fault: exitCode.harnessFault,
  interrupted: exitCode.interrupted,
};

function nameIn(root: string, file: string): string {
  const name = relative(root, resolve(root, file)).replaceAll('\\', '/');
  return isAbsolute(name) ? name : join(name);
}

function agentOf(options: RalphVerbOptions, plan: Plan): AgentOptions | undefined {
  if (options.agent === undefined) return undefined;
  const [program = '', ...rest] = commandWords(options.agent);
  return {
    argv: [programFile(program), ...rest],
    wallMs: parseTime(options.agentTime, '--agent-time'),
    idleMs: parseTime(options.agentIdle, '--agent-idle'),
    environment: [...(plan.environment ?? []), ...(options.agentEnv ?? [])],
  };
}

/**
 * Where a program is; it will be started in another folder.
 * @throws UsageError when there is none: better now than after an hour of climbing
 */
function programFile(name: string): string {
  const isPath = /[\\/]/.test(name);
  const folders = isPath ? [process.cwd()] : (process.env.PATH ?? '').split(delimiter);
  const found = folders.some((folder) => existsSync(resolve(folder, name)));
  // Windows adds endings of its own.
  if (found || (!isPath && process.platform === 'win32')) return isPath ? resolve(name) : name;
  throw new UsageError(`there is no program ${name}`, '--agent');
}

function limitsOf(options: RalphVerbOptions): Limits {
  const { maxTokens, maxCost } = options;
  return {
    iterations: parseWhole(options.iterations, '--iterations'),
    wallMs: parseTime(options.time),
    attempts: parseWhole(options.attempts, '--attempts'),
    outages: parseWhole(options.outages, '--outages'),
    backoffMs,
    shrinkSeconds: Math.ceil(parseTime(options.shrinkTime, '--shrink-time') / 1_000),
    ...(maxTokens === undefined ? {} : { tokens: parseWhole(maxTokens, '--max-tokens') }),
    ...(maxCost === undefined ? {} : { costUsd: parseDollars(maxCost) }),
  };
}

function parseDollars(text: string): number {
  const amount = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : 0;
  if (amount > 0) return amount;
  throw new UsageError(`"${text}" is no amount of money`, '--max-cost', 'for example 2.50');
}

function introduction(
  plan: Plan,
  name: string,
  agent: AgentOptions | undefined,
  { paint }: Terminal,
): readonly string[] {
  const who = agent === undefined ? 'no agent: ends at the first red rung' : agent.argv.join(' ');
  return [`${paint.strong(name)}  ${plural(plan.rungs.length, 'rung')}  ${who}`];
}

function summary(record: RalphRecord, { paint }: Terminal): readonly string[] {
  const { verdict, why, held, rungs, iterations, tree, bundle, branch, log } = record;
  const isGreen = verdict === 'ladder held';
  const colour = isGreen ? paint.good : paint.bad;
  const lines = [
    '',
    `${colour(verdict)}  ${why}`,
    `  held      ${held.length} of ${rungs} rungs for sources ${tree}${held.length === 0 ? '' : `: ${held.join(' ')}`}`,
    `  run       ${record.run}, ${plural(iterations, 'iteration')}`,
  ];
  if (log !== undefined) lines.push(`  last log  ${log}`);
  if (branch !== undefined) lines.push(`  repairs   git merge ${branch}`);
  if (bundle !== undefined && !isGreen) {
    lines.push(`  bundle    ${bundle}`);
    lines.push(`  next      ${paint.strong(`seedstorm explain ${bundle}/case.min.json`)}`);
  }
  return lines;
}
