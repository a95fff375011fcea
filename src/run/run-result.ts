import type { RungReport, Violation } from '../checkers/ladder-contract.ts';
import type { CaseFile } from '../record/case-file.ts';
import type { Outcome, RunRecord } from '../record/run-record.ts';
import type { NamedChoice } from '../sim/choices.ts';
import type { World } from '../sim/world.ts';
import type { HistoryLike } from '../workload/clients-definition.ts';
import type { RunCensus } from './run-census.ts';
import type { RunResult } from './run-contract.ts';
import type { Scenario } from './scenario-contract.ts';

/** What a run leaves behind, before it is made into a record. */
export interface RunRemains {
  readonly scenario: Scenario;
  readonly caseFile: CaseFile;
  readonly world: World;
  readonly history: HistoryLike;
  readonly census: RunCensus;
  /** Why it cannot be held, as far as the run itself knows. */
  readonly reasons: readonly string[];
  readonly reports: readonly RungReport[];
  readonly violation: Violation | undefined;
  readonly ladderProbes: ReadonlyMap<string, number> | undefined;
  readonly misfit: NamedChoice | undefined;
}

/** The record of a run, and the case that replays it. */
export function makeResult(remains: RunRemains): RunResult {
  const { scenario, caseFile, world, violation, misfit } = remains;
  const { choices } = caseFile;
  const reasons = allReasons(remains);
  const verdict: Outcome =
    violation !== undefined ? 'broken' : reasons.length > 0 ? 'inconclusive' : 'held';
  const summary = scenario.clients.summary?.(remains.history);
  const digest = world.digest;
  const record: RunRecord = {
    schema: 'seedstorm-run/1',
    scenario: caseFile.scenario,
    seed: choices.kind === 'seed' ? choices.seed : null,
    verdict,
    reasons,
    digest,
    steps: world.steps,
    virtualUs: world.timeUs,
    wallMs: 0,
    config: caseFile.config,
    rungs: remains.reports,
    probes: probes(remains),
    faults: remains.census.faults(caseFile.plan),
    operations: scenario.clients.census(remains.history),
    ...(summary === undefined
      ? {}
      : { clients: { ok: summary.ok, fail: summary.fail, unknown: summary.unknown } }),
    ...(violation === undefined ? {} : { violation }),
    ...(misfit === undefined ? {} : { divergence: misfit }),
  };
  const headline =
    violation === undefined
      ? {}
      : { rung: violation.rung, key: violation.key, step: violation.step };
  return {
    record,
    caseFile: { ...caseFile, outcome: { verdict, digest, ...headline } },
    states: remains.census.states,
    latenciesUs: summary?.latenciesUs ?? [],
  };
}

function allReasons({ reasons, reports, violation }: RunRemains): readonly string[] {
  if (violation !== undefined) return [`rung ${violation.rung} broke: ${violation.statement}`];
  const undecided = reports.filter((report) => report.verdict === 'inconclusive');
  return [
    ...reasons,
    ...undecided.map(({ id, title, reason }) => {
      const why = reason === undefined ? '' : `: ${reason}`;
      return `rung ${id} (${title}) could not decide${why}`;
    }),
  ];
}

function probes({ scenario, census, ladderProbes }: RunRemains): Record<string, number> {
  const counted: Record<string, number> = {};
  for (const name of scenario.requiredProbes ?? []) counted[name] = 0;
  for (const counts of [ladderProbes ?? [], census.probes]) {
    for (const [name, count] of counts) counted[name] = (counted[name] ?? 0) + count;
  }
  return counted;
}
