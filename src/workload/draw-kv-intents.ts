import fc from 'fast-check';
import type { CallIntent, Expectation, KvIntent } from './kv-intents.ts';
import type { KvClientSettings } from './kv-knobs.ts';

/** When a workload begins and ends, in microseconds of a client's life. */
export interface WorkloadTimes {
  /** First call. */
  readonly startUs: number;
  /** Last call of the storm. */
  readonly endUs: number;
  /** Last call when settling is loaded. */
  readonly settleUs: number;
  /** Reads of all keys after everything, to find what was lost; spread a little. */
  readonly finalReadsUs: number;
}

/** Longest key and value of the service, in UTF-16 units. */
export interface KvLimits {
  readonly keyLength: number;
  readonly valueLength: number;
}

/** Shares of get, put, append, cas, delete per cent. */
const mixes: Readonly<Record<string, readonly number[]>> = {
  even: [35, 25, 10, 25, 5],
  reads: [70, 15, 5, 8, 2],
  writes: [20, 55, 10, 10, 5],
  cas: [25, 10, 0, 60, 5],
  appends: [25, 5, 60, 7, 3],
};

const operations = ['get', 'put', 'append', 'cas', 'delete'] as const;

/** The raw draws of one intent: small independent integers. */
const draws = fc.tuple(
  fc.nat(839), // client: divides evenly by 2 to 8
  fc.nat(999), // gap before it
  fc.nat(999), // what it does
  fc.nat(9_999), // key
  fc.nat(999), // value
  fc.nat(999), // detail
);
type Draws = readonly [number, number, number, number, number, number];

function pick(weights: readonly number[], draw: number): number {
  let rest = draw;
  for (let i = 0; i < weights.length; i++) {
    rest -= weights[i]!;
    if (rest < 0) return i;
  }
  return 0;
}

/** The share of the time before an intent, by how the load is spread. */
export function gap(shape: string, draw: number): number {
  if (shape === 'bursts') return draw < 850 ? 0 : 200 + draw;
  if (shape === 'silences') return draw < 985 ? 1 + (draw % 100) : 3_000 + 200 * (draw - 985);
  return 1 + (draw % 200);
}

function keyOf(settings: KvClientSettings, draw: number): string {
  if (draw % 100 < settings.hotPercent) return 'k0';
  return `k${((draw / 100) | 0) % settings.keys}`;
}

function expectation(settings: KvClientSettings, detail: number, count: number): Expectation {
  if (detail < 550) return 'last-seen';
  if (detail < 700) return 'stale';
  if (detail < 800) return 'unset';
  if (settings.uniqueValues) return { value: uniqueValue(detail % Math.max(1, count)) };
  return { value: repeatedValues[detail % repeatedValues.length]! };
}

/** No such value begins with another one, so that appended texts can be told apart. */
function uniqueValue(nth: number): string {
  return `${nth}v`;
}

const repeatedValues = ['a', 'b', 'c', ''] as const;

/** A length around a limit, or 0 for most draws. */
function lengthAround(limit: number, draw: number): number {
  return draw < 3 ? limit - 1 + draw : 0;
}

function callIntent(
  settings: KvClientSettings,
  limits: KvLimits,
  drawn: Draws,
  nth: number,
  base: { readonly client: number; readonly atUs: number },
): CallIntent {
  const [, , what, keyDraw, valueDraw, detail] = drawn;
  const mixed = operations[pick(mixes[settings.mix] ?? mixes.even!, what % 100)]!;
  const operation = base.client < settings.readers ? 'get' : mixed;
  const keyLength = settings.atLimits ? lengthAround(limits.keyLength, keyDraw % 400) : 0;
  const plainKey = keyOf(settings, keyDraw);
  const key = keyLength > 0 ? `${plainKey}+${keyLength}` : plainKey;
  if (operation === 'get') {
    const local = detail < 10 * settings.localReadPercent;
    return { ...base, do: 'get', key, consistency: local ? 'local' : 'linearizable' };
  }
  if (operation === 'delete') return { ...base, do: 'delete', key };
  const value = settings.uniqueValues
    ? uniqueValue(nth)
    : repeatedValues[valueDraw % repeatedValues.length]!;
  const atLimit = settings.atLimits ? lengthAround(limits.valueLength, valueDraw % 500) : 0;
  const padTo = atLimit > 0 ? atLimit : valueDraw % 4 === 0 ? settings.valueBytes : 0;
  if (operation === 'cas') {
    const expected = expectation(settings, detail, nth);
    return { ...base, do: 'cas', key, expected, value, padTo };
  }
  if (operation === 'put') return { ...base, do: 'put', key, value, padTo };
  // Appended values add up: padding them as much as others would fill disks and snapshots.
  const appendTo = atLimit > 0 ? atLimit : Math.min(padTo, 20);
  return { ...base, do: 'append', key, value: `${value},`, padTo: appendTo };
}

function intentOf(
  settings: KvClientSettings,
  limits: KvLimits,
  drawn: Draws,
  nth: number,
  atUs: number,
): KvIntent {
  const base = { client: drawn[0] % settings.count, atUs };
  const [, , what, , valueDraw, detail] = drawn;
  if (valueDraw >= 1_000 - settings.restarts && what < 300) return { ...base, do: 'restart' };
  if (detail >= 1_000 - settings.resends) {
    return {
      ...base,
      do: 'resend',
      back: valueDraw % 8,
      when: what < 500 ? 'new-leader' : 'now',
    };
  }
  return callIntent(settings, limits, drawn, nth, base);
}

/** Two reads of each key from different clients, when all is over. */
function finalReads(settings: KvClientSettings, atUs: number): KvIntent[] {
  const reads: KvIntent[] = [];
  for (let i = 0; i < 2 * settings.keys; i++) {
    const key = `k${i % settings.keys}`;
    const client = i % settings.count;
    reads.push({ client, atUs: atUs + 5_000 * i, do: 'get', key, consistency: 'linearizable' });
  }
  return reads;
}

/** Draws the intents of a run. Same inputs, same intents; about 0.2 ms for 300. */
export function drawKvIntents(
  settings: KvClientSettings,
  limits: KvLimits,
  times: WorkloadTimes,
  seed: number,
): readonly KvIntent[] {
  const count = settings.operations;
  const list = fc.noBias(fc.array(draws, { minLength: count, maxLength: count, size: 'max' }));
  // fast-check takes 32 bits of seed: both halves of a large one must count.
  const folded =
    ((seed % 0x1_0000_0000) ^ Math.imul(Math.floor(seed / 0x1_0000_0000), 0x9e3779b1)) | 0;
  const drawn = fc.sample(list, { seed: folded, numRuns: 1 })[0]!;
  let total = 0;
  for (const one of drawn) total += gap(settings.shape, one[1]);
  const endUs = settings.loadedSettling ? times.settleUs : times.endUs;
  const unitUs = (endUs - times.startUs) / Math.max(1, total);
  const intents: KvIntent[] = [];
  let passed = 0;
  for (let i = 0; i < count; i++) {
    passed += gap(settings.shape, drawn[i]![1]);
    const atUs = times.startUs + Math.round(passed * unitUs);
    intents.push(intentOf(settings, limits, drawn[i]!, i, atUs));
  }
  intents.push(...finalReads(settings, times.finalReadsUs));
  return intents;
}

const clientArbitrary = fc.nat(7);
const atUsArbitrary = fc.nat(1_000_000_000);
const textArbitrary = fc.string({ size: 'medium' });

/**
 * Any list of key-value intents: for shrinking what a case file holds (fast-check can shrink a value
 * that it did not draw, for there is neither `chain` nor a one-way `map` in here).
 */
export const kvIntentsArbitrary: fc.Arbitrary<KvIntent[]> = fc.array(
  fc.oneof(
    fc.record({
      client: clientArbitrary,
      atUs: atUsArbitrary,
      do: fc.constant('restart' as const),
    }),
    fc.record({
      client: clientArbitrary,
      atUs: atUsArbitrary,
      do: fc.constant('resend' as const),
      back: fc.nat(10),
      when: fc.constantFrom('now' as const, 'new-leader' as const),
    }),
    fc.record({
      client: clientArbitrary,
      atUs: atUsArbitrary,
      do: fc.constant('get' as const),
      key: textArbitrary,
      consistency: fc.constantFrom('linearizable' as const, 'local' as const),
    }),
    fc.record({
      client: clientArbitrary,
      atUs: atUsArbitrary,
      do: fc.constant('delete' as const),
      key: textArbitrary,
    }),
    fc.record({
      client: clientArbitrary,
      atUs: atUsArbitrary,
      do: fc.constantFrom('put' as const, 'append' as const),
      key: textArbitrary,
      value: textArbitrary,
      padTo: fc.nat(70_000),
    }),
    fc.record({
      client: clientArbitrary,
      atUs: atUsArbitrary,
      do: fc.constant('cas' as const),
      key: textArbitrary,
      expected: fc.oneof(
        fc.constantFrom('last-seen' as const, 'stale' as const, 'unset' as const),
        fc.record({ value: textArbitrary }),
      ),
      value: textArbitrary,
      padTo: fc.nat(70_000),
    }),
  ),
  { size: 'max' },
);
