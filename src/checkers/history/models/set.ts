import { decideGrowingSet } from '../fast/set-growth.ts';
import type { NamedModel } from '../model.ts';
import type { HistoryOperation } from '../operation.ts';
import { valueText } from '../values.ts';

/** Elements in the order of their texts. */
type Elements = readonly unknown[];

function sorted(elements: readonly unknown[]): Elements {
  return [...elements].sort((a, b) => {
    const [x, y] = [valueText(a), valueText(b)];
    return x < y ? -1 : x > y ? 1 : 0;
  });
}

function step(elements: Elements, operation: HistoryOperation): Elements | undefined {
  const { op, outcome, result, value } = operation;
  const certain = outcome === 'ok';
  if (op === 'read') {
    return !certain || valueText(elements) === valueText(value) ? elements : undefined;
  }
  const inside = elements.includes(value);
  if (op === 'contains') return !certain || result === inside ? elements : undefined;
  const changes = op === 'add' ? !inside : inside;
  if (certain && result !== null && result !== changes) return undefined;
  if (!changes) return elements;
  return op === 'add' ? sorted([...elements, value]) : elements.filter((one) => one !== value);
}

function observes({ op, outcome, result }: HistoryOperation): boolean {
  return op === 'read' || op === 'contains' || (outcome === 'ok' && result === false);
}

function read(operation: HistoryOperation): HistoryOperation | string {
  const { op, outcome, result, value } = operation;
  if (!['add', 'remove', 'contains', 'read'].includes(op)) {
    return `expected \`op\` to be one of add, remove, contains, read, got '${op}'`;
  }
  if (op !== 'read') {
    const answered = op !== 'contains' || outcome !== 'ok' || result !== null;
    return answered ? operation : 'expected contains to have a `result`, true or false';
  }
  if (outcome !== 'ok') return { ...operation, value: null };
  return Array.isArray(value)
    ? { ...operation, value: sorted(value) }
    : 'expected the `value` of read to be a list';
}

/** Elements are independent, unless somebody sees them all. */
function partition(history: readonly HistoryOperation[]): (operation: HistoryOperation) => string {
  const whole = new Set<string>();
  for (const { key, op, outcome } of history) {
    if (op === 'read' && outcome === 'ok') whole.add(key);
  }
  return ({ key, value }) => {
    if (whole.has(key)) return key;
    return key === '' ? `element ${valueText(value)}` : `${key}, element ${valueText(value)}`;
  };
}

/** A set of values. */
export const set: NamedModel<Elements> = {
  name: 'set',
  noun: 'the set',
  summary: 'add v, remove v, contains v -> result, read -> list; empty at first',
  initial: [],
  step,
  identity: valueText,
  partition,
  observes,
  decide: decideGrowingSet,
  needs({ op, result, value }) {
    if (op === 'read') return `be ${valueText(value)}`;
    const inside = op === 'add' ? result === false : result === true;
    return `${inside ? 'contain' : 'not contain'} ${valueText(value)}`;
  },
  describe: (elements) => (elements.length === 0 ? 'is empty' : `is ${valueText(elements)}`),
  read,
  readInitial: (given) =>
    Array.isArray(given) && new Set(given).size === given.length ? sorted(given) : undefined,
  initials: 'a list of different elements',
};
