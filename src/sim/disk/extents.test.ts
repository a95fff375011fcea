import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Extents } from './extents.ts';

const size = 24;
const change = fc.record({
  add: fc.boolean(),
  from: fc.nat(size),
  length: fc.nat(8),
});

test('extents hold what a naive set holds, in the fewest ranges', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
      const extents = new Extents();
      const naive = new Set<number>();
      for (const { add, from, length } of changes) {
        if (add) extents.add(from, from + length);
        else extents.remove(from, from + length);
        for (let at = from; at < from + length; at++) {
          if (add) naive.add(at);
          else naive.delete(at);
        }
        const offsets = [...naive].sort((one, other) => one - other);
        expect(extents.empty).toBe(naive.size === 0);
        expect(extents.from).toBe(offsets[0] ?? 0);
        expect(extents.to).toBe(naive.size === 0 ? 0 : (offsets.at(-1) as number) + 1);
        for (let at = 0; at < size + 10; at++) expect(extents.has(at)).toBe(naive.has(at));
        const { bounds } = extents;
        for (let at = 1; at < bounds.length; at++) {
          expect(bounds[at]).toBeGreaterThan(bounds[at - 1] as number);
        }
        expect(extents.copy().bounds).toEqual(bounds);
      }
    }),
    { numRuns: 300 },
  );
});
