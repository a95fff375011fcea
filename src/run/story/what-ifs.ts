import type { CaseFile } from '../../record/case-file.ts';
import type { ViolationRecord } from '../../record/run-record.ts';
import type { WhatIf } from '../../record/story.ts';
import type { NamedChoice } from '../../sim/choices.ts';
import type { Config } from '../../sim/system-definition.ts';
import { calmValues } from '../draw-config.ts';
import type { Scenario } from '../scenario-contract.ts';
import type { CandidateRunner } from '../shrink/candidate-runner.ts';
import { withChoices } from '../shrink/noise.ts';
import type { Tried } from '../shrink/tried.ts';

/** Names for what is taken away. */
export interface NounsOf {
  fault(index: number): string;
  choice(choice: NamedChoice): string;
  operation(intent: unknown): string;
}

/** Of each kind no more are taken away: what has more is no case that anybody reads. */
const mostOfAKind = 60;

/** Real time for all of them: where each one hangs there is no end. */
const mostMs = 30_000;

interface Variant extends Pick<WhatIf, 'kind' | 'index' | 'without'> {
  readonly file: CaseFile;
}

/**
 * Takes away each fault, choice, operation and unusual setting of a case in turn and runs what is
 * left to its end, as many as there is time for.
 */
export async function whatIfs(
  runner: CandidateRunner,
  scenario: Scenario,
  file: CaseFile,
  violation: ViolationRecord,
  nouns: NounsOf,
): Promise<readonly WhatIf[]> {
  const titles = new Map(scenario.ladder.rungs.map(({ id, title }) => [id, title]));
  const variants = variantsOf(scenario, file, nouns);
  const endMs = performance.now() + mostMs;
  // As many at once as the runner has threads: those that are begun late are left out.
  const next = variants.entries();
  const found: (WhatIf | undefined)[] = [];
  const work = async (): Promise<void> => {
    for (const [at, variant] of next) {
      if (performance.now() < endMs) found[at] = await outcomeWithout(variant);
    }
  };
  const outcomeWithout = async ({ file: variant, ...rest }: Variant): Promise<WhatIf> => {
    const tried = await runner.try(variant, {});
    const { rung } = tried;
    const title = rung === undefined ? undefined : titles.get(rung);
    return {
      ...rest,
      outcome: outcomeOf(tried, violation),
      ...(rung === undefined ? {} : { rung }),
      ...(title === undefined ? {} : { title }),
    };
  };
  await Promise.all(Array.from({ length: runner.width }, work));
  return found.filter((one) => one !== undefined);
}

function outcomeOf({ verdict, key }: Tried, violation: ViolationRecord): WhatIf['outcome'] {
  if (verdict === 'held') return 'held';
  if (verdict === 'inconclusive') return 'unclear';
  return key === violation.key ? 'same' : 'other';
}

function variantsOf(scenario: Scenario, file: CaseFile, nouns: NounsOf): readonly Variant[] {
  const { plan, intents, choices, config } = file;
  const list = choices.kind === 'calm' ? choices.list : [];
  const calm = calmValues(scenario, config);
  return [
    ...each(plan, (_, index) => ({
      kind: 'fault',
      without: nouns.fault(index),
      file: { ...file, plan: plan.filter((_fault, at) => at !== index) },
    })),
    ...each(list, (choice, index) => ({
      kind: 'choice',
      without: nouns.choice(choice),
      file: withChoices(
        file,
        list.filter((_choice, at) => at !== index),
      ),
    })),
    ...each(intents, (intent, index) => ({
      kind: 'operation',
      without: nouns.operation(intent),
      file: { ...file, intents: intents.filter((_intent, at) => at !== index) },
    })),
    ...each(unquietSettings(config, calm), (path) => ({
      kind: 'setting',
      without: `${path} at ${config[path]} (it is ${calm[path]} usually)`,
      file: { ...file, config: { ...config, [path]: calm[path]! } },
    })),
  ];
}

function each<T>(
  list: readonly T[],
  variant: (one: T, index: number) => Omit<Variant, 'index'>,
): readonly Variant[] {
  if (list.length > mostOfAKind) return [];
  return list.map((one, index) => ({ ...variant(one, index), index }));
}

/** Paths of settings that are off their calm values; how many nodes there are is none of them. */
export function unquietSettings(config: Config, calm: Config): readonly string[] {
  return Object.keys(config).filter(
    (path) => path !== 'nodes' && calm[path] !== undefined && config[path] !== calm[path],
  );
}
