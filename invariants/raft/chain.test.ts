import { describe, expect, it } from 'vitest';
import { Chain, unknownPrefix } from './chain.ts';

/** Entries 1 to 6, with an entry of another hash from `otherFrom` on, behind a base. */
function chainFrom(base: number, prefix: number, otherFrom = 7): Chain {
  const chain = new Chain();
  chain.restart(base, 1, prefix);
  for (let index = base + 1; index <= 6; index++) {
    chain.push(1, index < otherFrom ? index * 11 : index * 13);
  }
  return chain;
}

describe('Chain', () => {
  const whole = chainFrom(0, 0);
  const known = whole.prefix(3);

  it('is anchored where its prefix is known: all behind follows from there', () => {
    const chain = chainFrom(1, unknownPrefix);
    expect(chain.prefix(5)).not.toBe(whole.prefix(5));
    chain.anchor(3, known);
    expect([chain.base, chain.last]).toEqual([3, 6]);
    for (let index = 3; index <= 6; index++) expect(chain.prefix(index)).toBe(whole.prefix(index));
  });

  it('still tells what is another entry behind the anchor', () => {
    const chain = chainFrom(1, unknownPrefix, 5);
    chain.anchor(3, known);
    expect(chain.prefix(4)).toBe(whole.prefix(4));
    expect(chain.prefix(5)).not.toBe(whole.prefix(5));
  });

  it('stays as it is when it does not reach so far', () => {
    const chain = chainFrom(1, unknownPrefix);
    chain.anchor(9, known);
    expect([chain.base, chain.last]).toEqual([1, 6]);
  });
});
