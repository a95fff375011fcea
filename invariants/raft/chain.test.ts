import { expect, test } from 'vitest';
import { Chain } from './chain.ts';
import { unknownPrefix } from './log-mirror.ts';

function filled(base: number, prefix: number, hashes: readonly number[]): Chain {
  const chain = new Chain();
  chain.restart(base, 1, prefix);
  for (const hash of hashes) chain.push(1, hash);
  return chain;
}

// Found by seed 244633000035 of storage-conversions: a node read its log anew from before all that was remembered.
test('a chain that began with what nobody remembers is right from where it is anchored on', () => {
  const whole = filled(0, 0, [11, 12, 13, 14, 15]);
  const late = filled(2, unknownPrefix, [13, 14, 15]);
  expect(late.prefix(5)).not.toBe(whole.prefix(5));
  late.anchor(3, whole.prefix(3));
  expect([late.base, late.last]).toEqual([3, 5]);
  for (const index of [3, 4, 5]) expect(late.prefix(index)).toBe(whole.prefix(index));
  late.push(1, 16);
  whole.push(1, 16);
  expect(late.prefix(6)).toBe(whole.prefix(6));
});

test('an anchor outside a chain changes nothing', () => {
  const chain = filled(2, 7, [13, 14]);
  chain.anchor(9, 1);
  expect([chain.base, chain.last, chain.prefix(2)]).toEqual([2, 4, 7]);
});
