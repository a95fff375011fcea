import type { ClaimCheck, DoctorCheck } from '../record/claims.ts';
import { shellWord } from '../record/replay-command.ts';

type Settings = Readonly<Record<string, unknown>>;

/** The command that would prove a claim with its whole budget. */
export function proofOf(check: ClaimCheck): string {
  switch (check.kind) {
    case 'sweep':
      return [
        `seedstorm sweep ${shellWord(check.scenario)} --seeds 1..${check.seeds}`,
        ...setOptions(check.set),
      ].join(' ');
    case 'doctor':
      return doctorCommand(check, 1, check.seeds);
    case 'mutants': {
      const some = check.mutants === undefined ? [] : [`--only ${check.mutants.join(',')}`];
      return [`seedstorm mutants ${shellWord(check.system)}`, ...some].join(' ');
    }
    case 'command':
      return check.run;
  }
}

/** The command that examines some seeds for determinism. */
export function doctorCommand(check: DoctorCheck, from: number, to: number): string {
  const seeds = `--seeds ${from}..${to}`;
  return ['seedstorm doctor', shellWord(check.scenario), seeds, ...setOptions(check.set)].join(' ');
}

/** Settings as `--set` takes them. */
export function settingPairs(set: Settings = {}): readonly string[] {
  return Object.entries(set).map(([path, value]) => `${path}=${String(value)}`);
}

function setOptions(set: Settings | undefined): readonly string[] {
  return settingPairs(set).flatMap((pair) => ['--set', shellWord(pair)]);
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
