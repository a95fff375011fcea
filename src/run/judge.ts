import { isOwed } from '../checkers/ladder.ts';
import type { ClientsCensus, FamilyCensus, SweepRung } from '../record/sweep-record.ts';
import type { Scenario } from './scenario-contract.ts';

/** Sweeps of fewer seeds prove nothing about what never happened. */
const judgedFrom = 200;
/** Cells of the workload's table are many, and some are rare. */
const cellsJudgedFrom = 2_000;

/** What a sweep met. */
export interface Met {
  readonly seeds: number;
  readonly rungs: readonly SweepRung[];
  readonly probes: Readonly<Record<string, number>>;
  readonly families: Readonly<Record<string, FamilyCensus>>;
  readonly clients: ClientsCensus;
  readonly operations: Readonly<Record<string, number>>;
}

/**
 * Why a sweep in which nothing broke still proves too little: premises that never held, required
 * probes and fault families at zero, clients that got hardly anything done.
 */
export function judge(scenario: Scenario, met: Met): readonly string[] {
  const { seeds, rungs, probes, families, clients } = met;
  if (seeds < judgedFrom) return [];
  const reasons = [...premisesThatNeverHeld(scenario, seeds, rungs)];
  if (seeds >= cellsJudgedFrom) reasons.push(...emptyCells(scenario, met.operations));
  for (const name of scenario.requiredProbes ?? []) {
    if ((probes[name] ?? 0) === 0) reasons.push(`probe "${name}" was never reached`);
  }
  for (const name of requiredFamilies(scenario)) {
    const fired = Object.entries(families).some(
      ([family, { begun }]) => begun > 0 && (family === name || family.startsWith(`${name}/`)),
    );
    if (!fired) reasons.push(`no fault of family ${name} ever began`);
  }
  if (clients.operations === 0 && scenario.clients.summary !== undefined) {
    reasons.push('no client ever did anything');
  } else if (clients.operations > 0 && clients.completedShare < 0.5) {
    const share = Math.round(clients.completedShare * 100);
    reasons.push(`only ${share} % of operations completed on average: the storm proves nothing`);
  }
  return reasons;
}

function* premisesThatNeverHeld(
  { ladder, storm, outOfReach = {} }: Scenario,
  seeds: number,
  rungs: readonly SweepRung[],
): Iterable<string> {
  const notOwed = new Set(
    ladder.rungs.filter((rung) => !isOwed(rung, storm.damage)).map(({ id }) => id),
  );
  for (const { id, title, premise, broken } of rungs) {
    const held = premise > 0 || broken > 0;
    if (held && id in outOfReach) {
      yield `rung ${id} (${title}) is listed as out of reach, yet its premise held`;
    } else if (!held && !(id in outOfReach) && !notOwed.has(id)) {
      yield `the premise of rung ${id} (${title}) never held in ${seeds} seeds`;
    }
  }
}

function emptyCells(
  { clients, outOfReach = {} }: Scenario,
  operations: Readonly<Record<string, number>>,
): readonly string[] {
  const reached = Object.keys(operations).filter((cell) => operations[cell]! > 0);
  const reasons: string[] = [];
  const excused = Object.keys(outOfReach);
  for (const required of clients.requiredCells ?? []) {
    if (excused.some((cell) => stands(cell, required))) continue;
    if (!reached.some((cell) => stands(required, cell))) {
      reasons.push(`no client ever reached ${required}`);
    }
  }
  return reasons;
}

/** Whether a cell is one of those that a pattern stands for. */
function stands(pattern: string, cell: string): boolean {
  const parts = cell.split('/');
  return pattern.split('/').every((wanted, at) => {
    const part = parts[at] ?? '';
    return wanted.endsWith('*') ? part.startsWith(wanted.slice(0, -1)) : part === wanted;
  });
}

function requiredFamilies(scenario: Scenario): readonly string[] {
  if (scenario.requiredFaults !== undefined) return scenario.requiredFaults;
  if (scenario.plan !== undefined) return [];
  const families = Object.entries(scenario.storm.families);
  return families.filter(([, weight]) => weight > 0).map(([name]) => name);
}
