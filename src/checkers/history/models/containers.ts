import { decideQueue } from '../fast/queue-order.ts';
import { decideStack } from '../fast/stack-nesting.ts';
import type { NamedModel } from '../model.ts';
import type { HistoryOperation } from '../operation.ts';
import { valueText } from '../values.ts';

/** What is inside, the next to be removed first. */
type Content = readonly unknown[];

function read(operation: HistoryOperation): HistoryOperation | string {
  const { op, outcome, value } = operation;
  if (op === 'remove') return outcome === 'ok' ? operation : { ...operation, value: null };
  if (op !== 'insert') return `expected \`op\` to be one of insert, remove, got '${op}'`;
  return value === null ? 'expected insert to have a `value`' : operation;
}

function removed(content: Content, { outcome, value }: HistoryOperation): Content | undefined {
  if (content.length === 0) return outcome !== 'ok' || value === null ? content : undefined;
  if (outcome === 'ok' && content[0] !== value) return undefined;
  return content.slice(1);
}

const isEmptyRemoval = ({ op, outcome, value }: HistoryOperation): boolean =>
  op === 'remove' && outcome === 'ok' && value === null;

function units({ op, outcome, value }: HistoryOperation): string | undefined {
  return op === 'remove' && outcome !== 'ok' ? undefined : valueText(value);
}

const shared = {
  initial: [],
  identity: (content: Content) => content.map(valueText).join(),
  observes: isEmptyRemoval,
  silent: ({ op }: HistoryOperation) => op === 'insert',
  // A value can go with all that inserted and removed it: the others keep their order.
  units: () => units,
  effect: ({ op, value }: HistoryOperation) => (op === 'remove' ? op : `${op} ${valueText(value)}`),
  text: ({ op, outcome, value }: HistoryOperation) => {
    if (op === 'insert') return `insert ${valueText(value)}`;
    return outcome === 'ok'
      ? `remove -> ${value === null ? 'nothing' : valueText(value)}`
      : 'remove';
  },
  read,
  readInitial: (given: unknown) =>
    Array.isArray(given) && !given.includes(null) ? (given as Content) : undefined,
} as const;

/** A first-in-first-out queue. */
export const queue: NamedModel<Content> = {
  ...shared,
  name: 'queue',
  noun: 'the queue',
  summary: 'insert v, remove -> the oldest, or null when empty; empty at first',
  step: (content, operation) =>
    operation.op === 'insert' ? [...content, operation.value] : removed(content, operation),
  decide: (operations, initial) => decideQueue(operations, initial),
  needs: ({ op, value }) =>
    op === 'remove' && value === null ? 'be empty' : `begin with ${valueText(value)}`,
  describe: (content) => (content.length === 0 ? 'is empty' : `has ${valueText(content)} in it`),
  aliases: { enqueue: 'insert', dequeue: 'remove' },
  initials: 'a list, the oldest first',
};

/** A stack: last in, first out. Its content is told from the top. */
export const stack: NamedModel<Content> = {
  ...shared,
  name: 'stack',
  noun: 'the stack',
  summary: 'insert v, remove -> the newest, or null when empty; empty at first',
  step: (content, operation) =>
    operation.op === 'insert' ? [operation.value, ...content] : removed(content, operation),
  decide: (operations, initial) => decideStack(operations, [...initial].reverse()),
  needs: ({ op, value }) =>
    op === 'remove' && value === null ? 'be empty' : `have ${valueText(value)} on top`,
  describe: (content) =>
    content.length === 0 ? 'is empty' : `has ${valueText(content)} in it, from the top`,
  aliases: { push: 'insert', pop: 'remove' },
  // As a list is written whose last element was pushed last.
  readInitial: (given) => {
    const content = shared.readInitial(given);
    return content === undefined ? undefined : [...content].reverse();
  },
  initials: 'a list, the newest last',
};
