import fc, { type Arbitrary } from 'fast-check';
import type { Fault, Target } from '../../sim/fault-plan.ts';
import { joinWords } from '../../sim/hash.ts';
import type { Config, PhaseTimes } from '../../sim/system-definition.ts';
import { type FamilyArbitrary, type FamilyName, familyArbitraries } from './fault-arbitraries.ts';
import { aimByMeaning, aimByTime, lastBeginUs, type StormWords } from './moments.ts';
import { pileArbitrary, pileUp } from './pile-up.ts';

/** What plans of a storm are made of. */
export interface PlanIngredients {
  readonly words: StormWords;
  /** Families with their weights. */
  readonly families: Readonly<Record<string, number>>;
  /** How often targets mean the role, beside the usual: 1 or more. Default: 1. */
  readonly atRole?: number;
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
/** Setting that says which share of the faults piles on the one before, in per cent. */
export const pileKnob = 'storm.pileOnPercent';
/**
 * Setting that says in which last part of the storm nothing is due to begin, in per cent. What lasts
 * is all that is wrong then, and whoever can go on without the rest has the time to show it.
 */
export const lullKnob = 'storm.lullPercent';

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
  const busy = busyPhases(config, phases);
  const aims = [
    { aim: aimByTime(ingredients.words, busy, ingredients.atRole), share: 100 - byMeaning },
    { aim: aimByMeaning(ingredients.words, busy, ingredients.atRole), share: byMeaning },
  ];
  const kinds: { weight: number; arbitrary: Arbitrary<Fault> }[] = [];
  for (const [family, weight] of Object.entries(ingredients.families)) {
    if (config[familyKnob(family)] === false) continue;
    const name = family as FamilyName;
    const draw = ingredients.instead?.[name] ?? familyArbitraries[name];
    for (const { aim, share } of aims) {
      const arbitrary = share === 0 ? undefined : draw(aim, config);
      if (arbitrary !== undefined) kinds.push({ weight: Math.round(weight * share), arbitrary });
      const { clients = [] } = ingredients.words;
      if (share === 0 || clients.length === 0 || !strikesClients.has(name)) continue;
      const atClient = draw({ ...aim, target: clientOf(clients) }, config);
      if (atClient === undefined) continue;
      kinds.push({ weight: Math.round(weight * share), arbitrary: atClient });
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

/** Families that delay what a client does: it has no disk, and to die is its own affair. */
const strikesClients: ReadonlySet<string> = new Set(['clog', 'degrade', 'stall', 'slow']);

function clientOf(clients: readonly string[]): Arbitrary<Target> {
  return fc.record({ node: fc.constantFrom(...clients) }, { noNullPrototype: true });
}

/** The part of the storm in which faults are due. */
function busyPhases(config: Config, phases: PhaseTimes): PhaseTimes {
  const lull = Number(config[lullKnob] ?? 0);
  const lengthUs = Math.trunc(((phases.healUs - phases.stormUs) * (100 - lull)) / 100);
  return { ...phases, healUs: phases.stormUs + lengthUs };
}

/** The plan of a seed. Same inputs, same plan. */
export function drawPlan(
  ingredients: PlanIngredients,
  config: Config,
  seed: number,
  phases: PhaseTimes,
): readonly Fault[] {
  const most = Number(config[faultsKnob] ?? 6);
  const share = Number(config[pileKnob] ?? 0);
  const plans = fc.tuple(
    planArbitrary(ingredients, config, phases, most),
    fc.array(pileArbitrary(share), { minLength: most, maxLength: most, size: 'max' }),
  );
  // Neighbouring seeds must not give alike plans: fast-check's generator hardly mixes its seed.
  const word = joinWords(Math.floor(seed / 4_294_967_296), seed | 0);
  const [plan, piles] = fc.sample(fc.noBias(plans), { seed: word, numRuns: 1 })[0]!;
  return pileUp(plan, piles, lastBeginUs(busyPhases(config, phases)));
}
