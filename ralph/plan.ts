import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { UsageError } from '../src/record/usage-error.ts';
import { fileError } from '../src/run/case-store.ts';

/** Planted bugs that have to die before a rung counts as held. */
export interface PlanMutants {
  /** A folder of `mutants/`. */
  readonly system: string;
  readonly ids: readonly string[];
  /** Seeds within which each has to be found. Default 200. */
  readonly seeds?: number | undefined;
}

/** One rung of the climb: a set of laws, and what it takes to believe them. */
export interface PlanRung {
  /** Unique in the plan. */
  readonly id: string;
  readonly title: string;
  /** A scenario, as the command line takes it. */
  readonly scenario: string;
  /** Fresh seeds that have to hold. */
  readonly seeds: number;
  /**
   * Ids of the laws of the scenario's ladder that this rung adds; those of lower rungs stay on watch.
   * Default: all of the ladder.
   */
  readonly laws?: readonly string[] | undefined;
  /** Settings in place of drawn ones, by path. */
  readonly set?: Readonly<Record<string, number | string | boolean>> | undefined;
  readonly mutants?: PlanMutants | undefined;
  /** Share of their seeds that lower rungs of other scenarios are swept with, per cent. Default 10. */
  readonly regressionPercent?: number | undefined;
}

/** What a project climbs: the content of `ralph/ladder.json`. */
export interface Plan {
  readonly schema: 'seedstorm-ladder/1';
  /** From the lowest on. */
  readonly rungs: readonly PlanRung[];
  /** Commands that have to end with 0 before any seed is run: a compiler, unit tests. */
  readonly checks?: readonly (readonly string[])[] | undefined;
  /** Seeds of the proof of determinism; 0 for none. Default 1. */
  readonly doctorSeeds?: number | undefined;
  /** Case files, or folders of them, that have to hold. Default `ralph/cases`, if there is one. */
  readonly cases?: readonly string[] | undefined;
  /** The only paths that an agent may change. Default: all that is not protected. */
  readonly editable?: readonly string[] | undefined;
  /** Paths that an agent must not change, beside those that none may. */
  readonly protected?: readonly string[] | undefined;
  /** Names of environment variables that an agent gets, beside those that every one gets. */
  readonly environment?: readonly string[] | undefined;
}

const name = v.pipe(v.string(), v.minLength(1));
const names = v.array(name);
const count = (least: number) => v.pipe(v.number(), v.integer(), v.minValue(least));

const rungShape = v.strictObject({
  id: v.pipe(v.string(), v.regex(/^[\w.-]+$/, 'letters, digits, . _ -')),
  title: name,
  scenario: name,
  seeds: count(1),
  laws: v.optional(v.pipe(names, v.minLength(1))),
  set: v.optional(v.record(v.string(), v.union([v.number(), v.string(), v.boolean()]))),
  mutants: v.optional(
    v.strictObject({
      system: name,
      ids: v.pipe(names, v.minLength(1)),
      seeds: v.optional(count(1)),
    }),
  ),
  regressionPercent: v.optional(v.pipe(count(0), v.maxValue(100))),
});

const planShape = v.strictObject({
  schema: v.literal('seedstorm-ladder/1'),
  rungs: v.pipe(v.array(rungShape), v.minLength(1)),
  checks: v.optional(v.array(v.pipe(names, v.minLength(1)))),
  doctorSeeds: v.optional(count(0)),
  cases: v.optional(names),
  editable: v.optional(v.pipe(names, v.minLength(1))),
  protected: v.optional(names),
  environment: v.optional(names),
});

/** Where a plan is looked for when none is named. */
export const defaultPlan = 'ralph/ladder.json';

/**
 * Reads a plan.
 * @throws UsageError that names file and field
 */
export function readPlan(path: string): Plan {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { what, where } = fileError(error, path, 'read');
    throw new UsageError(what, where, `a plan looks like this:\n${example}`);
  }
  return parsePlan(text, path);
}

const example = `{ "schema": "seedstorm-ladder/1",
  "rungs": [{ "id": "R1", "title": "counts", "scenario": "counter", "seeds": 200 }] }`;

/** The plan in a text. @throws UsageError that names the field */
export function parsePlan(text: string, path: string): Plan {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`this is no JSON: ${(error as Error).message}`, path);
  }
  const parsed = v.safeParse(planShape, data);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    throw new UsageError(issue.message, `${path}, ${v.getDotPath(issue) ?? 'the whole'}`);
  }
  const seen = new Set<string>();
  for (const { id } of parsed.output.rungs) {
    if (seen.has(id)) throw new UsageError(`two rungs are called ${id}`, `${path}, rungs`);
    seen.add(id);
  }
  return parsed.output;
}

/** A hash of all that decides whether a rung is held, the rungs below it included: 16 hex digits. */
export function definitionHash(plan: Plan, index: number): string {
  const { checks, doctorSeeds, cases } = plan;
  const text = JSON.stringify([plan.rungs.slice(0, index + 1), checks, doctorSeeds, cases]);
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** The laws on watch at a rung: its own and those below it in the same scenario; undefined: all. */
export function lawsAt(plan: Plan, index: number): readonly string[] | undefined {
  const { scenario, laws } = plan.rungs[index]!;
  if (laws === undefined) return undefined;
  const all = new Set<string>();
  for (const rung of plan.rungs.slice(0, index + 1)) {
    if (rung.scenario === scenario) for (const law of rung.laws ?? []) all.add(law);
  }
  return [...all];
}

/** The rung that a broken law belongs to: the lowest that names it, or else the one that was climbed. */
export function rungOfLaw(plan: Plan, law: string, climbed: number): number {
  const { scenario } = plan.rungs[climbed]!;
  const found = plan.rungs.findIndex(
    (rung) => rung.scenario === scenario && rung.laws?.includes(law) === true,
  );
  return found < 0 || found > climbed ? climbed : found;
}
