import { join, relative } from 'node:path';
import type {
  CanaryPart,
  CasePart,
  DoctorPart,
  Finding,
  KnownFailure,
  SweepPart,
} from '../../record/gate-record.ts';
import { verdictOf } from '../../record/gate-verdict.ts';
import { timeSpanMs } from '../../record/time-span.ts';
import { readCase } from '../case-store.ts';
import { doctor } from '../doctor.ts';
import { runIsolated } from '../isolated.ts';
import { findScenario } from '../loader.ts';
import { tryMutants } from '../mutants.ts';
import type { DoctorCheck } from '../run-contract.ts';
import { sweep } from '../sweep.ts';
import { FindingGroups } from './findings.ts';
import type { CanaryTask, CaseTask, DoctorTask, GateSurroundings, SweepTask } from './gate-work.ts';
import { brokenReasons, sweepOutcome } from './sweep-outcome.ts';

/** A part without what every part has a share in: its time. */
type Timeless<T> = Omit<T, 'wallMs'>;

/** Runs the seeds of a doctor in all ways and compares them. */
export async function doctorPart(
  task: DoctorTask,
  { signal, listener }: GateSurroundings,
): Promise<Timeless<DoctorPart>> {
  const { name, reference, from, to } = task;
  let done = 0;
  const report = await doctor(reference, {
    seeds: [from, to],
    signal,
    onCheck: () => listener.onProgress?.({ name, done: ++done, total: undefined }),
  });
  const { ways, events } = report;
  const differences = report.differences.map(differenceText);
  const rest = { findings: [], notes: [], scenario: reference.name, from, to, ways, events };
  const base = { kind: 'doctor', name, differences, ...rest } as const;
  if (differences.length === 0) return { ...base, verdict: 'held', reasons: [] };
  const what = differences.length === 1 ? '1 check differs' : `${differences.length} checks differ`;
  const again = `seedstorm doctor ${reference.name} --seeds ${from}..${to}`;
  const reason = `the same seed does not give the same run: ${what}; ${again}`;
  return {
    ...base,
    verdict: 'fault',
    reasons: [reason, ...differences.slice(0, shownDifferences)],
  };
}

const shownDifferences = 3;

function differenceText({ seed, way, difference }: DoctorCheck): string {
  if (difference === undefined) return `seed ${seed}, ${way}`;
  const { step, expected = 'the run had ended', actual = 'the run had ended' } = difference;
  return `seed ${seed}, ${way}: at step ${step} alone "${expected}", this way "${actual}"`;
}

/** Runs a pinned case: whatever breaks turns it red, the old failure or another one. */
export async function casePart(
  task: CaseTask,
  around: GateSurroundings,
  known: readonly KnownFailure[],
): Promise<Timeless<CasePart>> {
  const { name, path } = task;
  const { cwd, signal, today, settle } = around;
  const caseFile = readCase(join(cwd, path));
  const reference = findScenario(caseFile.scenario, cwd);
  const result = await runIsolated(reference, caseFile, { signal });
  const record = { ...result.record, case: path };
  const context = { reference, cwd, settings: {}, known, today, casePath: path };
  const groups = new FindingGroups(context);
  groups.add(record);
  const findings = await settled(groups.all, settle);
  const open = record.verdict === 'inconclusive' ? record.reasons : [];
  const verdict = verdictOf(findings, open);
  const { divergence } = record;
  const notes =
    divergence === undefined
      ? []
      : [
          `it no longer fits the code, so it tests less than it did: the first choice that the run ` +
            `did not meet is ${divergence.point} of ${divergence.stream}, key ${divergence.key}`,
        ];
  const reasons = [...brokenReasons(findings), ...open];
  return {
    kind: 'case',
    name,
    path,
    scenario: reference.name,
    verdict,
    reasons,
    notes,
    findings,
    record,
  };
}

/** Sweeps the fresh seeds of a scenario. */
export async function sweepPart(
  task: SweepTask,
  around: GateSurroundings,
  known: readonly KnownFailure[],
): Promise<Timeless<SweepPart>> {
  const { name, reference, budget, settings, from, to } = task;
  const { cwd, output, jobs, shard, signal, today, listener, settle } = around;
  const groups = new FindingGroups({ reference, cwd, settings, known, today });
  const timeMs = budget.time === undefined ? undefined : timeSpanMs(budget.time);
  const { record, census } = await sweep(reference, {
    seeds: [from, to],
    settings,
    signal,
    mergeable: shard !== undefined,
    failuresDirectory: join(shortest(cwd, output), 'failures'),
    ...(jobs === undefined ? {} : { jobs }),
    ...(timeMs === undefined ? {} : { timeMs }),
    ...(budget.rerunPercent === undefined ? {} : { rerunPercent: budget.rerunPercent }),
    onProgress: ({ done, total }) => listener.onProgress?.({ name, done, total }),
    onFailure: (failed) => {
      const finding = groups.add(failed);
      if (finding !== undefined) listener.onFinding?.(finding);
    },
  });
  const findings = await settled(groups.all, settle);
  const { requiredProbes = [] } = budget;
  const wanted = to === Number.POSITIVE_INFINITY ? undefined : to - from + 1;
  const ended = { record, findings, requiredProbes, isShard: shard !== undefined };
  return {
    kind: 'sweep',
    name,
    scenario: reference.name,
    ranges: record.to >= from ? [[from, record.to]] : [],
    ...(timeMs === undefined && budget.seeds !== undefined ? { wanted: budget.seeds } : {}),
    requiredProbes,
    record,
    ...(census === undefined ? {} : { census }),
    findings,
    ...sweepOutcome({ ...ended, wanted: timeMs === undefined ? wanted : undefined }),
  };
}

/** A path as a person in the working directory would type it. */
function shortest(cwd: string, path: string): string {
  const inside = relative(cwd, path);
  return inside.startsWith('..') ? path : inside;
}

/** Known failures keep the case that was found: nobody reads their stories today. */
async function settled(
  findings: readonly Finding[],
  settle: GateSurroundings['settle'],
): Promise<readonly Finding[]> {
  const done: Finding[] = [];
  for (const finding of findings) {
    done.push(finding.known === undefined ? await settle(finding) : finding);
  }
  return done;
}

/** Plants the canary in a copy of the sources; a sweep that does not find it proves nothing. */
export async function canaryPart(
  task: CanaryTask,
  { mutants, jobs, signal, listener }: GateSurroundings,
): Promise<Timeless<CanaryPart>> {
  const { name, system, root, from, to, mutant: chosen } = task;
  const record = await tryMutants({
    system,
    root,
    mutants: [chosen],
    seeds: [from, to],
    censusSeeds: 0,
    jobs: jobs ?? 1,
    program: (copy) => mutants.program(copy),
    signal,
    onProgress: ({ busy }) =>
      listener.onProgress?.({ name, done: busy[0]?.[1] ?? 0, total: to - from + 1 }),
  });
  const { id, title } = chosen;
  const base = { kind: 'canary', name, system, mutant: id, title, findings: [] } as const;
  const [tried] = record.mutants;
  const baseline = record.baselines.find(({ verdict }) => verdict !== 'held');
  if (tried === undefined) {
    const why = baseline === undefined ? 'it was not tried' : 'the code without it does not hold';
    return {
      ...base,
      verdict: 'inconclusive',
      reasons: [why, ...(baseline?.reasons ?? [])],
      notes: [],
    };
  }
  const { rung, seedsToKill, status, reason } = tried;
  if (status === 'killed') {
    const found = {
      ...(rung === undefined ? {} : { rung }),
      ...(seedsToKill === undefined ? {} : { seedsToKill }),
    };
    return { ...base, ...found, verdict: 'held', reasons: [], notes: [] };
  }
  const isFault = status === 'harness fault' || status === 'not exact';
  const missed = `the planted bug ${id} (${title}) was not found in ${tried.seeds} seeds: this gate is blind`;
  const reasons =
    status === 'survived' ? [missed] : [`${id}: ${status}`, ...(reason ? [reason] : [])];
  const verdict = status === 'survived' ? 'broken' : isFault ? 'fault' : 'inconclusive';
  return { ...base, verdict, reasons, notes: [] };
}
