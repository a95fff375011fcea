import { type Field, listOf, structure, text } from '../../common/fields.ts';
import type { FaultList } from './fault.ts';
import { quoted } from './names.ts';

/** A name with a value: a label, or a variable of an environment. */
export interface Label {
  readonly key: string;
  readonly value: string;
}

/** Labels have distinct keys and stand in the order of these, so that equal sets are equal lists. */
export type Labels = readonly Label[];

export const labelsField: Field<Labels> = listOf(
  structure<Label>({ key: text, value: text }),
) as Field<Labels>;

/** Labels from pairs in any order. Of pairs with one key the last counts. */
export function labelsFrom(pairs: Iterable<readonly [string, string]>): Labels {
  const sorted = [...new Map(pairs)].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([key, value]) => ({ key, value }));
}

/** The value of a label, or undefined. */
export function labelValue(labels: Labels, key: string): string | undefined {
  return labels.find((label) => label.key === key)?.value;
}

const keyPattern = /^[A-Za-z0-9]([A-Za-z0-9._/-]{0,126}[A-Za-z0-9])?$/;
const variablePattern = /^[A-Za-z_][A-Za-z0-9_.-]{0,254}$/;

/** Asks for labels in order, with keys and values of lawful shape. */
export function checkLabels(faults: FaultList, field: string, labels: Labels): void {
  const right = 'letters, digits, and . _ / - between them';
  check(faults, field, labels, keyPattern, right, 1_024);
}

/** Asks for variables in order of their names, with names that a shell takes. */
export function checkVariables(faults: FaultList, field: string, variables: Labels): void {
  const right = 'a letter or _, then letters, digits, _ . -';
  check(faults, field, variables, variablePattern, right, 65_536);
}

function check(
  faults: FaultList,
  field: string,
  labels: Labels,
  pattern: RegExp,
  right: string,
  mostLetters: number,
): void {
  if (labels.length > 256) faults.add(field, `there are ${labels.length}`, 'at most 256');
  let last: string | null = null;
  for (const { key, value } of labels) {
    if (!pattern.test(key)) faults.add(`${field}.${key}`, `${quoted(key)} is no key`, right);
    faults.length(`${field}.${key}`, value, mostLetters, true);
    if (last !== null && last >= key) {
      faults.add(
        `${field}.${key}`,
        'it is out of order or there twice',
        'sorted by key, once each',
      );
    }
    last = key;
  }
}
