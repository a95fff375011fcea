import fc, { type Arbitrary } from 'fast-check';
import type { Fault } from '../../sim/fault-plan.ts';
import { joinWords } from '../../sim/hash.ts';
import type { Config, PhaseTimes } from '../../sim/system-definition.ts';
import { type FamilyArbitrary, type FamilyName, familyArbitraries } from './fault-arbitraries.ts';
import { aimByMeaning, aimByTime, type StormWords } from './moments.ts';

/** What plans of a storm are made of. */
export interface PlanIngredients {
  readonly words: StormWords;
  /** Families with their weights. */
  readonly families: Readonly<Record<string, number>>;
  /** Ways to draw that replace the usual ones. */
  readonly instead?: Readonly<Partial<Record<FamilyName, FamilyArbitrary>>>;
}

/** Setting that says whether a family is drawn in this run. */
export function familyKnob(family: string): string {
  return `storm.${family}`;
}

/** Setting that says how many faults a plan has. */
export const faultsKnob = 'storm.faults';
/** Setting that says which share of the faults begins at a meaning, in per cent. */
export const meaningKnob = 'storm.byMeaningPercent';

/**
 * Plans as fast-check sees them: a flat list of faults, each independent of the others, so that it
 * shrinks by leaving faults out and by making what is left shorter and earlier. It shrinks plans
 * that were read from a file as well.
 *
 * @param least faults that a plan has at least; 0 when shrinking
 */
export function planArbitrary(
  ingredients: PlanIngredients,
  config: Config,
  phases: PhaseTimes,
  least: number = 0,
): Arbitrary<Fault[]> {
  const most = Number(config[faultsKnob] ?? 6);
  const byMeaning = Number(config[meaningKnob] ?? 50);
  const aims = [
    { aim: aimByTime(ingredients.words, phases), share: 100 - byMeaning },
    { aim: aimByMeaning(ingredients.words, phases), share: byMeaning },
  ];
  const kinds: { weight: number; arbitrary: Arbitrary<Fault> }[] = [];
  for (const [family, weight] of Object.entries(ingredients.families)) {
    if (config[familyKnob(family)] === false) continue;
    const name = family as FamilyName;
    const draw = ingredients.instead?.[name] ?? familyArbitraries[name];
    for (const { aim, share } of aims) {
      const arbitrary = share === 0 ? undefined : draw(aim, config);
      if (arbitrary !== undefined) kinds.push({ weight: Math.round(weight * share), arbitrary });
    }
  }
  if (kinds.length === 0) return fc.constant([]);
  // `max` and not the default size: the number of faults is a setting of the run.
  return fc.array(fc.oneof(...kinds), {
    minLength: Math.min(least, most),
    maxLength: most,
    size: 'max',
  });
}

/** The plan of a seed. Same inputs, same plan. */
export function drawPlan(
  ingredients: PlanIngredients,
  config: Config,
  seed: number,
  phases: PhaseTimes,
): readonly Fault[] {
  const most = Number(config[faultsKnob] ?? 6);
  const arbitrary = planArbitrary(ingredients, config, phases, most);
  // Neighbouring seeds must not give alike plans: fast-check's generator hardly mixes its seed.
  const word = joinWords(Math.floor(seed / 4_294_967_296), seed | 0);
  return fc.sample(fc.noBias(arbitrary), { seed: word, numRuns: 1 })[0]!;
}
