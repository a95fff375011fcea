import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventQueue } from './event-queue.ts';

test('pops by time, then tie, then order of arrival, as a sorted list does', () => {
  const event = fc.record({ time: fc.nat(20), tie: fc.integer({ min: -2, max: 2 }) });
  const step = fc.oneof(
    { weight: 2, arbitrary: event },
    { weight: 1, arbitrary: fc.constant('pop') },
  );
  fc.assert(
    fc.property(fc.array(step as fc.Arbitrary<{ time: number; tie: number } | 'pop'>), (steps) => {
      const queue = new EventQueue();
      const model: { time: number; tie: number; order: number }[] = [];
      let order = 0;
      for (const what of steps) {
        if (what !== 'pop') {
          model.push({ ...what, order });
          queue.push(what.time, what.tie, 1, 0, 0, 0, order, undefined);
          order++;
          continue;
        }
        expect(queue.size).toBe(model.length);
        if (model.length === 0) continue;
        model.sort((a, b) => a.time - b.time || a.tie - b.tie || a.order - b.order);
        const slot = queue.pop();
        expect(queue.subject[slot]).toBe(model.shift()?.order);
        queue.release(slot);
      }
      expect(queue.nextTime()).toBe(
        model.length === 0 ? Infinity : Math.min(...model.map((m) => m.time)),
      );
    }),
  );
});

test('keeps every event when it grows', () => {
  const queue = new EventQueue();
  for (let at = 0; at < 5_000; at++)
    queue.push((at * 7919) % 5_000, 0, 2, at, at, at, at, undefined);
  let last = -1;
  for (let at = 0; at < 5_000; at++) {
    const slot = queue.pop();
    expect(queue.timeOf(slot)).toBeGreaterThan(last);
    expect(queue.node[slot]).toBe(queue.subject[slot]);
    last = queue.timeOf(slot);
    queue.release(slot);
  }
  expect(queue.size).toBe(0);
});
