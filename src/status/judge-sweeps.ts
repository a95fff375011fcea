import type { SweepCheck } from '../record/claims.ts';
import type { SweepEvidence } from '../record/evidence-line.ts';
import { replayCommand } from '../record/replay-command.ts';
import type { Judgement } from './judge.ts';
import { settingPairs } from './proof.ts';
import { seedsIn } from './seed-ranges.ts';

/**
 * Judges a claim about seeds by sweeps of one tree.
 *
 * @param lines at least one
 */
export function judgeSweeps(check: SweepCheck, lines: readonly SweepEvidence[]): Judgement {
  const whole = check.rungs === undefined;
  // A sweep counts for single rungs only if every seed of it was judged to its end.
  const counted = lines.filter(
    (line) =>
      watches(line, check.rungs) &&
      (whole ? line.verdict === 'held' : line.broken === 0 && line.inconclusive === 0),
  );
  const done = Math.min(seedsIn(counted.map(({ from, to }) => [from, to])), check.seeds);
  const budget = { done, wanted: check.seeds, of: 'seeds' };
  const red = redIn(check, lines);
  if (red !== undefined) return { state: 'FAILING', budget, ...red };
  if (done < check.seeds) {
    const reason = shortfall(lines, counted);
    return { state: 'PARTIAL', reason, budget };
  }
  if (counted.every(({ rungs }) => Object.values(rungs).every((premise) => premise === 0))) {
    return { state: 'PARTIAL', reason: 'no rung was put to the test', budget };
  }
  const untested = neverTested(check, counted);
  if (untested.length > 0) {
    return { state: 'PARTIAL', reason: `never tested: ${untested.join(', ')}`, budget };
  }
  return { state: 'HELD', reason: heldReason(check, counted), budget };
}

/** With the number that says how hard the least tested rung was tested. */
function heldReason(check: SweepCheck, lines: readonly SweepEvidence[]): string {
  const premises = lines.map(({ rungs }) => rungs);
  const all = rungsOf(check, premises).map((id) => ({ id, premise: sumOf(premises, id) }));
  const untested = all.filter(({ premise }) => premise === 0).map(({ id }) => id);
  const [least] = all
    .filter(({ premise }) => premise > 0)
    .toSorted((a, b) => a.premise - b.premise);
  const what = check.rungs === undefined ? 'every rung held' : 'held';
  if (least === undefined) return what;
  const out = untested.length === 0 ? '' : `; out of reach here: ${untested.join(', ')}`;
  return `${what}; least often put to the test: ${least.id}, ${least.premise} times${out}`;
}

/** Whether all rungs of a claim were on watch. */
function watches({ only }: SweepEvidence, rungs: SweepCheck['rungs']): boolean {
  if (only === undefined) return true;
  return rungs?.every((id) => only.includes(id)) ?? false;
}

function redIn(
  check: SweepCheck,
  lines: readonly SweepEvidence[],
): Pick<Judgement, 'reason' | 'replay'> | undefined {
  const fault = lines.find(({ verdict }) => verdict === 'fault');
  if (fault !== undefined) {
    return { reason: `fault of the harness: ${fault.reasons[0] ?? 'unknown'}` };
  }
  for (const line of lines) {
    const rungs = check.rungs ?? Object.keys(line.brokenRungs);
    const rung = rungs.find((id) => (line.brokenRungs[id] ?? 0) > 0);
    if (rung === undefined && !(check.rungs === undefined && line.broken > 0)) continue;
    const failure = line.failures.find((one) => one.rung === rung) ?? line.failures[0];
    const seeds = `${line.from}..${line.to}`;
    const reason = `${rung === undefined ? 'a rung' : `rung ${rung}`} broke in seeds ${seeds}`;
    if (failure === undefined) return { reason };
    return { reason, replay: replayCommand(line.scenario, failure.seed, settingPairs(check.set)) };
  }
  return undefined;
}

function shortfall(lines: readonly SweepEvidence[], counted: readonly SweepEvidence[]): string {
  const seeds = 'too few seeds';
  const others = lines.filter((line) => !counted.includes(line));
  const broken = others.flatMap(({ brokenRungs }) => Object.keys(brokenRungs))[0];
  if (broken !== undefined) return `${seeds}; in others rung ${broken} broke first`;
  const reason = others.flatMap(({ reasons }) => reasons).at(-1);
  return reason === undefined ? seeds : `${seeds}; others are inconclusive: ${reason}`;
}

type Counters = readonly Readonly<Record<string, number>>[];

function sumOf(counters: Counters, name: string): number {
  return counters.reduce((total, counter) => total + (counter[name] ?? 0), 0);
}

function rungsOf(check: SweepCheck, premises: Counters): readonly string[] {
  return check.rungs ?? [...new Set(premises.flatMap((one) => Object.keys(one)))];
}

/** Sweeps of so many seeds have judged themselves whether all was put to the test that could be. */
const judgedFrom = 200;

function neverTested(check: SweepCheck, lines: readonly SweepEvidence[]): readonly string[] {
  const premises = lines.map(({ rungs }) => rungs);
  const probes = lines.map((line) => line.probes);
  const isJudged =
    check.rungs === undefined && lines.some(({ from, to }) => to - from + 1 >= judgedFrom);
  const rungs = isJudged ? [] : rungsOf(check, premises);
  return [
    ...rungs.filter((id) => sumOf(premises, id) === 0),
    ...(check.probes ?? []).filter((name) => sumOf(probes, name) === 0),
  ];
}
