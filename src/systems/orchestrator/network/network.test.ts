import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader, ByteWriter } from '../../common/bytes.ts';
import { namePattern } from '../specs/names.ts';
import { NameTable, ResolverCache } from './name-table.ts';
import { addressText, parseName } from './names.ts';
import { pickBackend, pickSide } from './pick.ts';
import {
  type Candidate,
  type ServiceTable,
  type Shares,
  serviceTable,
  serviceTableField,
  tableFault,
} from './service-table.ts';

const head = { service: 'web', revision: 5, mode: 'vip', vip: 0x0a00_0001 } as const;
const task = (version: number, slot: number, given: Partial<Candidate> = {}): Candidate => {
  const address = version * 1_000 + slot;
  const well = { running: true, healthy: true, wanted: true };
  return { task: `t${address}`, slot, address, specVersion: version, ...well, ...given };
};
const old = [task(1, 1), task(1, 2)];
const next = [task(2, 1), task(2, 2), task(2, 3)];
const share = (weight: number): Shares => ({ from: 1, to: 2, weight });
/** A cheap stream of numbers that looks at its bound. */
const stream = (seed: number): ((bound: number) => number) => {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
};

describe('names', () => {
  it('lead to a service or to one of its tasks', () => {
    const cases: [string, ReturnType<typeof parseName>][] = [
      ['web', { service: 'web', slot: null }],
      ['WEB.Warren.', { service: 'web', slot: null }],
      ['web-2', { service: 'web', slot: 2 }],
      ['web-2.warren', { service: 'web', slot: 2 }],
      ['my-web-12', { service: 'my-web', slot: 12 }],
      ['web-v2', { service: 'web-v2', slot: null }],
      ['web-0', null],
      ['web-02', null],
      ['web--2', null],
      ['-2', null],
      ['web.example', null],
      ['web.warren.warren', null],
      ['', null],
      ['.', null],
    ];
    for (const [name, query] of cases) expect([name, parseName(name)]).toEqual([name, query]);
    expect(addressText(0x0a00_0102)).toBe('10.0.1.2');
  });

  it('are one to one with what a service may be called', () => {
    const name = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/);
    fc.assert(
      fc.property(name, fc.integer({ min: 1, max: 99_999 }), (service, slot) => {
        fc.pre(!/-[0-9]+$/.test(service) && namePattern.test(service));
        expect(parseName(`${service}.warren`)).toEqual({ service, slot: null });
        expect(parseName(`${service}-${slot}`)).toEqual({ service, slot });
      }),
    );
  });
});

describe('a table', () => {
  const candidate = fc.record({
    version: fc.integer({ min: 1, max: 3 }),
    running: fc.boolean(),
    healthy: fc.boolean(),
    wanted: fc.boolean(),
  });

  it('has only tasks that are well and wanted, of sides that have traffic', () => {
    const shares = fc.record({
      from: fc.constantFrom(0, 1),
      to: fc.constant(2),
      weight: fc.integer({ min: 0, max: 100 }),
    });
    fc.assert(
      fc.property(fc.array(candidate, { maxLength: 12 }), shares, (given, chosen) => {
        const all = given.map(({ version, ...state }, at) => task(version, at + 1, state));
        const table = serviceTable(head, all, chosen);
        expect(tableFault(table)).toBeNull();
        const listed = table.sides.flatMap((side) => side.backends.map((one) => one.task));
        const traffic = (version: number): boolean =>
          (version === 2 && (chosen.from === 0 || chosen.weight > 0)) ||
          (version === chosen.from && chosen.weight < 100);
        const right = all.filter(
          (one) => one.running && one.healthy && one.wanted && traffic(one.specVersion),
        );
        expect(new Set(listed)).toEqual(new Set(right.map((one) => one.task)));
        // The order in which tasks are found says nothing.
        expect(serviceTable(head, [...all].reverse(), chosen)).toEqual(table);
        const writer = new ByteWriter();
        serviceTableField.write(writer, table);
        expect(serviceTableField.read(new ByteReader(writer.finish()))).toEqual(table);
      }),
    );
  });

  it('gives a share whose side has no task to the other, but never to one that has none', () => {
    const weights = (table: ServiceTable) =>
      table.sides.map((side) => [side.specVersion, side.weight]);
    expect(weights(serviceTable(head, [...old, ...next], share(30)))).toEqual([
      [1, 70],
      [2, 30],
    ]);
    expect(weights(serviceTable(head, old, share(30)))).toEqual([[1, 100]]);
    expect(weights(serviceTable(head, next, share(30)))).toEqual([[2, 100]]);
    expect(weights(serviceTable(head, next, share(0)))).toEqual([]);
    expect(weights(serviceTable(head, old, share(100)))).toEqual([]);
  });

  it('is found wrong when it is', () => {
    const good = serviceTable(head, [...old, ...next], share(30));
    const [a, b] = good.sides as [ServiceTable['sides'][0], ServiceTable['sides'][0]];
    expect(tableFault({ ...good, sides: [a] })).toMatch(/sum/);
    expect(tableFault({ ...good, sides: [{ ...a, backends: [] }, b] })).toMatch(/nobody/);
    expect(tableFault({ ...good, sides: [a, { ...b, backends: a.backends }] })).toMatch(
      /one address/,
    );
    expect(tableFault({ ...good, vip: 0 })).toMatch(/virtual address/);
    expect(tableFault({ ...good, gone: true })).toMatch(/gone/);
  });
});

describe('a pick', () => {
  it('never takes a session back while the share of what comes grows', () => {
    const weights = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(weights, fc.maxSafeInteger().map(Math.abs), (given, session) => {
        let seen = 1;
        for (const weight of given.sort((a, b) => a - b)) {
          const side = pickSide(serviceTable(head, [...old, ...next], share(weight)), session);
          expect(side!.specVersion).toBeGreaterThanOrEqual(seen);
          seen = side!.specVersion;
        }
      }),
    );
  });

  it('gives each side its share of the sessions, and each task its share of the requests', () => {
    const table = serviceTable(head, [...old, ...next], share(25));
    const counts = new Map<string, number>();
    const below = stream(1);
    const total = 20_000;
    for (let session = 0; session < total; session++) {
      const { task: picked } = pickBackend(table, session, below)!;
      counts.set(picked, (counts.get(picked) ?? 0) + 1);
    }
    for (const { task: name, specVersion } of [...old, ...next]) {
      const expected = specVersion === 1 ? (total * 0.75) / 2 : (total * 0.25) / 3;
      expect(Math.abs(counts.get(name)! - expected)).toBeLessThan(expected * 0.1);
    }
  });

  it('is nobody when nobody is there', () => {
    expect(pickBackend(serviceTable(head, [], share(50)), 1, stream(1))).toBeUndefined();
  });
});

describe('the names of a node', () => {
  const at = (
    revision: number,
    given: Partial<ServiceTable> = {},
    weight: number = 0,
  ): ServiceTable => ({
    ...serviceTable({ ...head, revision }, [...old, ...next], share(weight)),
    ...given,
  });

  it('follow the newest table, in whatever order tables come', () => {
    const update = fc.record({
      service: fc.constantFrom('a', 'b'),
      revision: fc.integer({ min: 1, max: 30 }),
      weight: fc.constantFrom(0, 50, 100),
      gone: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.array(update, { maxLength: 20 }),
        fc.array(fc.nat(), { maxLength: 20 }),
        (updates, order) => {
          // A service has one table at a revision.
          const unique = [
            ...new Map(updates.map((one) => [`${one.service}${one.revision}`, one])).values(),
          ];
          const tables = unique.map(({ service, revision, weight, gone }) => ({
            ...at(revision, { service, vip: service === 'a' ? 1 : 2 }, weight),
            ...(gone ? { gone, sides: [] } : {}),
          }));
          const names = new NameTable();
          const shuffled = tables
            .map((table, index) => ({ table, key: order[index] ?? 0 }))
            .sort((x, y) => x.key - y.key);
          for (const { table } of shuffled) names.learn(table);
          for (const service of ['a', 'b']) {
            const newest = tables
              .filter((table) => table.service === service)
              .sort((x, y) => y.revision - x.revision)[0];
            const there = newest === undefined || newest.gone ? undefined : newest;
            expect(names.table(service)).toEqual(there);
            const vip = service === 'a' ? 1 : 2;
            expect(names.resolve(service)?.addresses).toEqual(there && [vip]);
          }
        },
      ),
    );
  });

  it('switch from one version to the other at one revision, under one name', () => {
    const names = new NameTable();
    names.learn(at(5, {}, 0));
    const below = stream(3);
    const versions = (seen: number): Set<number> => {
      const found = new Set<number>();
      for (let session = 0; session < 200; session++) {
        const connection = names.connect(head.vip, session, seen, below);
        if (typeof connection !== 'string') found.add(connection.backend.address > 2_000 ? 2 : 1);
      }
      return found;
    };
    expect(versions(0)).toEqual(new Set([1]));
    expect(names.resolve('web-3')?.addresses).toEqual([]);
    names.learn(at(6, {}, 100));
    expect(versions(5)).toEqual(new Set([2]));
    expect(names.resolve('web')).toEqual({ addresses: [head.vip], revision: 6, ttlUs: 5_000_000 });
    expect(names.resolve('web-3')?.addresses).toEqual([2_003]);
    // The table before the switch comes once more.
    expect(names.learn(at(5, {}, 0))).toBe(false);
    expect(versions(6)).toEqual(new Set([2]));
  });

  it('send nobody back to a table that is older than what they have seen', () => {
    const names = new NameTable();
    names.learn(at(5));
    expect(names.connect(head.vip, 1, 6, stream(1))).toBe('behind');
    expect(names.connect(head.vip, 1, 5, stream(1))).not.toBe('behind');
    expect(names.connect(9, 1, 0, stream(1))).toBe('nobody');
  });

  it('give an address that was passed on to whom the newer table says', () => {
    for (const first of [0, 1]) {
      const names = new NameTable();
      const tables = [at(9, { service: 'b', sides: [] }), at(5, { service: 'a' })];
      names.learn(tables[first]!);
      names.learn(tables[1 - first]!);
      expect(names.connect(head.vip, 1, 0, stream(1))).toBe('nobody');
    }
  });

  it('list the tasks by name when there is no virtual address', () => {
    const names = new NameTable();
    names.learn(at(5, { mode: 'dns', vip: 0 }, 50));
    expect(names.resolve('web')?.addresses).toEqual([1_001, 1_002, 2_001, 2_002, 2_003]);
    // Two versions of a slot: the one that comes.
    expect(names.resolve('web-1')?.addresses).toEqual([2_001]);
    expect(names.resolve('nothing')).toBeNull();
  });

  it('are kept for their time and no longer, and not replaced by older ones', () => {
    const cache = new ResolverCache();
    const answer = { addresses: [1], revision: 4, ttlUs: 100 };
    cache.keep('web', answer, 1_000);
    expect(cache.get('web', 1_099)).toEqual(answer);
    cache.keep('web', { ...answer, revision: 3 }, 1_050);
    expect(cache.get('web', 1_060)?.revision).toBe(4);
    expect(cache.get('web', 1_100)).toBeUndefined();
    cache.keep('web', { ...answer, revision: 3 }, 1_100);
    expect(cache.get('web', 1_150)?.revision).toBe(3);
  });
});
