import type * as v from 'valibot';
import { didYouMean } from './near-names.ts';
import { UsageError } from './usage-error.ts';

/**
 * What a schema found wrong in a file that a person writes, as an error that names file, field and
 * value.
 *
 * @param path of the file
 * @param above the field that the checked value stands in, if it is not the whole file
 * @param fields names by the fields that have them, numbers of lists left out, for suggestions
 */
export function fieldComplaint(
  issue: v.BaseIssue<unknown>,
  path: string,
  above: readonly string[],
  fields: Readonly<Record<string, readonly string[]>>,
): UsageError {
  const keys = [...above, ...(issue.path ?? []).map((part) => String(part.key))];
  const field = keys.map((key, at) => (/^\d+$/.test(key) ? `[${key}]` : at ? `.${key}` : key));
  const where = keys.length === 0 ? path : `${path}, ${field.join('')}`;
  const name = keys.at(-1) ?? '';
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    const owner = keys.slice(0, -1).filter((key) => !/^\d+$/.test(key));
    const known = fields[owner.join('.')] ?? [];
    return new UsageError(`there is no field ${name}`, where, didYouMean(name, known));
  }
  if (issue.type === 'strict_object' && issue.received === 'undefined') {
    return new UsageError(`${name} is missing`, where);
  }
  const got =
    issue.kind === 'schema' || issue.received !== 'Object' ? `, got ${issue.received}` : '';
  return new UsageError(`${name} ${issue.message}${got}`, where);
}
