import fc, { type Arbitrary } from 'fast-check';
import type { Fault, Target, When } from '../../sim/fault-plan.ts';
import { longestAfterUs } from './moments.ts';

/** Whether a fault piles on the one before it in the plan, and how far into that one's time. */
export interface Pile {
  readonly on: boolean;
  /** Share of the time for which the one before lasts, per thousand. */
  readonly into: number;
}

/** One of four begins together with the first one, the others at any time while that lasts. */
export function pileArbitrary(sharePercent: number): Arbitrary<Pile> {
  return fc.record({
    on: fc.integer({ min: 0, max: 99 }).map((part) => part < sharePercent),
    into: fc.oneof(
      { weight: 1, arbitrary: fc.constant(0) },
      { weight: 3, arbitrary: fc.integer({ min: 0, max: 1_000 }) },
    ),
  });
}

/**
 * Lets faults of a plan pile on the ones before them: at the same moment or while the other one
 * lasts, and on the same node. A correct system mends what one trouble does before the next one
 * comes; many mistakes show only where several meet on one node. What comes out is a flat list as
 * before, whose faults can be left out and made smaller one by one.
 *
 * @param untilUs no fault by time begins later
 */
export function pileUp(
  plan: readonly Fault[],
  piles: readonly Pile[],
  untilUs: number,
): readonly Fault[] {
  const piled: Fault[] = [];
  for (const [at, fault] of plan.entries()) {
    const below = piled[at - 1];
    const pile = piles[at];
    const isPiled = below !== undefined && pile?.on === true;
    piled.push(isPiled ? onTop(fault, below, pile.into, untilUs) : fault);
  }
  return piled;
}

function onTop(fault: Fault, below: Fault, into: number, untilUs: number): Fault {
  const spanUs = Math.min(below.durationUs, longestAfterUs);
  const when = later(below.when, Math.trunc((spanUs * into) / 1_000), untilUs);
  return 'target' in fault ? { ...fault, when, target: sameNode(below) } : { ...fault, when };
}

function later(when: When, byUs: number, untilUs: number): When {
  if ('atUs' in when) return { atUs: Math.min(untilUs, when.atUs + byUs) };
  return { ...when, afterUs: Math.min(longestAfterUs, when.afterUs + byUs) };
}

/** Who leads then may be another one; so it is the node of the event, or the one struck last. */
function sameNode(below: Fault): Target {
  const isOfEvent =
    'event' in below.when &&
    'target' in below &&
    'role' in below.target &&
    below.target.role === '@event';
  return { role: isOfEvent ? '@event' : '@struck' };
}
