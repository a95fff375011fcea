import { describe, expect, test } from 'vitest';
import type { Fault } from '../../sim/fault-plan.ts';
import { longestAfterUs } from './moments.ts';
import { type Pile, pileUp } from './pile-up.ts';

const untilUs = 5_000_000;
const stall: Fault = {
  kind: 'stall',
  target: { role: 'leader' },
  when: { atUs: 2_000_000 },
  durationUs: 400_000,
};
const kill: Fault = { ...stall, kind: 'kill', when: { atUs: 10 }, durationUs: 5_000 };
const on = (into: number): Pile => ({ on: true, into });
const off: Pile = { on: false, into: 500 };

describe('pileUp', () => {
  test('leaves alone what does not pile, and the first fault', () => {
    expect(pileUp([stall, kill], [on(0), off], untilUs)).toEqual([stall, kill]);
  });

  test('lets a fault begin while the one before lasts, at the node struck last', () => {
    const piled = pileUp([stall, kill], [off, on(500)], untilUs);
    expect(piled).toEqual([
      stall,
      { ...kill, when: { atUs: 2_200_000 }, target: { role: '@struck' } },
    ]);
  });

  test('means the same event and its node', () => {
    const when = { event: 'sync', nth: 3, notBeforeUs: 1_500_000, afterUs: 100 } as const;
    const below: Fault = { ...stall, when, target: { role: '@event' } };
    const [, top] = pileUp([below, kill], [off, on(250)], untilUs);
    expect(top).toEqual({
      ...kill,
      when: { ...when, afterUs: 100_100 },
      target: { role: '@event' },
    });
  });

  test('piles as high as there are faults, and never beyond the end', () => {
    const long: Fault = { ...stall, durationUs: 9_000_000 };
    const piled = pileUp(Array(6).fill(long), Array(6).fill(on(1_000)), untilUs);
    const times = piled.map(({ when }) => ('atUs' in when ? when.atUs : -1));
    const seconds = [2, 3, 4, 5, 5, 5].map((second) => second * longestAfterUs);
    expect(times).toEqual(seconds);
  });

  test('keeps a fault without a target what it is', () => {
    const outage: Fault = {
      kind: 'whole-cluster',
      powerLoss: true,
      when: { atUs: 7 },
      durationUs: 9,
    };
    const [, top] = pileUp([stall, outage], [off, on(1_000)], untilUs);
    expect(top).toEqual({ ...outage, when: { atUs: 2_400_000 } });
  });
});
