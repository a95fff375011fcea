import { expect, test } from 'vitest';
import { ClusterClock } from './cluster-clock.ts';

const hour = 3_600_000_000;

function clocks(wallUs: number, monotonicUs: number) {
  const now = { wallUs, monotonicUs };
  return { now, clock: { wallUs: () => now.wallUs, monotonicUs: () => now.monotonicUs } };
}

test('a life that has heard nothing goes by the wall clock, which is never negative', () => {
  const { now, clock } = clocks(7 * hour, 5);
  const cluster = new ClusterClock(clock, hour);
  expect(cluster.nowUs()).toBe(7 * hour);
  now.wallUs = -1;
  expect(cluster.nowUs()).toBe(0);
});

test('a wall clock that jumps far ahead is not believed; one that is a little ahead is', () => {
  const { now, clock } = clocks(7 * hour, 0);
  const cluster = new ClusterClock(clock, hour);
  cluster.heard(7 * hour);
  now.monotonicUs = hour;
  now.wallUs = 32 * hour;
  expect(cluster.nowUs()).toBe(8 * hour);
  now.wallUs = 9 * hour;
  expect(cluster.nowUs()).toBe(9 * hour);
  now.wallUs = 9 * hour + 1;
  expect(cluster.nowUs()).toBe(8 * hour);
});

test('older entries than were heard before do not turn the time back', () => {
  const { now, clock } = clocks(99 * hour, 0);
  const cluster = new ClusterClock(clock, hour);
  cluster.heard(10 * hour);
  cluster.heard(2 * hour);
  now.monotonicUs = 3;
  expect(cluster.nowUs()).toBe(10 * hour + 3);
});
