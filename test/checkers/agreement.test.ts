import { describe, expect, test } from 'vitest';
import { compareMany } from './agreement.ts';
import { kinds } from './subjects.ts';

// Together more than a hundred thousand histories; scripts/judge-histories.ts does millions.
const perKind = 8_400;

/** Kinds for which theory needs more than values that differ. */
const searched = ['store with deletions', 'store with appends', 'set by element', 'set with reads'];

describe('every judge agrees with trying everything', () => {
  test.each(kinds)('$name', (kind) => {
    const sum = compareMany(kind, 1, perKind);
    expect(sum.disputes).toEqual([]);
    expect(sum.legal).toBeGreaterThan(perKind / 4);
    expect(sum.illegal).toBeGreaterThan(perKind / 10);
    if (searched.includes(kind.name) || kind.model === 'multi-register') return;
    expect(sum.legalByTheory).toBeGreaterThan(perKind / 10);
    expect(sum.illegalByTheory).toBeGreaterThan(perKind / 25);
  });
});
