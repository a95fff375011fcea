import type { EvidenceContent } from '../record/evidence-line.ts';
import type { MutantsRecord } from '../record/mutants-record.ts';
import type { SweepRecord } from '../record/sweep-record.ts';
import type { Config } from '../sim/system-definition.ts';
import type { DoctorReport } from './run-contract.ts';

/** Failing seeds that evidence names. */
const named = 10;

/** What a sweep found, for the evidence. */
export function sweepEvidence(
  record: SweepRecord,
  settings: Config = {},
  only?: readonly string[],
): EvidenceContent {
  const { scenario, from, to, held, broken, inconclusive, verdict, reasons } = record;
  const { digest, steps, newStatesPer1000, rungs, probes, faults, failures } = record;
  const red = rungs.filter((rung) => rung.broken > 0);
  return {
    kind: 'sweep',
    scenario,
    settings,
    ...(only === undefined ? {} : { only }),
    from,
    to,
    held,
    broken,
    inconclusive,
    verdict,
    reasons,
    digest,
    steps,
    newStatesPer1000,
    rungs: Object.fromEntries(rungs.map(({ id, premise }) => [id, premise])),
    brokenRungs: Object.fromEntries(red.map((rung) => [rung.id, rung.broken])),
    probes,
    faults: Object.fromEntries(Object.entries(faults).map(([name, { begun }]) => [name, begun])),
    failures: failures.slice(0, named).map(({ seed, rung }) => ({ seed, rung })),
  };
}

/** What a sweep found that ended in a fault of the harness. */
export function faultEvidence(
  asked: { readonly scenario: string; readonly settings: Config },
  seeds: readonly [from: number, to: number],
  fault: Error,
): EvidenceContent {
  const [from, to] = seeds;
  return {
    kind: 'sweep',
    ...asked,
    from,
    to,
    held: 0,
    broken: 0,
    inconclusive: 0,
    verdict: 'fault',
    reasons: [fault.message],
    digest: '',
    steps: 0,
    newStatesPer1000: 0,
    rungs: {},
    brokenRungs: {},
    probes: {},
    faults: {},
    failures: [],
  };
}

/**
 * What the doctor found, for the evidence.
 *
 * @param from first of the seeds that were examined, one after another
 */
export function doctorEvidence(
  report: DoctorReport,
  from: number,
  settings: Config = {},
): EvidenceContent {
  const { scenario, seeds, ways, events, differences } = report;
  return {
    kind: 'doctor',
    scenario,
    settings,
    from,
    to: from + seeds - 1,
    ways,
    events,
    differences: [...new Set(differences.map(({ seed }) => seed))].slice(0, named),
  };
}

/**
 * What planted bugs came to, for the evidence.
 *
 * @param all ids of all patches of the system
 */
export function mutantsEvidence(record: MutantsRecord, all: readonly string[]): EvidenceContent {
  const results = record.mutants.map((mutant) => {
    const { id, status, control, rung, seedsToKill, seeds } = mutant;
    const right = status === (control ? 'survived' : 'killed');
    const found = rung === undefined ? {} : { rung };
    const after = seedsToKill === undefined ? {} : { seedsToKill };
    return [id, { status, control, right, ...found, ...after, seeds }] as const;
  });
  return { kind: 'mutants', system: record.system, all, results: Object.fromEntries(results) };
}
