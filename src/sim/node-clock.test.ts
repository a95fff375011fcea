import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NodeClock } from './node-clock.ts';

describe('the monotonic clock', () => {
  test('never goes back, whatever is done to it', () => {
    const bend = fc.oneof(
      fc.record({ kind: fc.constant('drift'), by: fc.integer({ min: -50_000, max: 50_000 }) }),
      fc.record({
        kind: fc.constantFrom('suspend', 'resume', 'freeze', 'thaw'),
        by: fc.constant(0),
      }),
      fc.record({ kind: fc.constant('step'), by: fc.integer({ min: -1e9, max: 1e9 }) }),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(1_000_000), bend)), (bends) => {
        const clock = new NodeClock(0, 0);
        let now = 0;
        let last = clock.monotonicUs(0);
        for (const [later, { kind, by }] of bends) {
          now += later;
          if (kind === 'drift') clock.drift(now, by);
          if (kind === 'suspend') clock.suspend(now);
          if (kind === 'resume') clock.resume(now);
          if (kind === 'freeze') clock.freezeWall(now, true);
          if (kind === 'thaw') clock.freezeWall(now, false);
          if (kind === 'step') clock.stepWall(by);
          const reading = clock.monotonicUs(now);
          expect(reading).toBeGreaterThanOrEqual(last);
          expect(Number.isInteger(reading)).toBe(true);
          last = reading;
        }
      }),
    );
  });

  test('trueTimeOf is the first time at which the reading is reached', () => {
    fc.assert(
      fc.property(fc.integer({ min: -200_000, max: 200_000 }), fc.nat(10_000_000), (ppm, due) => {
        const clock = new NodeClock(ppm, 0);
        const at = clock.trueTimeOf(due);
        expect(clock.monotonicUs(at)).toBeGreaterThanOrEqual(due);
        if (at > 0) expect(clock.monotonicUs(at - 1)).toBeLessThan(due);
      }),
    );
  });

  test('stands still while suspended, and runs on through steps of the wall clock', () => {
    const clock = new NodeClock(0, 5_000);
    clock.suspend(1_000);
    expect(clock.monotonicUs(9_000)).toBe(1_000);
    clock.resume(9_000);
    expect(clock.monotonicUs(10_000)).toBe(2_000);
    // The time of day has caught up with the world.
    expect(clock.wallUs(10_000)).toBe(15_000);
    clock.stepWall(-4_000);
    expect(clock.monotonicUs(10_000)).toBe(2_000);
    expect(clock.wallUs(10_000)).toBe(11_000);
  });
});

test('a new life has another origin and the same time of day', () => {
  const clock = new NodeClock(0, 100);
  clock.restart(50_000, 7);
  expect(clock.monotonicUs(50_000)).toBe(7);
  expect(clock.wallUs(50_000)).toBe(50_100);
});

test('a frozen wall clock stands still and then jumps to the present', () => {
  const clock = new NodeClock(0, 0);
  clock.freezeWall(10, true);
  expect(clock.wallUs(500)).toBe(10);
  clock.freezeWall(500, false);
  expect(clock.wallUs(600)).toBe(600);
});

test('a suspended clock whose rate changes says when a reading would come', () => {
  const clock = new NodeClock(0, 0);
  clock.restart(1_000, 500);
  clock.suspend(1_100);
  clock.drift(1_200, 100_000);
  expect(clock.trueTimeOf(1_700)).toBe(2_100);
  clock.resume(3_000);
  expect(clock.trueTimeOf(1_700)).toBe(4_000);
  expect(clock.monotonicUs(4_000)).toBe(1_700);
});
