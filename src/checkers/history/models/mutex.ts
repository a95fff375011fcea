import { decideMutex } from '../fast/mutex-turns.ts';
import type { NamedModel } from '../model.ts';
import type { HistoryOperation } from '../operation.ts';

const initials = new Map<unknown, boolean>([
  [false, false],
  ['free', false],
  [true, true],
  ['held', true],
]);

/** A lock: held by one at a time, released by whoever likes. States: whether it is held. */
export const mutex: NamedModel<boolean> = {
  name: 'mutex',
  noun: 'the lock',
  summary: 'acquire, release; free at first',
  initial: false,
  step(held, operation) {
    // Whoever may have acquired it did so only if it was free.
    const acquires = operation.op === 'acquire';
    if (held !== acquires) return acquires;
    return operation.outcome === 'ok' ? undefined : held;
  },
  decide: decideMutex,
  needs: ({ op }) => (op === 'acquire' ? 'be free' : 'be held'),
  describe: (held) => (held ? 'is held' : 'is free'),
  read({ value: _, ...operation }: HistoryOperation) {
    if (operation.op === 'acquire' || operation.op === 'release')
      return { ...operation, value: null };
    return `expected \`op\` to be one of acquire, release, got '${operation.op}'`;
  },
  readInitial: (given) => initials.get(given),
  initials: '"free" or "held"',
};
