import type { ClaimCheck, CommandCheck, DoctorCheck, MutantsCheck } from '../record/claims.ts';
import type {
  CommandEvidence,
  DoctorEvidence,
  EvidenceLine,
  MutantEvidence,
  MutantsEvidence,
} from '../record/evidence-line.ts';
import type { ClaimStatus } from '../record/status-record.ts';
import { judgeSweeps } from './judge-sweeps.ts';
import { doctorCommand, sameScenario, sameSettings } from './proof.ts';
import { seedsIn } from './seed-ranges.ts';

/** What lines of one tree say about a check. */
export type Judgement = Pick<ClaimStatus, 'state' | 'reason' | 'budget' | 'replay'>;

/** Whether a line says anything about a check. */
export function concerns(check: ClaimCheck, line: EvidenceLine): boolean {
  switch (check.kind) {
    case 'sweep':
    case 'doctor':
      return (
        line.kind === check.kind &&
        sameScenario(line.scenario, check.scenario) &&
        sameSettings(line.settings, check.set)
      );
    case 'mutants':
      return (
        line.kind === 'mutants' &&
        line.system === check.system &&
        (check.mutants === undefined || check.mutants.some((id) => id in line.results))
      );
    case 'command':
      return line.kind === 'command' && line.run === check.run;
  }
}

/** The budget of a check, in its unit. A mutants check of all patches learns its size by evidence. */
export function wantedOf(check: ClaimCheck): { readonly wanted: number; readonly of: string } {
  switch (check.kind) {
    case 'sweep':
    case 'doctor':
      return { wanted: check.seeds, of: 'seeds' };
    case 'mutants':
      return { wanted: check.mutants?.length ?? 1, of: 'mutants' };
    case 'command':
      return { wanted: 1, of: 'runs' };
  }
}

/**
 * Judges a check by lines that concern it and are all of one tree: HELD, PARTIAL or FAILING. As a run
 * is a pure function of tree and seed, lines add up, and what was red once on a tree stays red.
 *
 * @param lines at least one, in order of time
 */
export function judge(check: ClaimCheck, lines: readonly EvidenceLine[]): Judgement {
  switch (check.kind) {
    case 'sweep':
      return judgeSweeps(
        check,
        lines.filter((line) => line.kind === 'sweep'),
      );
    case 'doctor':
      return judgeDoctor(
        check,
        lines.filter((line) => line.kind === 'doctor'),
      );
    case 'mutants':
      return judgeMutants(
        check,
        lines.filter((line) => line.kind === 'mutants'),
      );
    case 'command':
      return judgeCommand(
        check,
        lines.filter((line) => line.kind === 'command'),
      );
  }
}

function judgeDoctor(check: DoctorCheck, lines: readonly DoctorEvidence[]): Judgement {
  const done = seedsIn(lines.map(({ from, to }) => [from, to]));
  const budget = { done: Math.min(done, check.seeds), wanted: check.seeds, of: 'seeds' };
  const red = lines.find(({ differences }) => differences.length > 0);
  if (red !== undefined) {
    const seed = red.differences[0]!;
    const replay = doctorCommand(check, seed, seed);
    return { state: 'FAILING', reason: `seed ${seed} did not give one run`, budget, replay };
  }
  const events = lines.reduce((sum, line) => sum + line.events, 0);
  if (events === 0) return { state: 'PARTIAL', reason: 'not one event was compared', budget };
  return enough(budget) ?? { state: 'HELD', reason: 'every way gave the same events', budget };
}

function judgeMutants(check: MutantsCheck, lines: readonly MutantsEvidence[]): Judgement {
  const wanted = check.mutants ?? [...new Set(lines.flatMap(({ all }) => all))];
  const results = new Map<string, MutantEvidence>();
  for (const line of lines) {
    for (const [id, result] of Object.entries(line.results)) {
      results.set(id, weightier(results.get(id), result));
    }
  }
  const found = wanted.flatMap((id) => {
    const result = results.get(id);
    return result === undefined ? [] : [{ id, ...result }];
  });
  const isLong = ({ control, seeds }: MutantEvidence): boolean =>
    !control || seeds >= (check.controlSeeds ?? 1);
  const right = found.filter((one) => one.right && isLong(one));
  const budget = { done: right.length, wanted: wanted.length, of: 'mutants' };
  const wrong = found.find(({ status, right: is }) => !is && /^(?:survived|killed)$/.test(status));
  if (wrong !== undefined) {
    const what = wrong.control ? `control ${wrong.id} was killed` : `${wrong.id} survived`;
    const replay = `seedstorm mutants ${check.system} --only ${wrong.id}`;
    return { state: 'FAILING', reason: what, budget, replay };
  }
  if (wanted.length === 0) return { state: 'PARTIAL', reason: 'there is no mutant', budget };
  const unclear = found.find(({ right: is }) => !is);
  if (unclear !== undefined) {
    return { state: 'PARTIAL', reason: `${unclear.id}: ${unclear.status}`, budget };
  }
  const reason = 'every bug was killed, every control survived';
  return enough(budget) ?? { state: 'HELD', reason, budget };
}

/** On one tree a kill is a kill, of a bug for good and of a control for ill; else more seeds say more. */
function weightier(one: MutantEvidence | undefined, other: MutantEvidence): MutantEvidence {
  if (one === undefined) return other;
  const kill = [one, other].find(({ status }) => status === 'killed');
  return kill ?? (other.seeds >= one.seeds ? other : one);
}

function judgeCommand(check: CommandCheck, lines: readonly CommandEvidence[]): Judgement {
  const last = lines.at(-1)!;
  const passed = last.exitCode === 0;
  const budget = { done: passed ? 1 : 0, wanted: 1, of: 'runs' };
  if (passed) return { state: 'HELD', reason: 'it ended with exit code 0', budget };
  const ending = last.exitCode === null ? 'a signal ended it' : `exit code ${last.exitCode}`;
  return { state: 'FAILING', reason: ending, budget, replay: check.run };
}

/** What is missing of a budget; undefined: nothing. */
function enough(budget: Judgement['budget']): Judgement | undefined {
  const { done, wanted, of } = budget;
  if (done >= wanted) return undefined;
  return { state: 'PARTIAL', reason: `too few ${of}`, budget };
}
