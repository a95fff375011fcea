import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { LoopSnapshot } from '../log-snapshot.ts';

const mostLines = 100;

/** What is read of a record of the journal, whatever else it says. */
interface LooseRecord {
  readonly kind?: string;
  readonly at?: string;
  readonly iteration?: number;
  readonly rung?: string;
  readonly verdict?: string;
  readonly outcome?: string;
  readonly decision?: string;
  readonly why?: string;
  readonly note?: string;
  readonly commit?: string;
  readonly attempt?: number;
  readonly failure?: { readonly rung?: string; readonly law?: string; readonly title?: string };
}

/**
 * Where an iteration loop stands, folded from its journal: `ralph/journal.jsonl` beside the
 * directory of logs. Fields that are not known are passed over, so that a loop of another version
 * can be watched too. Undefined when there is no journal.
 */
export function readLoop(logsDirectory: string): LoopSnapshot | undefined {
  const path = join(dirname(resolve(logsDirectory)), 'ralph', 'journal.jsonl');
  if (!existsSync(path)) return undefined;
  const records = readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line) => recordIn(line));
  const rungs = new Map<string, string>();
  let iteration = 0;
  let state = 'begun';
  for (const record of records) {
    iteration = record.iteration ?? iteration;
    state = stateAfter(record) ?? state;
    const rung = record.rung ?? record.failure?.rung;
    const told = rungState(record);
    if (rung !== undefined && told !== undefined) rungs.set(rung, told);
  }
  return {
    state,
    iteration,
    rungs: [...rungs].map(([id, rungIs]) => ({ id, state: rungIs })),
    journal: records.slice(-mostLines).map(lineOf),
  };
}

/** Of a last line that is being written nothing is known yet. */
function recordIn(line: string): readonly LooseRecord[] {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? [value] : [];
  } catch {
    return [];
  }
}

function stateAfter({ kind, rung, verdict, outcome, attempt }: LooseRecord): string | undefined {
  switch (kind) {
    case 'begin':
      return 'begun';
    case 'iteration':
      return `climbs ${rung}`;
    case 'red':
      return 'met a red rung';
    case 'agent':
      return `the agent is at work, attempt ${attempt}`;
    case 'outage':
      return 'waits for the agent to be there again';
    case 'attempt':
      return `judged an attempt: ${outcome}`;
    case 'end':
      return `over: ${verdict}`;
    default:
      return undefined;
  }
}

function rungState({ kind }: LooseRecord): string | undefined {
  const states: Readonly<Record<string, string>> = {
    iteration: 'climbing',
    held: 'held',
    red: 'broken',
  };
  return kind === undefined ? undefined : states[kind];
}

function lineOf(record: LooseRecord): string {
  const { kind = '', at = '', iteration, rung, failure } = record;
  const { outcome, decision, verdict, why, note, commit } = record;
  const law = failure === undefined ? undefined : `${failure.law} ${failure.title ?? ''}`;
  const said = [rung ?? failure?.rung, law, outcome, decision, verdict, why, note, commit];
  const text = said.filter((part) => part !== undefined && part !== '').join('  ');
  const which = iteration === undefined ? '' : `#${iteration}`;
  return `${at.slice(11, 19)}  ${which.padEnd(5)} ${kind.padEnd(9)}  ${text}`.trimEnd();
}
