import { expect, it } from 'vitest';
import { storageFacts } from './facts.ts';
import { storageRungs } from './ladder.ts';

it('has words for every rung, and for no other', () => {
  const rungs = storageRungs.map(({ id }) => id).toSorted();
  expect(Object.keys(storageFacts).toSorted()).toEqual(rungs);
});
