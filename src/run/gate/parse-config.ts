import * as v from 'valibot';
import { fieldComplaint } from '../../record/field-complaint.ts';
import { timeSpanMs } from '../../record/time-span.ts';
import { UsageError } from '../../record/usage-error.ts';
import type { GateConfig } from './gate-config.ts';

const text = v.pipe(v.string('must be a text'), v.minLength(1, 'must not be empty'));

function whole(least: number, most: number = Number.MAX_SAFE_INTEGER) {
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} on` : `from ${least} to ${most}`;
  const message = `must be a whole number ${range}`;
  return v.pipe(
    v.number(message),
    v.safeInteger(message),
    v.minValue(least, message),
    v.maxValue(most, message),
  );
}

const day = v.pipe(
  v.string('must be a day such as 2030-01-31'),
  v.check(isDay, 'must be a day such as 2030-01-31'),
);

function isDay(given: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(given)) return false;
  const at = new Date(`${given}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(given);
}

const budget = v.pipe(
  v.strictObject(
    {
      scenario: text,
      seeds: v.optional(whole(1)),
      time: v.optional(
        v.pipe(
          v.string('must be a span of time such as 90s or 5m'),
          v.check((span) => timeSpanMs(span) !== undefined, 'must be a span such as 90s or 5m'),
        ),
      ),
      set: v.optional(
        v.record(
          v.string(),
          v.union([v.number(), v.string(), v.boolean()], 'must be a number, a text or a boolean'),
          'must be a record of settings',
        ),
      ),
      requiredProbes: v.optional(v.array(text, 'must be a list of names')),
      rerunPercent: v.optional(whole(0, 100)),
    },
    'must be an object such as { scenario: "counter", seeds: 500 }',
  ),
  v.check(({ seeds, time }) => seeds !== undefined || time !== undefined, 'needs seeds or time'),
);

const known = v.strictObject(
  {
    scenario: v.optional(text),
    rung: text,
    fingerprint: v.optional(
      v.pipe(
        v.string('must be 8 hexadecimal digits'),
        v.regex(/^[0-9a-f]{8}$/, 'must be 8 hexadecimal digits, as reports show them'),
      ),
    ),
    until: day,
    reason: text,
  },
  'must be an object such as { rung: "C1", until: "2030-01-31", reason: "..." }',
);

const doctor = v.strictObject(
  { seeds: v.optional(whole(1)), scenarios: v.optional(v.array(text, 'must be a list of names')) },
  'must be an object such as { seeds: 5 }, or false',
);

const canary = v.strictObject(
  { system: text, mutant: v.optional(text), seeds: v.optional(whole(1)) },
  'must be an object such as { system: "counter" }',
);

const schema = v.strictObject(
  {
    scenarios: v.array(budget, 'must be a list of scenarios with their budgets'),
    cases: v.optional(v.array(text, 'must be a list of files and folders')),
    known: v.optional(v.array(known, 'must be a list of known failures')),
    firstSeed: v.optional(whole(0)),
    jobs: v.optional(whole(1)),
    output: v.optional(text),
    reporters: v.optional(v.array(text, 'must be a list of names')),
    outputFile: v.optional(v.record(v.string(), text, 'must be a record of paths')),
  },
  'must be an object',
);

/** Fields by the objects that have them, for suggestions. */
const fields: Readonly<Record<string, readonly string[]>> = {
  '': [...Object.keys(schema.entries), 'doctor', 'canary'],
  scenarios: Object.keys(budget.pipe[0].entries),
  doctor: Object.keys(doctor.entries),
  canary: Object.keys(canary.entries),
  known: Object.keys(known.entries),
};

/**
 * Checks what a configuration file exports.
 *
 * @param path of the file, for errors
 * @throws UsageError that names file and field
 */
export function parseConfig(given: unknown, path: string): GateConfig {
  // These two by hand: of a union the checker would not name the field that is wrong.
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new UsageError('the default export must be an object', path);
  }
  const {
    doctor: examined,
    canary: planted,
    ...rest
  } = given as { readonly doctor?: unknown; readonly canary?: unknown };
  const first = v.safeParse(schema, rest);
  if (!first.success) throw fieldComplaint(first.issues[0], path, [], fields);
  if (examined !== undefined && examined !== false) {
    const second = v.safeParse(doctor, examined);
    if (!second.success) throw fieldComplaint(second.issues[0], path, ['doctor'], fields);
  }
  if (planted !== undefined) {
    const third = v.safeParse(Array.isArray(planted) ? v.array(canary) : canary, planted);
    if (!third.success) throw fieldComplaint(third.issues[0], path, ['canary'], fields);
  }
  return given as GateConfig;
}
