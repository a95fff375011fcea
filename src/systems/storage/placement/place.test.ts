import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { explainBriefly, explainPlacement } from './explain.ts';
import { brokenCaps, domainUse, type Place, type PlacementRequest, place } from './place.ts';
import {
  capsFor,
  classFault,
  levels,
  minimumDurable,
  neededParts,
  type Redundancy,
  type StorageClass,
  strategies,
  totalParts,
  unlimited,
} from './storage-class.ts';

/** `regions` of `zones` of `hosts` of one disk each. */
function topology(regions: number, zones: number, hosts: number): Place[] {
  return Array.from({ length: regions * zones * hosts }, (_, i) => ({
    id: i + 1,
    region: 1 + Math.floor(i / (zones * hosts)),
    zone: 1 + Math.floor(i / hosts),
    host: i + 1,
    weight: 10,
    freeBytes: 1_000_000,
    state: 'up' as const,
  }));
}

function storageClass(redundancy: Redundancy, overrides: Partial<StorageClass> = {}): StorageClass {
  return {
    id: 1,
    name: 'test',
    redundancy,
    caps: capsFor(redundancy, 'zone'),
    strategy: 'spread',
    whenInfeasible: 'refuse',
    landing: 0,
    ...overrides,
  };
}

function request(overrides: Partial<PlacementRequest> = {}): PlacementRequest {
  return {
    places: topology(3, 2, 4),
    storageClass: storageClass(ec(4, 2)),
    key: 17,
    held: [],
    partBytes: 1_024,
    excluded: [],
    homeRegion: 0,
    ...overrides,
  };
}

function ec(dataParts: number, parityParts: number): Redundancy {
  return { kind: 'erasure', dataParts, parityParts };
}

/** The most parts that fit, by trying every subset of the usable places. */
function mostParts(asked: PlacementRequest, used: readonly number[]): number {
  const { storageClass: of } = asked;
  const usable = asked.places.filter(
    (one) =>
      one.state === 'up' &&
      one.weight > 0 &&
      one.freeBytes >= asked.partBytes &&
      !asked.excluded.includes(one.id) &&
      !used.includes(one.id),
  );
  const wanted = totalParts(of.redundancy) - used.filter((id) => id !== 0).length;
  let most = 0;
  for (let subset = 0; subset < 2 ** usable.length; subset++) {
    const extra = usable.filter((_, i) => (subset >> i) & 1);
    if (extra.length <= most || extra.length > wanted) continue;
    const use = domainUse(asked.places, used.concat(extra.map((one) => one.id)));
    // What is held may exceed a cap already; then its domain may only not grow.
    const before = domainUse(asked.places, used);
    const fits = levels.every((level) =>
      [...use[level]].every(
        ([domain, n]) => n <= Math.max(of.caps[level], before[level].get(domain) ?? 0),
      ),
    );
    if (fits) most = extra.length;
  }
  return most;
}

const cap = fc.constantFrom(1, 2, 3, unlimited);
const randomPlaces = fc
  .array(
    fc.record({
      region: fc.integer({ min: 1, max: 3 }),
      zone: fc.integer({ min: 0, max: 2 }),
      host: fc.integer({ min: 0, max: 2 }),
      weight: fc.constantFrom(1, 10, 1_000, 0),
      freeBytes: fc.constantFrom(2_000, 2_000, 2_000, 10),
      state: fc.constantFrom('up' as const, 'up', 'up', 'up', 'down', 'draining'),
    }),
    { maxLength: 10 },
  )
  .map((drawn) =>
    drawn.map((one, i) => {
      const zone = one.region * 10 + one.zone;
      return { ...one, id: i + 1, zone, host: zone * 10 + one.host };
    }),
  );
const randomRequest: fc.Arbitrary<PlacementRequest> = fc.record({
  places: randomPlaces,
  storageClass: fc.record({
    id: fc.constant(1),
    name: fc.constant('drawn'),
    redundancy: fc.constantFrom<Redundancy>(
      { kind: 'replicated', copies: 1 },
      { kind: 'replicated', copies: 3 },
      ec(2, 1),
      ec(4, 2),
      ec(2, 4),
    ),
    caps: fc.record({ host: cap, zone: cap, region: cap }),
    strategy: fc.constantFrom(...strategies),
    whenInfeasible: fc.constantFrom('refuse' as const, 'flag'),
    landing: fc.constant(0),
  }),
  key: fc.nat(),
  held: fc.array(fc.nat(3), { maxLength: 3 }).map((held) => [...new Set(held)]),
  partBytes: fc.constant(1_024),
  excluded: fc.array(fc.integer({ min: 1, max: 10 }), { maxLength: 2 }),
  homeRegion: fc.nat(3),
});

describe('against an oracle that tries every subset', () => {
  test('places all parts exactly when that is possible, and never breaks a cap', () => {
    const seen = { satisfied: 0, degraded: 0, refused: 0 };
    fc.assert(
      fc.property(randomRequest, (asked) => {
        const answer = place(asked);
        const { redundancy, caps } = asked.storageClass;
        const total = totalParts(redundancy);
        const held = Array.from({ length: total }, (_, i) => asked.held[i] ?? 0);
        const wanted = held.filter((id) => id === 0).length;
        expect(answer.shortfall).toBe(wanted - mostParts(asked, held));
        seen[answer.verdict] += 1;
        if (answer.verdict === 'refused') {
          expect(answer.members).toEqual(held);
          return;
        }
        for (const [part, id] of held.entries()) {
          if (id !== 0) expect(answer.members[part]).toBe(id);
        }
        const placed = answer.members.filter((id) => id !== 0);
        expect(new Set(placed).size).toBe(placed.length);
        expect(placed.length).toBeGreaterThanOrEqual(neededParts(redundancy));
        for (const choice of answer.chosen) {
          const one = asked.places[choice.place - 1]!;
          expect([one.state, one.freeBytes, one.weight > 0]).toEqual(['up', 2_000, true]);
          expect(asked.excluded).not.toContain(one.id);
          expect(choice.before.host).toBeLessThan(caps.host);
          if (answer.verdict === 'satisfied') expect(choice.beyond).toEqual([]);
        }
        if (answer.verdict === 'degraded') expect(answer.shortfall).toBeGreaterThan(0);
      }),
      { numRuns: 1_500 },
    );
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(50);
  });

  test('every place is either chosen, held or refused with a reason, and once', () => {
    fc.assert(
      fc.property(randomRequest, (asked) => {
        const answer = place(asked);
        const named = [...answer.chosen, ...answer.refused].map((one) => one.place);
        if (answer.verdict === 'refused') return;
        expect(named.sort((a, b) => a - b)).toEqual(asked.places.map((one) => one.id));
      }),
    );
  });
});

describe('the arithmetic of domains, on 3 regions of 2 zones of 4 hosts', () => {
  const regional = (redundancy: Redundancy) =>
    place(
      request({ storageClass: storageClass(redundancy, { caps: capsFor(redundancy, 'region') }) }),
    ).verdict;
  const zonal = (redundancy: Redundancy) =>
    place(request({ storageClass: storageClass(redundancy) })).verdict;

  test('4+2 and 8+4 survive a region, 8+3 and 16+4 only a zone', () => {
    const codes = [ec(4, 2), ec(8, 4), ec(8, 3), ec(16, 4)];
    expect(codes.map(regional)).toEqual(['satisfied', 'satisfied', 'refused', 'refused']);
    expect(codes.map(zonal)).toEqual(['satisfied', 'satisfied', 'satisfied', 'satisfied']);
  });

  test('parts are spread evenly over regions and zones', () => {
    const { members } = place(request());
    const use = domainUse(topology(3, 2, 4), members);
    expect([...use.region.values()]).toEqual([2, 2, 2]);
    expect([...use.zone.values()]).toEqual([1, 1, 1, 1, 1, 1]);
  });

  test('region-aware keeps to the home region as far as the cap allows', () => {
    const of = storageClass(ec(4, 2), { strategy: 'region-aware' });
    const { members } = place(request({ storageClass: of, homeRegion: 2 }));
    expect(domainUse(topology(3, 2, 4), members).region.get(2)).toBe(4);
  });

  test('rack-aware takes a zone of its own for each part', () => {
    const of = storageClass(ec(4, 2), { strategy: 'rack-aware' });
    for (let key = 0; key < 50; key++) {
      const { members } = place(request({ storageClass: of, key }));
      expect(domainUse(topology(3, 2, 4), members).zone.size).toBe(6);
    }
  });
});

describe('repair', () => {
  test('fills only the hole, within the caps of what is left', () => {
    const whole = place(request()).members;
    const held = whole.map((id, part) => (part === 3 ? 0 : id));
    const lost = whole[3]!;
    const { members, verdict } = place(request({ held, excluded: [lost] }));
    expect(verdict).toBe('satisfied');
    expect(members.filter((id, part) => id !== whole[part])).toHaveLength(1);
    expect(members).not.toContain(lost);
    expect(brokenCaps(topology(3, 2, 4), request().storageClass, members)).toEqual([]);
  });

  test('a refused repair leaves what is held as it was', () => {
    const places = topology(1, 2, 4);
    const answer = place(request({ places, held: [1, 0, 5, 6] }));
    expect([answer.verdict, answer.members]).toEqual(['refused', [1, 0, 5, 6, 0, 0]]);
    expect(answer.shortfall).toBe(2);
  });

  test('what can be read gets what parts there are places for, within the caps', () => {
    const places = topology(3, 2, 4).filter(({ id }) => id <= 5);
    const answer = place(request({ places, held: [1, 0, 3, 0, 4, 2] }));
    expect([answer.verdict, answer.shortfall]).toEqual(['degraded', 1]);
    expect(answer.members).toEqual([1, 5, 3, 0, 4, 2]);
    expect(answer.chosen.map(({ beyond }) => beyond)).toEqual([[]]);
  });
});

test('an infeasible class that is flagged is placed beyond its caps and says so', () => {
  const of = storageClass(ec(4, 2), { whenInfeasible: 'flag', landing: 0 });
  const places = topology(1, 2, 4);
  const answer = place(request({ places, storageClass: of }));
  expect([answer.verdict, answer.shortfall]).toEqual(['degraded', 2]);
  expect(answer.chosen.map((choice) => choice.beyond)).toEqual([
    [],
    [],
    [],
    [],
    ['zone'],
    ['zone'],
  ]);
  expect(brokenCaps(places, of, answer.members)).toEqual(['zone 1', 'zone 2']);
  // Five hosts: one part has no host of its own and stays without a place.
  const few = place(request({ places: places.slice(0, 5), storageClass: of }));
  expect([few.verdict, few.members.filter((id) => id === 0).length]).toEqual(['degraded', 1]);
  // Three hosts cannot hold the four parts that a reader needs.
  expect(place(request({ places: places.slice(0, 3), storageClass: of })).verdict).toBe('refused');
});

test('an answer explains itself', () => {
  const places = topology(1, 2, 2).map((one) =>
    one.id === 2 ? { ...one, state: 'draining' as const } : one,
  );
  const of = storageClass({ kind: 'replicated', copies: 2 });
  const answer = place(request({ places, storageClass: of, excluded: [3] }));
  expect(explainPlacement(answer, places).sort()).toEqual([
    'part 0 on place 1: region 1 held 0, zone 1 held 0, host 1 held 0',
    'part 1 on place 4: region 1 held 1, zone 2 held 0, host 4 held 0',
    'place 2 is being drained',
    'place 3 was excluded by the caller',
    'satisfied: compared by region, then zone, then host, then draw',
  ]);
});

test('what a class needs before a write counts', () => {
  expect(minimumDurable({ kind: 'replicated', copies: 3 })).toBe(2);
  expect([ec(4, 2), ec(8, 3), ec(16, 4)].map(minimumDurable)).toEqual([5, 10, 18]);
});

test('faulty classes are named', () => {
  const good = storageClass(ec(4, 2));
  expect(classFault(good)).toBeNull();
  expect(classFault({ ...good, id: 0 })).toBe('the id is at least 1');
  expect(classFault({ ...good, name: '' })).toBe('the name has 1 to 64 letters');
  expect(classFault({ ...good, redundancy: ec(0, 2) })).toBe('no such code');
  expect(classFault({ ...good, redundancy: ec(60, 5) })).toBe('a chunk has 1 to 64 parts');
  expect(classFault({ ...good, caps: { ...good.caps, zone: 0 } })).toBe(
    'a cap per zone is 1 to 255',
  );
});

test('caps follow from what a class has to survive', () => {
  const copies: Redundancy = { kind: 'replicated', copies: 3 };
  expect(capsFor(copies, 'host')).toEqual({ host: 1, zone: unlimited, region: unlimited });
  expect(capsFor(copies, 'region')).toEqual({ host: 1, zone: 1, region: 1 });
  expect(capsFor(ec(8, 3), 'zone')).toEqual({ host: 1, zone: 3, region: unlimited });
  expect(capsFor(ec(8, 3), 'region')).toEqual({ host: 1, zone: 3, region: 3 });
});

test('one line leaves out who was merely further away', () => {
  const places = topology(2, 2, 2).map((one) => (one.id < 3 ? { ...one, state: 'down' } : one));
  const pair: Redundancy = { kind: 'replicated', copies: 2 };
  const asked = request({ places: places as Place[], storageClass: storageClass(pair) });
  const line = explainBriefly({ chunk: 7, places: places as Place[], placement: place(asked) });
  expect(line).toMatch(/^looks for places for chunk 7: satisfied: /);
  expect(line).toMatch(/part 0 on place \d: region/);
  expect(line).toMatch(/each of 1, 2 is down/);
  expect(line).not.toMatch(/others came first/);
});

test.each(strategies)('%s gives the first part of a chunk by weight', (strategy) => {
  const places = topology(3, 2, 3).map((one) => ({ ...one, weight: [1, 2, 4][one.id % 3]! }));
  const copies = storageClass({ kind: 'replicated', copies: 3 }, { strategy });
  const firsts = new Map<number, number>();
  const keys = 4_200;
  for (let key = 0; key < keys; key++) {
    const [first] = place(request({ places, storageClass: copies, key })).members;
    const weight = places[first! - 1]!.weight;
    firsts.set(weight, (firsts.get(weight) ?? 0) + 1);
  }
  // Six servers of each weight; the keys are fixed, so this never changes its mind.
  for (const weight of [1, 2, 4]) {
    const expected = (keys * weight) / 7;
    expect(Math.abs(firsts.get(weight)! - expected)).toBeLessThan(4 * Math.sqrt(expected));
  }
});
