import type fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawKvIntents, kvIntentsArbitrary } from './draw-kv-intents.ts';
import type { KvIntent } from './kv-intents.ts';
import { paddedKey } from './kv-intents.ts';
import { kvClientSettings } from './kv-knobs.ts';

const limits = { keyLength: 100, valueLength: 1_000 };
const times = { startUs: 1_000, endUs: 900_000, settleUs: 1_200_000, finalReadsUs: 1_300_000 };

function draw(seed: number, config: Record<string, number | string | boolean> = {}) {
  return drawKvIntents(kvClientSettings(config), limits, times, seed);
}

describe('drawKvIntents', () => {
  it('is a function of config and seed, all 53 bits of it', () => {
    expect(draw(7)).toEqual(draw(7));
    const seeds = [7, 8, 7 + 2 ** 32, 7 + 2 ** 45];
    expect(new Set(seeds.map((seed) => JSON.stringify(draw(seed)))).size).toBe(seeds.length);
  });

  it('survives JSON, so that a case can hold it', () => {
    const intents = draw(3, { 'clients.atLimits': true, 'clients.restarts': 30 });
    expect(JSON.parse(JSON.stringify(intents))).toEqual(intents);
  });

  it('spreads the load over the storm and reads every key at the end', () => {
    for (const shape of ['steady', 'bursts', 'silences']) {
      const intents = draw(5, { 'clients.shape': shape, 'clients.keys': 5 });
      const load = intents.slice(0, 300);
      expect(load[0]!.atUs).toBeGreaterThanOrEqual(times.startUs);
      expect(load[299]!.atUs).toBe(times.endUs);
      const reads = intents.slice(300);
      expect(new Set(reads.map((read) => (read.do === 'get' ? read.key : '?'))).size).toBe(5);
      expect(reads.every((read) => read.atUs >= times.finalReadsUs)).toBe(true);
    }
  });

  it('lets some clients only read', () => {
    const config = { 'clients.count': 4, 'clients.readersPercent': 50, 'clients.mix': 'writes' };
    const calls = draw(9, config).filter((one) => one.do !== 'restart' && one.do !== 'resend');
    const by = (client: number) =>
      new Set(calls.filter((one) => one.client === client).map((one) => one.do));
    expect([by(0), by(1)]).toEqual([new Set(['get']), new Set(['get'])]);
    expect(by(2).has('put') && by(3).has('put')).toBe(true);
  });

  it('draws each kind of intent, and sizes at the limits', () => {
    const kinds = new Map<string, number>();
    const sizes = new Set<number>();
    for (let seed = 1; seed <= 100; seed++) {
      const config = {
        'clients.atLimits': true,
        'clients.restarts': 30,
        'clients.resends': 100,
        'clients.valueBytes': 100,
      };
      for (const intent of draw(seed, config)) {
        kinds.set(intent.do, (kinds.get(intent.do) ?? 0) + 1);
        if ('padTo' in intent) sizes.add(intent.padTo);
        if ('key' in intent) sizes.add(-paddedKey(intent.key).length);
      }
    }
    expect([...kinds.keys()].sort()).toEqual(
      ['append', 'cas', 'delete', 'get', 'put', 'resend', 'restart'].sort(),
    );
    expect(sizes).toEqual(new Set([0, 20, 100, 999, 1_000, 1_001, -2, -99, -100, -101]));
  });

  it('gives unique values of which none begins with another', () => {
    const values = draw(2).flatMap((intent) => (intent.do === 'put' ? [intent.value] : []));
    for (const a of values) {
      expect(values.filter((b) => b.startsWith(a))).toEqual([a]);
    }
  });
});

describe('kvIntentsArbitrary', () => {
  it('shrinks intents that it did not draw, to fewer and simpler ones', () => {
    const intents = draw(11, { 'clients.restarts': 30 }) as KvIntent[];
    expect(kvIntentsArbitrary.canShrinkWithoutContext(intents)).toBe(true);
    const isBad = (list: readonly KvIntent[]) => list.some(({ do: what }) => what === 'append');
    let smallest = intents;
    for (let next: KvIntent[] | undefined = intents; next !== undefined; ) {
      smallest = next;
      const value: fc.Stream<fc.Value<KvIntent[]>> = kvIntentsArbitrary.shrink(next, undefined);
      next =
        value
          .map((one) => one.value)
          .filter(isBad)
          .getNthOrLast(0) ?? undefined;
    }
    expect(smallest).toHaveLength(1);
    expect(smallest[0]).toMatchObject({ do: 'append', client: 0, atUs: 0 });
  });
});
