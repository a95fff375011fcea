import type { MutantCensus, MutantRecord, MutantStatus } from '../record/mutants-record.ts';
import type { MutantPatch } from './mutant-patch.ts';
import type { CopyEnd } from './mutant-process.ts';
import type { TrialResult } from './mutant-trial.ts';

/** What is known of a mutant so far: its rounds added up. */
export interface Attempt {
  readonly mutant: MutantPatch;
  /** Undefined: more seeds are to come. */
  status: MutantStatus | undefined;
  reason: string | undefined;
  kill: TrialResult['kill'];
  census: MutantCensus | undefined;
  seeds: number;
  unclear: number;
  cpuMs: number;
  wallMs: number;
}

export function beginAttempt(mutant: MutantPatch): Attempt {
  return {
    mutant,
    status: undefined,
    reason: undefined,
    kill: undefined,
    census: undefined,
    seeds: 0,
    unclear: 0,
    cpuMs: 0,
    wallMs: 0,
  };
}

/** Whether it is still to be seen what becomes of it. */
export function isOpen(attempt: Attempt): boolean {
  return attempt.status === undefined;
}

/** Adds a round. @param isFull whether it was the last that the mutant is allowed */
export function takeEnd(attempt: Attempt, end: CopyEnd, wallMs: number, isFull: boolean): void {
  if (end.how === 'stopped') return;
  attempt.wallMs += wallMs;
  if (end.how === 'result') {
    takeResult(attempt, end.result as TrialResult, isFull);
  } else if (end.how === 'failed') {
    attempt.status = 'harness fault';
    attempt.reason = end.error.message;
  } else if (end.how === 'died') {
    attempt.status = 'harness fault';
    attempt.reason = `its process ended with code ${end.code}: ${end.stderr.trim().slice(-300)}`;
  } else {
    attempt.status = end.how;
  }
}

function takeResult(attempt: Attempt, result: TrialResult, isFull: boolean): void {
  attempt.seeds += result.seeds;
  attempt.unclear += result.unclear;
  attempt.cpuMs += result.cpuMs;
  attempt.kill = result.kill;
  attempt.reason ??= result.reason;
  attempt.census = result.census;
  if (result.status !== 'survived') attempt.status = result.status;
  else if (isFull) attempt.status = attempt.unclear > 0 ? 'inconclusive' : 'survived';
}

/** What is told of a mutant that is settled. */
export function recordOf(attempt: Attempt): MutantRecord {
  const { mutant, status, reason, kill, census, seeds, unclear, cpuMs, wallMs } = attempt;
  const { id, title, source, trigger, scenario, control, canary, rungs } = mutant;
  const isPlain = status === 'killed' || status === 'survived';
  return {
    id,
    title,
    source,
    trigger,
    scenario,
    control,
    canary,
    status: status!,
    expected: rungs,
    ...(reason === undefined || isPlain ? {} : { reason }),
    ...(kill === undefined ? {} : { ...kill, seedsToKill: seeds }),
    seeds,
    unclear,
    cpuMs,
    wallMs,
    ...(census === undefined ? {} : { census }),
  };
}
