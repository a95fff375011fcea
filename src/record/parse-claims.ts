import * as v from 'valibot';
import type { Claim, Claims } from './claims.ts';
import { fieldComplaint } from './field-complaint.ts';
import { didYouMean } from './near-names.ts';
import { UsageError } from './usage-error.ts';

const text = v.pipe(v.string('must be a text'), v.trim(), v.minLength(1, 'must not be empty'));
const wholeMessage = 'must be a whole number from 1 on';
const whole = v.pipe(
  v.number(wholeMessage),
  v.safeInteger(wholeMessage),
  v.minValue(1, wholeMessage),
);
const names = v.pipe(
  v.array(text, 'must be a list of texts'),
  v.minLength(1, 'must not be an empty list'),
);
const settings = v.record(
  v.string(),
  v.union([v.number(), v.string(), v.boolean()], 'must be a number, a text or a boolean'),
  'must be an object of settings',
);

const checks = {
  sweep: v.strictObject({
    kind: v.literal('sweep'),
    scenario: text,
    set: v.optional(settings),
    seeds: whole,
    rungs: v.optional(names),
    probes: v.optional(names),
  }),
  doctor: v.strictObject({
    kind: v.literal('doctor'),
    scenario: text,
    set: v.optional(settings),
    seeds: whole,
  }),
  mutants: v.strictObject({
    kind: v.literal('mutants'),
    system: text,
    mutants: v.optional(names),
    controlSeeds: v.optional(whole),
  }),
  command: v.strictObject({ kind: v.literal('command'), run: text }),
};

/** A path below the folder of the claims, with slashes, outside of what evidence itself writes. */
const path = v.pipe(
  text,
  v.check(
    (given) => !/^(?:[/\\~]|[A-Za-z]:)/.test(given) && !given.split(/[\\/]/).includes('..'),
    'must be a path below the folder of the claims',
  ),
  v.check((given) => !given.includes('\\'), 'must have slashes, not backslashes'),
  v.check(
    (given) => !/^(?:\.\/)?logs(?:\/|$)/.test(given),
    'must not be in logs: evidence never changes what it vouches for',
  ),
  v.transform((given) => given.replace(/^\.\/(?=.)/, '').replace(/(?<=.)\/+$/, '')),
);

const claim = v.strictObject(
  {
    id: v.pipe(
      text,
      v.regex(/^[A-Za-z0-9][\w./-]*$/, 'must be of letters, digits and . _ / - alone'),
    ),
    text,
    group: text,
    check: v.variant(
      'kind',
      [checks.sweep, checks.doctor, checks.mutants, checks.command],
      `must be one of ${Object.keys(checks).join(', ')}`,
    ),
    paths: v.pipe(
      v.array(path, 'must be a list of files and folders'),
      v.minLength(1, 'must not be an empty list: nothing could make the claim stale'),
    ),
    saidIn: v.optional(
      v.array(v.strictObject({ file: text, words: text }), 'must be a list of files with words'),
    ),
  },
  'must be an object',
);

const statusFile = v.pipe(
  text,
  v.regex(/\.(?:md|json|html)$/, 'must be a file that ends in .md, .json or .html'),
);

const schema = v.strictObject(
  {
    schema: v.literal('seedstorm-claims/1', 'must be "seedstorm-claims/1"'),
    title: v.optional(text, 'Status'),
    files: v.optional(v.array(statusFile, 'must be a list of files'), ['docs/status.md']),
    claims: v.array(claim, 'must be a list of claims'),
  },
  'must be an object',
);

const fields: Readonly<Record<string, readonly string[]>> = {
  '': Object.keys(schema.entries),
  claims: Object.keys(claim.entries),
  'claims.saidIn': ['file', 'words'],
  'claims.check': [
    ...new Set(Object.values(checks).flatMap((check) => Object.keys(check.entries))),
  ],
};

/** Fields in which a person would type a status, and which no claim has. */
const typedStatus: ReadonlySet<string> = new Set(['status', 'state', 'done', 'percent', 'held']);

/**
 * Reads the text of `claims.json`.
 *
 * @param file where the text comes from, for errors
 * @throws UsageError that names file, field and value
 */
export function parseClaims(content: string, file: string): Claims {
  let given: unknown;
  try {
    given = JSON.parse(content);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`not a JSON document: ${why}`, file);
  }
  const result = v.safeParse(schema, given);
  if (!result.success) {
    const complaint = fieldComplaint(result.issues[0], file, [], fields);
    const name = String(result.issues[0].path?.at(-1)?.key ?? '');
    if (!typedStatus.has(name)) throw complaint;
    const hint = 'a claim has no status: seedstorm status computes it from evidence';
    throw new UsageError(complaint.what, complaint.where, hint);
  }
  const claims = result.output as Claims;
  refuseTwins(claims.claims, file);
  refuseStatusFiles(claims, file);
  return claims;
}

function refuseTwins(claims: readonly Claim[], file: string): void {
  const seen = new Map<string, number>();
  for (const [at, { id }] of claims.entries()) {
    const before = seen.get(id);
    if (before !== undefined) {
      throw new UsageError(
        `${JSON.stringify(id)} is the id of claims[${before}] already`,
        `${file}, claims[${at}].id`,
      );
    }
    seen.set(id, at);
  }
}

function refuseStatusFiles({ claims, files }: Claims, file: string): void {
  for (const [at, { paths }] of claims.entries()) {
    const index = paths.findIndex((one) => files.includes(one));
    if (index < 0) continue;
    const what = `${JSON.stringify(paths[index])} is written by status: it vouches for nothing`;
    throw new UsageError(what, `${file}, claims[${at}].paths[${index}]`);
  }
}

/** The claim of an id. @throws UsageError when there is none */
export function claimOf({ claims }: Claims, id: string): Claim {
  const found = claims.find((one) => one.id === id);
  if (found !== undefined) return found;
  const hint = didYouMean(
    id,
    claims.map((one) => one.id),
  );
  throw new UsageError(`there is no claim ${id}`, '', hint);
}
