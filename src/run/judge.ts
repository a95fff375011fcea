import type { ClientsCensus, FamilyCensus, SweepRung } from '../record/sweep-record.ts';
import type { Scenario } from './scenario-contract.ts';

/** Sweeps of fewer seeds prove nothing about what never happened. */
const judgedFrom = 200;

/** What a sweep met. */
export interface Met {
  readonly seeds: number;
  readonly rungs: readonly SweepRung[];
  readonly probes: Readonly<Record<string, number>>;
  readonly families: Readonly<Record<string, FamilyCensus>>;
  readonly clients: ClientsCensus;
}

/**
 * Why a sweep in which nothing broke still proves too little: premises that never held, required
 * probes and fault families at zero, clients that got hardly anything done.
 */
export function judge(scenario: Scenario, met: Met): readonly string[] {
  const { seeds, rungs, probes, families, clients } = met;
  if (seeds < judgedFrom) return [];
  const reasons: string[] = [];
  for (const { id, title, premise, broken } of rungs) {
    if (premise > 0 || broken > 0) continue;
    reasons.push(`the premise of rung ${id} (${title}) never held in ${seeds} seeds`);
  }
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

function requiredFamilies(scenario: Scenario): readonly string[] {
  if (scenario.requiredFaults !== undefined) return scenario.requiredFaults;
  if (scenario.plan !== undefined) return [];
  const families = Object.entries(scenario.storm.families);
  return families.filter(([, weight]) => weight > 0).map(([name]) => name);
}
