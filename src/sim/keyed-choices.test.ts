import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { choicePoint } from './choice-point.ts';
import type { NamedChoice } from './choices.ts';
import { KeyedChoices } from './keyed-choices.ts';

const loss = choicePoint('loss');
const latency = choicePoint('latency');

function seeded(seed: number, overrides: readonly NamedChoice[] = []): KeyedChoices {
  return new KeyedChoices({ kind: 'seed', seed, overrides, forks: [] });
}

function drawMany(choices: KeyedChoices, stream: string, count: number): number[] {
  const drawn: number[] = [];
  for (let key = 0; key < count; key++) drawn.push(choices.stream(stream).below(latency, key, 64));
  return drawn;
}

describe('choices from a seed', () => {
  test('are the same for the same seed, and others for another', () => {
    expect(drawMany(seeded(1), 'net/a>b', 50)).toEqual(drawMany(seeded(1), 'net/a>b', 50));
    expect(drawMany(seeded(1), 'net/a>b', 50)).not.toEqual(drawMany(seeded(2), 'net/a>b', 50));
    expect(drawMany(seeded(1), 'net/a>b', 50)).not.toEqual(drawMany(seeded(1), 'net/b>a', 50));
  });

  test('do not depend on the order in which different keys are met', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer(), { maxLength: 30 }), (keys) => {
        const forward = seeded(7).stream('s');
        const backward = seeded(7).stream('s');
        const there = new Map(keys.map((key) => [key, forward.below(loss, key, 1000)]));
        const back = new Map(
          [...keys].reverse().map((key) => [key, backward.below(loss, key, 1000)]),
        );
        // Keys that share a slot of the occurrence table share a count: rare, and allowed.
        const differing = keys.filter((key) => there.get(key) !== back.get(key));
        expect(differing.length).toBeLessThanOrEqual(2);
      }),
    );
  });

  test('the same key met again is another choice', () => {
    const stream = seeded(3).stream('s');
    const drawn = Array.from({ length: 100 }, () => stream.below(loss, 5, 1000));
    expect(new Set(drawn).size).toBeGreaterThan(80);
  });

  test('chance hits about its share', () => {
    const stream = seeded(11).stream('s');
    let hits = 0;
    for (let key = 0; key < 100_000; key++) hits += stream.chance(loss, key, 50_000);
    expect(hits).toBeGreaterThan(4_700);
    expect(hits).toBeLessThan(5_300);
  });

  test('below is uniform enough', () => {
    const stream = seeded(13).stream('s');
    const counts = new Array<number>(8).fill(0);
    for (let key = 0; key < 80_000; key++) counts[stream.below(loss, key * 4096, 8)]!++;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });
});

describe('named choices', () => {
  test('an override changes its own choice and no other', () => {
    const plain = drawMany(seeded(1), 's', 200);
    const named = { stream: 's', point: 'latency', key: 77, occurrence: 0, value: 63 };
    const choices = seeded(1, [named]);
    const overridden = drawMany(choices, 's', 200);
    expect(overridden[77]).toBe(63);
    overridden[77] = plain[77] as number;
    expect(overridden).toEqual(plain);
    expect(choices.misfit()).toBeUndefined();
  });

  test('what a recorder hears replays on a calm base', () => {
    const heard: NamedChoice[] = [];
    const first = new KeyedChoices({ kind: 'seed', seed: 9, overrides: [], forks: [] }, (choice) =>
      heard.push(choice),
    );
    const again = (choices: KeyedChoices): number[] => [
      ...drawMany(choices, 's', 100),
      ...Array.from({ length: 100 }, (_, key) => choices.stream('t').chance(loss, key, 300_000)),
      ...Array.from({ length: 100 }, (_, key) => choices.stream('n').spread(loss, key, 150)),
    ];
    const values = again(first);
    expect(heard.length).toBeGreaterThan(100);
    const replayed = new KeyedChoices({ kind: 'calm', list: heard });
    expect(again(replayed)).toEqual(values);
    expect(replayed.misfit()).toBeUndefined();
  });

  test('keep their names when others draw more than before', () => {
    const heard: NamedChoice[] = [];
    const base = { kind: 'seed', seed: 9, overrides: [], forks: [] } as const;
    // A table so small that all keys share its slots.
    const first = new KeyedChoices(base, (choice) => heard.push(choice), 2);
    const values = drawMany(first, 's', 50);
    const spread = first.stream('n').spread(loss, 1, 1_000);
    const replayed = new KeyedChoices({ kind: 'calm', list: heard }, undefined, 2);
    const more = [replayed.stream('new').below(latency, 1, 64), ...drawMany(replayed, 'more', 7)];
    expect(new Set(more)).toEqual(new Set([0]));
    expect(drawMany(replayed, 's', 50)).toEqual(values);
    replayed.stream('n').spread(latency, 1, 1_000);
    expect(replayed.stream('n').spread(loss, 1, 1_000)).toBe(spread);
    expect(replayed.misfit()).toBeUndefined();
  });

  test('a choice that was never made, or lies outside its domain, is named', () => {
    const never = { stream: 's', point: 'latency', key: 5_000, occurrence: 0, value: 1 };
    const unused = seeded(1, [never]);
    drawMany(unused, 's', 10);
    expect(unused.misfit()).toEqual(never);
    const wide = { stream: 's', point: 'latency', key: 3, occurrence: 0, value: 64 };
    const outside = seeded(1, [wide]);
    drawMany(outside, 's', 10);
    expect(outside.misfit()).toEqual(wide);
  });
});

describe('calm', () => {
  const calm = (): KeyedChoices => new KeyedChoices({ kind: 'calm', list: [] });

  test('is index 0 and no event', () => {
    expect(new Set(drawMany(calm(), 's', 100))).toEqual(new Set([0]));
    expect(calm().stream('s').chance(loss, 1, 999_999)).toBe(0);
  });

  test("still spreads a component's own draws", () => {
    const a = calm().stream('node/a');
    const b = calm().stream('node/b');
    const drawn = (stream: typeof a): number[] =>
      Array.from({ length: 20 }, (_, key) => stream.spread(loss, key, 1000));
    expect(drawn(a)).not.toEqual(drawn(b));
  });
});

test('a fork draws as its parent before its step and otherwise after it', () => {
  const run = (forks: readonly [number, number][]): number[] => {
    const choices = new KeyedChoices({ kind: 'seed', seed: 5, overrides: [], forks });
    const drawn: number[] = [];
    for (let step = 1; step <= 100; step++) {
      choices.atStep(step);
      drawn.push(choices.stream('s').below(latency, step, 1_000_000));
    }
    return drawn;
  };
  const parent = run([]);
  const fork = run([[60, 1]]);
  expect(fork.slice(0, 59)).toEqual(parent.slice(0, 59));
  expect(fork.slice(59)).not.toEqual(parent.slice(59));
  expect(run([[60, 2]]).slice(59)).not.toEqual(fork.slice(59));
});
