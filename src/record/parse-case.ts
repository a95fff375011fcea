import * as v from 'valibot';
import type { CaseFile } from './case-file.ts';
import { UsageError } from './usage-error.ts';

const setting = v.union([v.number(), v.string(), v.boolean()]);
const whole = v.pipe(v.number(), v.safeInteger());
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const choice = v.object({
  stream: v.string(),
  point: v.string(),
  key: whole,
  occurrence: count,
  value: count,
});

const target = v.union([
  v.object({ node: v.string() }),
  v.object({ role: v.string() }),
  v.object({ notRole: v.string(), nth: count }),
]);

const when = v.union([
  v.object({ atUs: count }),
  v.object({
    event: v.string(),
    of: v.optional(target),
    nth: count,
    since: v.optional(v.string()),
    notBeforeUs: v.optional(count),
    afterUs: count,
  }),
]);

const fault = v.looseObject({ kind: v.string(), when, durationUs: count });

const choices = v.variant('kind', [
  v.object({
    kind: v.literal('seed'),
    seed: count,
    overrides: v.array(choice),
    forks: v.array(v.tuple([count, whole])),
  }),
  v.object({ kind: v.literal('calm'), list: v.array(choice) }),
]);

const schema = v.object({
  schema: v.literal('seedstorm-case/1'),
  scenario: v.string(),
  config: v.record(v.string(), setting),
  plan: v.array(fault),
  intents: v.array(v.unknown()),
  choices,
  identityVersions: v.record(v.string(), v.number()),
  outcome: v.optional(
    v.object({
      verdict: v.picklist(['held', 'broken', 'inconclusive']),
      rung: v.optional(v.string()),
      key: v.optional(v.string()),
      step: v.optional(v.number()),
      digest: v.string(),
    }),
  ),
});

/**
 * Reads the text of a case file.
 *
 * @param path where the text comes from, for errors
 * @throws UsageError that names file and field when the text is cut off, of something else, or
 * of a layout that this version does not know
 */
export function parseCase(text: string, path: string): CaseFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`not a whole JSON document: ${why}`, path, 'was the file cut off?');
  }
  const layout = (value as { schema?: unknown } | null)?.schema;
  if (layout !== 'seedstorm-case/1') {
    const found = typeof layout === 'string' ? `its schema is ${layout}` : 'it has no schema field';
    throw new UsageError(
      `not a case file: ${found}`,
      `${path}, schema`,
      "expected schema 'seedstorm-case/1', as sweeps write it below logs/failures",
    );
  }
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return value as CaseFile;
  const [issue] = parsed.issues;
  const field = (issue.path ?? []).map((part) => String(part.key)).join('.');
  const received = issue.received === 'undefined' ? 'nothing' : issue.received;
  throw new UsageError(
    `${field} does not fit: expected ${issue.expected ?? 'something else'}, found ${received}`,
    `${path}, ${field}`,
  );
}
