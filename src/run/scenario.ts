import * as v from 'valibot';
import { didYouMean } from '../record/near-names.ts';
import { UsageError } from '../record/usage-error.ts';
import { knobsOf } from './draw-config.ts';
import type { Scenario } from './scenario-contract.ts';

/** What a person writes; `scenario` turns it into a `Scenario`. All times in microseconds. */
export interface ScenarioDefinition extends Omit<Scenario, 'phases'> {
  readonly phases: {
    /** The cluster comes up in calm weather. */
    readonly form: number;
    /** Faults of the plan begin in this time. */
    readonly storm: number;
    /** After everything is healed; default 10 seconds. */
    readonly settle?: number;
  };
}

const defaultSettleUs = 10_000_000;
// Scenarios may come from another copy of this module (a worker, dist beside src), so the mark is
// a registered symbol and no class.
const mark: symbol = Symbol.for('seedstorm.scenario');

const text = v.pipe(v.string('must be a text'), v.trim(), v.nonEmpty('must not be empty'));
const func = v.function('must be a function');
const timeUs = v.pipe(
  v.number('must be a time in microseconds: see seconds()'),
  v.safeInteger('must be a whole number of microseconds'),
  v.minValue(0, 'must be 0 or more'),
);
const setting = v.union([v.number(), v.string(), v.boolean()], 'must be a number, text or boolean');
const domain = v.variant(
  'kind',
  [
    v.object({ kind: v.literal('one of'), values: v.pipe(v.array(setting), v.minLength(1)) }),
    v.object({
      kind: v.literal('between'),
      low: v.pipe(v.number(), v.safeInteger()),
      high: v.pipe(v.number(), v.safeInteger()),
      calm: v.optional(v.pipe(v.number(), v.safeInteger())),
    }),
  ],
  'must be a domain: see oneOf() and between()',
);
const knobs = v.record(v.string(), domain, 'must be a record of domains by path');

const schema = v.strictObject(
  {
    summary: text,
    system: v.looseObject(
      { name: text, knobs, node: func },
      'must be a system, for example raftKv()',
    ),
    clients: v.looseObject(
      {
        name: text,
        knobs,
        drawIntents: func,
        count: func,
        newHistory: func,
        client: func,
        census: func,
      },
      'must be clients, for example kvClients()',
    ),
    storm: v.looseObject(
      {
        name: text,
        knobs,
        families: v.record(v.string(), v.number()),
        withinTolerance: v.boolean('must be true or false'),
        damage: v.picklist(
          ['no damage', 'noticeable damage', 'any damage'],
          "must be 'no damage', 'noticeable damage' or 'any damage'",
        ),
        drawPlan: func,
      },
      'must be a storm, for example everything()',
    ),
    ladder: v.looseObject(
      { name: text, rungs: v.array(v.looseObject({ id: text }), 'must be a list'), begin: func },
      'must be a ladder: see ladder()',
    ),
    phases: v.strictObject(
      { form: timeUs, storm: timeUs, settle: v.optional(timeUs) },
      'must be { form, storm }, for example { form: seconds(2), storm: seconds(10) }',
    ),
    fixed: v.optional(v.record(v.string(), setting, 'must be a record of values by path')),
    plan: v.optional(
      v.array(
        v.looseObject({ kind: text, durationUs: timeUs, when: v.looseObject({}) }),
        'must be a list of faults',
      ),
    ),
    requiredProbes: v.optional(v.array(text, 'must be a list of names')),
    requiredFaults: v.optional(v.array(text, 'must be a list of fault kinds')),
    outOfReach: v.optional(v.record(v.string(), text, 'must be a record of reasons')),
    stepLimit: v.optional(v.pipe(v.number('must be a number'), v.integer(), v.minValue(1))),
    prepare: v.optional(func),
  },
  'must be an object',
);

/**
 * Makes a scenario: what to run, in what weather, and what must hold.
 *
 * @throws UsageError that names the first field that is missing, unknown or wrong
 * @example
 * const short = scenario({
 *   summary: 'The same cluster for a tenth of a second',
 *   system: pingPong.system,
 *   clients: pingPong.clients,
 *   storm: calm(),
 *   ladder: pingPong.ladder,
 *   phases: { form: milliseconds(20), storm: milliseconds(80) },
 *   fixed: { nodes: 3 },
 * });
 * // short.phases.stormUs => 80000
 */
export function scenario(definition: ScenarioDefinition): Scenario {
  const parsed = v.safeParse(schema, definition);
  if (!parsed.success) throw complaint(parsed.issues[0]);
  const { phases, ...rest } = definition;
  const made: Scenario = {
    ...rest,
    phases: {
      formUs: phases.form,
      stormUs: phases.storm,
      settleUs: phases.settle ?? defaultSettleUs,
    },
  };
  Object.defineProperty(made, mark, { value: true });
  if (made.system.knobs.nodes === undefined) {
    throw new UsageError('the system does not say how many nodes there are', 'system.knobs.nodes');
  }
  knobsOf(made);
  return made;
}

/** Whether a value was made by `scenario`, by whatever copy of it. */
export function isScenario(value: unknown): value is Scenario {
  return typeof value === 'object' && value !== null && mark in value;
}

function complaint(issue: v.BaseIssue<unknown>): UsageError {
  const path = (issue.path ?? []).map((part) => String(part.key));
  const where = path.length === 0 ? 'scenario' : path.join('.');
  const name = path.at(-1) ?? '';
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    const known = path.length > 1 ? ['form', 'storm', 'settle'] : Object.keys(schema.entries);
    return new UsageError(`there is no field ${name}`, where, didYouMean(name, known));
  }
  if (issue.received === 'undefined') {
    const hint = issue.message.startsWith('Invalid') ? '' : `it ${issue.message}`;
    return new UsageError(`${name} is missing`, where, hint);
  }
  const message = issue.message.startsWith('Invalid')
    ? `must be ${issue.expected ?? 'something else'}`
    : issue.message;
  return new UsageError(`${message}, got ${issue.received}`, where);
}
