import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  actors,
  desiredStates,
  isTerminal,
  mayStep,
  mayWish,
  rankOf,
  taskStates,
} from './task-states.ts';

const state = fc.constantFrom(...taskStates);

test('every step goes forward, none leads out of an end, and each has one actor', () => {
  fc.assert(
    fc.property(state, state, (from, to) => {
      const able = actors.filter((actor) => mayStep(actor, from, to));
      expect(able.length).toBeLessThanOrEqual(1);
      if (able.length === 0) return;
      expect(rankOf(to)).toBeGreaterThan(rankOf(from));
      expect(isTerminal(from)).toBe(false);
    }),
    { numRuns: 500 },
  );
});

test('the columns of the table', () => {
  const column = (actor: (typeof actors)[number]) =>
    taskStates.flatMap((from) => {
      const to = taskStates.filter((one) => mayStep(actor, from, one));
      return to.length === 0 ? [] : [`${from}: ${to.join(' ')}`];
    });
  expect(column('allocator')).toEqual(['new: pending']);
  expect(column('scheduler')).toEqual(['pending: assigned']);
  expect(column('manager')).toEqual(
    ['assigned', 'accepted', 'preparing', 'ready', 'starting', 'running'].map(
      (from) => `${from}: orphaned`,
    ),
  );
  expect(column('agent')).toEqual([
    'assigned: accepted preparing ready starting running complete shutdown failed rejected',
    'accepted: preparing ready starting running complete shutdown failed rejected',
    'preparing: ready starting running complete shutdown failed rejected',
    'ready: starting running complete shutdown failed',
    'starting: running complete shutdown failed',
    'running: complete shutdown failed',
  ]);
});

test('wishes go forward only', () => {
  const pairs = desiredStates.flatMap((from) =>
    desiredStates.filter((to) => mayWish(from, to)).map((to) => `${from} ${to}`),
  );
  expect(pairs).toEqual([
    'ready running',
    'ready shutdown',
    'ready remove',
    'running shutdown',
    'running remove',
    'shutdown remove',
  ]);
});
