import { phaseTimes } from '../../run/build-case.ts';
import type { Scenario } from '../../run/scenario-contract.ts';
import type { Fault } from '../../sim/fault-plan.ts';
import { arrangementTowards } from '../../sim/faults/families/partition.ts';
import type { World } from '../../sim/world.ts';
import type { Intervention } from '../commands.ts';

/** A fault that a person wants, or why it cannot be. */
export type Wish = { readonly fault: Fault; readonly atUs: number } | { readonly refused: string };

/** A fault without its time. */
type Deed = Fault extends infer F ? (F extends Fault ? Omit<F, 'when'> : never) : never;

/**
 * The fault of the plan that does what a person wants, as soon as possible after the moment at which
 * the world stands.
 *
 * It begins one microsecond later, or at the next one for which the world has nothing else in hand:
 * so it comes in the same place among all events when the case, which has it from the beginning, is
 * replayed. What lasts, lasts until the storm is over or somebody ends it.
 */
export function wishOf(world: World, scenario: Scenario, what: Intervention): Wish {
  const { healUs } = phaseTimes(scenario);
  let atUs = world.timeUs + 1;
  while (world.hasControlAt(atUs)) atUs++;
  if (atUs >= healUs) {
    const at = `${healUs / 1_000_000} s`;
    return { refused: `the storm is over since ${at}: go back to before that to change something` };
  }
  const deed = deedOf(world, what, healUs - atUs);
  if ('refused' in deed) return deed;
  return { fault: { ...deed, when: { atUs } } as Fault, atUs };
}

function deedOf(
  world: World,
  what: Intervention,
  durationUs: number,
): Deed | { readonly refused: string } {
  if (what.kind === 'heal') return { kind: 'heal', durationUs: 0 };
  if (what.kind === 'lose') return lossOf(world, what.message);
  if (what.kind === 'partition') return oneLink(world, what.between, durationUs);
  const node = what.kind === 'isolate-leader' ? leaderOf(world) : what.node;
  if (node === undefined) return { refused: 'nobody leads now' };
  const index = world.nodeIndex(node);
  if (index < 0 || index >= world.serverCount) return { refused: `${node} is no server` };
  const target = { node };
  switch (what.kind) {
    case 'isolate':
    case 'isolate-leader':
      return partitionOf('isolate', node, durationUs);
    case 'halves':
      return partitionOf('halves', node, durationUs);
    case 'crash':
      return { kind: what.powerLoss ? 'power-loss' : 'kill', target, durationUs };
    case 'restart':
      return restartOf(world, index);
    case 'pause':
      if (world.status(index) === 'down') return { refused: `${node} is down` };
      if (world.status(index) !== 'up') return restartOf(world, index);
      return { kind: 'stall', target, durationUs };
    case 'skew':
      return { kind: 'clock-step', target, stepUs: what.byUs, durationUs: 0 };
    case 'drift':
      return { kind: 'clock-drift', target, partsPerMillion: what.partsPerMillion, durationUs };
  }
}

function restartOf(world: World, index: number): Deed | { readonly refused: string } {
  const node = world.nodeId(index);
  if (world.status(index) === 'up') return { refused: `${node} runs` };
  return { kind: 'restart', target: { node }, durationUs: 0 };
}

function partitionOf(shape: 'isolate' | 'halves', node: string, durationUs: number): Deed {
  const fixed = { direction: 'both', flapUs: 0, arrangement: 0 } as const;
  return { kind: 'partition', shape, target: { node }, durationUs, ...fixed };
}

function oneLink(
  world: World,
  [first, second]: readonly [string, string],
  durationUs: number,
): Deed | { readonly refused: string } {
  const [from, to] = [world.nodeIndex(first), world.nodeIndex(second)];
  const { serverCount } = world;
  const isServer = (index: number): boolean => index >= 0 && index < serverCount;
  if (!isServer(from) || !isServer(to) || from === to) {
    return { refused: `a partition needs two servers: ${first} and ${second} will not do` };
  }
  const others = Array.from({ length: serverCount }, (_, node) => node).filter(
    (node) => node !== from,
  );
  return {
    kind: 'partition',
    shape: 'one-link',
    target: { node: first },
    direction: 'both',
    flapUs: 0,
    arrangement: arrangementTowards(others, to),
    durationUs,
  };
}

function lossOf(world: World, message: string): Deed | { readonly refused: string } {
  const [, sender, receiver, key] = /^\d+\/([^>]+)>([^/]+)\/(-?\d+)$/.exec(message) ?? [];
  const isThere = world
    .packetsInFlight()
    .some(
      ({ packet, causeStep }) =>
        message === `${causeStep}/${sender}>${receiver}/${packet.key}` &&
        world.nodeId(packet.from) === sender &&
        world.nodeId(packet.to) === receiver,
    );
  if (!isThere) return { refused: 'that message is not on its way any more' };
  return {
    kind: 'lose-message',
    target: { node: sender! },
    to: receiver!,
    message: Number(key),
    durationUs: 0,
  };
}

/** The server that leads, by its own words; the last of several. */
export function leaderOf(world: World): string | undefined {
  for (let node = world.serverCount - 1; node >= 0; node--) {
    if (world.status(node) === 'down') continue;
    const state = world.state(node);
    if (world.component(node).role?.(state) === 'leader') return world.nodeId(node);
  }
  return undefined;
}
