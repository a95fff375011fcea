import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOneTooMany, mostMore, overfullDomains, partsTooMany, type Site } from './caps.ts';

/** `regions` of `zones` of `hosts` with so many servers each. */
function tree(regions: number, zones: number, hosts: number, servers = 1): Site[] {
  return Array.from({ length: regions * zones * hosts * servers }, (_, at) => ({
    region: Math.floor(at / (zones * hosts * servers)),
    zone: Math.floor(at / (hosts * servers)),
    host: Math.floor(at / servers),
  }));
}

const cap = fc.constantFrom(1, 2, 3, 255);
const caps = fc.record({ host: cap, zone: cap, region: cap });
const site = fc
  .record({ region: fc.nat(2), zone: fc.nat(1), host: fc.nat(1) })
  .map(({ region, zone, host }) => {
    const inAll = region * 10 + zone;
    return { region, zone: inAll, host: inAll * 10 + host };
  });

/** Whether the parts keep the caps, but where `before` broke them already. Written to be plain. */
function isLawful(
  limit: Readonly<Record<string, number>>,
  before: readonly Site[],
  parts: readonly Site[],
): boolean {
  return (['host', 'zone', 'region'] as const).every((level) =>
    parts.every(({ [level]: domain }) => {
      const count = (all: readonly Site[]) => all.filter((one) => one[level] === domain).length;
      return count(parts) <= Math.max(limit[level]!, count(before));
    }),
  );
}

describe('the most that servers can take', () => {
  it('is what the best of all sets of them has', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(
        caps,
        fc.array(site, { maxLength: 4 }),
        fc.array(site, { maxLength: 8 }),
        (limit, held, able) => {
          let most = 0;
          for (let set = 0; set < 2 ** able.length; set++) {
            const taken = able.filter((_, at) => (set >> at) & 1);
            if (taken.length > most && isLawful(limit, held, [...held, ...taken])) {
              most = taken.length;
            }
          }
          expect(mostMore(limit, held, able)).toBe(most);
          seen.add(most === able.length ? 'all' : most === 0 ? 'none' : 'some');
        },
      ),
      { numRuns: 1_500 },
    );
    expect([...seen].sort()).toEqual(['all', 'none', 'some']);
  });

  it('is two parts for each region of a class that survives one', () => {
    const limit = { host: 1, zone: 2, region: 2 };
    expect(mostMore(limit, [], tree(3, 2, 4))).toBe(6);
    expect(mostMore(limit, [], tree(2, 2, 4))).toBe(4);
    expect(mostMore({ ...limit, region: 255 }, [], tree(2, 2, 4))).toBe(8);
  });

  it('is one part for a host with several servers', () => {
    expect(mostMore({ host: 1, zone: 255, region: 255 }, [], tree(1, 1, 3, 4))).toBe(3);
  });
});

describe('caps', () => {
  const limit = { host: 1, zone: 1, region: 2 };
  const [a, b, c, d] = tree(2, 2, 2) as [Site, Site, Site, Site];

  it('are kept or broken domain by domain', () => {
    expect(overfullDomains(limit, [a, c])).toEqual([]);
    expect(overfullDomains(limit, [a, b])).toEqual(['zone 0']);
    expect(overfullDomains(limit, [a, a, c])).toEqual(['host 0', 'zone 0', 'region 0']);
    expect(overfullDomains(limit, [a, b, c, d])).toEqual(['zone 0', 'zone 1', 'region 0']);
  });

  it('are exceeded by so many parts', () => {
    expect(partsTooMany(limit, [a, c])).toBe(0);
    expect(partsTooMany(limit, [a, b, c, d])).toBe(4);
  });

  it('count one more part exactly as all together', () => {
    fc.assert(
      fc.property(caps, fc.array(site, { maxLength: 6 }), site, (drawn, parts, more) => {
        const grows = partsTooMany(drawn, [...parts, more]) > partsTooMany(drawn, parts);
        expect(isOneTooMany(drawn, parts, more)).toBe(grows);
        expect(overfullDomains(drawn, parts).length > 0).toBe(partsTooMany(drawn, parts) > 0);
        expect(partsTooMany(drawn, parts) === 0).toBe(isLawful(drawn, [], parts));
      }),
    );
  });
});
