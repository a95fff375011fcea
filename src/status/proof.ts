import type { ClaimCheck, CommandCheck, DoctorCheck, SweepCheck } from '../record/claims.ts';
import { shellWord } from '../record/replay-command.ts';

type Settings = Readonly<Record<string, unknown>>;

/** The command that would prove a claim with its whole budget. */
export function proofOf(check: ClaimCheck): string {
  if (check.kind === 'command') return check.run;
  return ['seedstorm', ...proofWords(check).map(shellWord)].join(' ');
}

/** The arguments of seedstorm that would prove a claim. */
export function proofWords(check: Exclude<ClaimCheck, CommandCheck>): readonly string[] {
  if (check.kind === 'mutants') {
    const some = check.mutants === undefined ? [] : ['--only', check.mutants.join(',')];
    const { controlSeeds = 0 } = check;
    const more = controlSeeds > usualControlSeeds ? ['--budget', String(controlSeeds)] : [];
    // What each rung finds alone is for the kill matrix: a kill is a kill.
    return ['mutants', check.system, ...some, ...more, '--census', '0'];
  }
  return seedWords(check.kind, check, 1, check.seeds);
}

/** The command that examines some seeds for determinism. */
export function doctorCommand(check: DoctorCheck, from: number, to: number): string {
  return ['seedstorm', ...seedWords('doctor', check, from, to).map(shellWord)].join(' ');
}

/** Seeds that `mutants` gives a control unless it is told otherwise. */
const usualControlSeeds = 500;

function seedWords(
  verb: string,
  { scenario, set }: SweepCheck | DoctorCheck,
  from: number,
  to: number,
): readonly string[] {
  const settings = settingPairs(set).flatMap((pair) => ['--set', pair]);
  return [verb, scenario, '--seeds', `${from}..${to}`, ...settings];
}

/** Settings as `--set` takes them. */
export function settingPairs(set: Settings = {}): readonly string[] {
  return Object.entries(set).map(([path, value]) => `${path}=${String(value)}`);
}

/** Whether two arguments name one scenario: `storm` and `scenarios/storm.ts` do. */
export function sameScenario(one: string, other: string): boolean {
  return bareName(one) === bareName(other);
}

function bareName(argument: string): string {
  return argument.replace(/^(?:\.\/)?scenarios\/([^/]+)\.[mc]?[jt]s$/, '$1').replace(/^\.\//, '');
}

/**
 * Whether a run had the settings that a claim asks for. Unknown ones (null) pass for none: such
 * evidence is from before settings were kept, and never of the tree of today.
 */
export function sameSettings(of: Settings | null, wanted: Settings = {}): boolean {
  const given = of ?? {};
  const names = new Set([...Object.keys(given), ...Object.keys(wanted)]);
  return [...names].every(
    (name) => name in given && name in wanted && given[name] === wanted[name],
  );
}
