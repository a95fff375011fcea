import type { KvOperation } from './kv-protocol.ts';

const withKey: readonly KvOperation[] = ['get', 'put', 'append', 'cas', 'delete'];
const withValue: readonly KvOperation[] = ['put', 'append', 'cas'];

/** How each operation may be meant, sizes at limits aside. See docs/not-generated.md. */
const meanings: Readonly<Record<KvOperation, readonly string[]>> = {
  get: ['linearizable', 'local'],
  put: ['plain', 'padded', 'empty'],
  append: ['plain', 'padded'],
  cas: ['last-seen', 'stale', 'unset', 'other-value'],
  delete: ['plain'],
};

/** The answers that differ in meaning; other operations only say that they are done. */
const answers: Readonly<Record<KvOperation, readonly string[]>> = {
  get: ['value', 'unset'],
  put: ['done'],
  append: ['done'],
  cas: ['yes', 'no'],
  delete: ['yes', 'no'],
};

function cellsOfMeanings(): string[] {
  const cells: string[] = [];
  for (const operation of withKey) {
    for (const option of meanings[operation]) {
      for (const answer of answers[operation]) {
        for (const phase of ['form', 'storm', 'settle']) {
          cells.push(`${operation}/${option}/ok:${answer}/${phase}`);
        }
      }
      cells.push(`${operation}/${option}/info:timeout/storm`);
    }
    cells.push(`${operation}/*/info:client-restart/storm`, `${operation}/*/info:still-open/settle`);
    cells.push(`resend/now/${operation}/storm`, `resend/new-leader/${operation}/storm`);
  }
  cells.push('restart/client/storm');
  return cells;
}

function cellsAtLimits(): string[] {
  const cells: string[] = [];
  const limits = [
    ['key', withKey],
    ['value', withValue],
  ] as const;
  for (const [what, operations] of limits) {
    for (const operation of operations) {
      cells.push(`${operation}/${what}-below-limit/ok*/storm`);
      cells.push(`${operation}/${what}-at-limit/ok*/storm`);
      cells.push(`${operation}/${what}-over-limit/fail*/storm`);
    }
  }
  return cells;
}

/**
 * The cells that clients of a key-value service reach if the workload does what it should.
 * @param refusals the service's refusals, each with the operations that it can meet
 */
export function kvRequiredCells(
  refusals: Readonly<Record<string, readonly KvOperation[]>>,
): readonly string[] {
  const refused = Object.entries(refusals).flatMap(([status, operations]) => [
    ...operations.map((operation) => `refused/${operation}/${status}`),
    `late-reply/${status}`,
  ]);
  return [...cellsOfMeanings(), ...cellsAtLimits(), ...refused];
}
