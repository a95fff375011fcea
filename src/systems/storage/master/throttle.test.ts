import { describe, expect, test } from 'vitest';
import type { Leadership } from './leadership.ts';
import { Throttle } from './throttle.ts';

const timings = { repairBurstBytes: 1_000, repairBytesPerSecond: 500 };

function throttled(): { throttle: Throttle; wait: (us: number) => void } {
  const lead = { nowUs: 0, timings, env: { probe: () => {} } };
  const wait = (us: number): void => {
    lead.nowUs += us;
  };
  return { throttle: new Throttle(lead as unknown as Leadership), wait };
}

describe('a throttle', () => {
  test('counts what goes into the target and out of each source', () => {
    const { throttle, wait } = throttled();
    expect(throttle.take(1, [2, 3], 600, false)).toBe(true);
    expect(throttle.take(1, [4], 600, false)).toBe(false);
    expect(throttle.take(5, [3], 600, false)).toBe(false);
    expect(throttle.take(5, [4], 600, false)).toBe(true);
    // What is urgent goes all the same, and is owed afterwards. 1,800 bytes have come to server 1, for
    // what it makes of two others it takes in both.
    expect(throttle.take(1, [4], 600, true)).toBe(true);
    wait(2_900_000);
    expect(throttle.take(1, [6], 700, false)).toBe(false);
    wait(200_000);
    expect(throttle.take(1, [6], 700, false)).toBe(true);
  });

  test('counts both ways of who reads from some and puts onto others', () => {
    const { throttle } = throttled();
    const reads = { servers: [1], bytes: 400 };
    const puts = { servers: [2, 3, 4], bytes: 200 };
    expect(throttle.takeThrough(1, reads, puts)).toBe(true);
    // 600 bytes put and 400 read have left server 1; 400 have come to it.
    expect(throttle.take(9, [1], 1, false)).toBe(false);
    expect(throttle.take(1, [8], 600, false)).toBe(true);
    for (const target of [2, 3, 4]) {
      expect(throttle.take(target, [9], 801, false)).toBe(false);
    }
    expect(throttle.take(2, [9], 800, false)).toBe(true);
    // Nothing is taken of those that have some, when another has not.
    expect(throttle.takeThrough(7, { servers: [6], bytes: 400 }, { ...puts, bytes: 900 })).toBe(
      false,
    );
    expect(throttle.take(7, [6], 1_000, false)).toBe(true);
  });
});
