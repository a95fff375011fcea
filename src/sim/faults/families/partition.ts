import type { WorldControl } from '../../world-control.ts';
import { mix, shuffled } from '../arrange.ts';
import { allServers, type FaultFamily, type FaultOf, named, type StrikeTools } from '../strike.ts';

/** Where a node stands in a partition. */
type Side = 'target' | 'other' | 'both';

/** Directed links, as pairs (from, to) in one flat list. */
export type CutLinks = readonly number[];

/** A split of a cluster: the links to cut, and its description. */
export interface Split {
  readonly links: CutLinks;
  readonly text: string;
}

/** Partitions: links between groups of nodes and clients are cut, perhaps now and then. */
export const partition: FaultFamily<FaultOf<'partition'>> = {
  nodes: allServers,
  begin(fault, nodes, tools) {
    const { world } = tools;
    const split = splitOf(fault, nodes, tools);
    const how = fault.sparesUnderWay === true ? 'shut' : 'cut';
    let cut = false;
    const toggle = (): void => {
      cut = !cut;
      for (let at = 0; at < split.links.length; at += 2) {
        world.link(split.links[at]!, split.links[at + 1]!)[how] += cut ? 1 : -1;
      }
      world.linksChanged();
    };
    const flap = (): void => {
      toggle();
      tools.later(Math.max(1, fault.flapUs >> 1), flap);
    };
    if (fault.flapUs > 0) flap();
    else toggle();
    return {
      text: `partition: ${split.text}${how === 'shut' ? '; what is under way arrives' : ''}`,
      endText: 'the partition is over',
      end: () => {
        if (cut) toggle();
      },
    };
  },
};

/** The links that a partition cuts. `nodes` are all servers, the target first. */
export function splitOf(
  fault: FaultOf<'partition'>,
  nodes: readonly number[],
  tools: StrikeTools,
): Split {
  const [target, ...others] = nodes as [number, ...number[]];
  const order = shuffled(others, fault.arrangement);
  if (fault.shape === 'one-link' || (fault.shape === 'ring' && nodes.length < 4)) {
    return oneLink(fault, target, order, tools);
  }
  if (fault.shape === 'ring') return ring([target, ...order], tools);
  if (fault.shape === 'shatter') return shatter(nodes, tools);
  if (fault.shape === 'own-kind' || fault.shape === 'other-kinds') {
    return byKind(fault, target, order, tools);
  }
  const sides = new Map<number, Side>();
  groupServers(fault, target, order, sides);
  for (let node = tools.world.serverCount; node < tools.world.nodeCount; node++) {
    if (node === target) continue;
    sides.set(node, clientSides[mix(fault.arrangement, node) % clientSides.length]!);
  }
  return { links: between(sides, fault.direction), text: describe(fault, sides, tools) };
}

/** A client may stand beside the target, where a stale leader may be, or apart, or reach both. */
const clientSides: readonly Side[] = ['target', 'other', 'both'];

function groupServers(
  fault: FaultOf<'partition'>,
  target: number,
  order: readonly number[],
  sides: Map<number, Side>,
): void {
  const count = order.length + 1;
  let mates = 0;
  if (fault.shape === 'halves') {
    // The odd node out stands with the target or against it, by arrangement.
    mates = (fault.arrangement & 1) === 0 ? ((count + 1) >> 1) - 1 : (count >> 1) - 1;
  } else if (fault.shape === 'minority') mates = ((count - 1) >> 1) - 1;
  else if (fault.shape === 'bridge') mates = order.length >> 1;
  sides.set(target, fault.shape === 'bridge' ? 'both' : 'target');
  order.forEach((node, at) => {
    sides.set(node, at < mates ? 'target' : 'other');
  });
}

function between(
  sides: ReadonlyMap<number, Side>,
  direction: FaultOf<'partition'>['direction'],
): CutLinks {
  const links: number[] = [];
  for (const [a, sideOfA] of sides) {
    if (sideOfA !== 'target') continue;
    for (const [b, sideOfB] of sides) {
      if (sideOfB !== 'other') continue;
      if (direction !== 'inbound') links.push(a, b);
      if (direction !== 'outbound') links.push(b, a);
    }
  }
  return links;
}

function oneLink(
  fault: FaultOf<'partition'>,
  target: number,
  order: readonly number[],
  tools: StrikeTools,
): Split {
  const other = order[0];
  if (other === undefined) return { links: [], text: 'there is no other node' };
  const links: number[] = [];
  if (fault.direction !== 'inbound') links.push(target, other);
  if (fault.direction !== 'outbound') links.push(other, target);
  const arrow = { both: 'and', inbound: 'hears nothing from', outbound: 'cannot tell' };
  const [from, to] = [named(target, tools), named(other, tools)];
  return {
    links,
    text:
      fault.direction === 'both'
        ? `${from} and ${to} cannot talk to each other`
        : `${from} ${arrow[fault.direction]} ${to}`,
  };
}

/** Each node keeps its neighbours on a ring, near enough that it reaches a majority. */
function ring(order: readonly number[], tools: StrikeTools): Split {
  const count = order.length;
  const reach = (count >> 1) - (count >> 2);
  const links: number[] = [];
  for (let a = 0; a < count; a++) {
    for (let b = 0; b < count; b++) {
      const apart = Math.min((a - b + count) % count, (b - a + count) % count);
      if (apart > reach) links.push(order[a]!, order[b]!);
    }
  }
  const ids = order.map((node) => named(node, tools)).join(', ');
  return { links, text: `each of the ring ${ids} reaches its ${2 * reach} neighbours only` };
}

/** The target alone, and on the other side only servers that do the same as it, or something else. */
function byKind(
  fault: FaultOf<'partition'>,
  target: number,
  order: readonly number[],
  tools: StrikeTools,
): Split {
  const { world } = tools;
  const { name } = world.component(target);
  const sides = new Map<number, Side>([[target, 'target']]);
  for (const node of order) {
    const isSame = world.component(node).name === name;
    sides.set(node, isSame === (fault.shape === 'own-kind') ? 'other' : 'both');
  }
  const links = between(sides, fault.direction);
  if (links.length === 0) return { links, text: 'there are no such servers' };
  const whom = fault.shape === 'own-kind' ? `every other ${name}` : `every server but ${name}s`;
  const sign = { both: '|', inbound: '<- cut -', outbound: '- cut ->' }[fault.direction];
  return { links, text: `${named(target, tools)} ${sign} ${whom}` };
}

/** Nobody reaches anybody; clients reach all. */
function shatter(nodes: readonly number[], tools: StrikeTools): Split {
  const links = nodes.flatMap((a) => nodes.flatMap((b) => (a === b ? [] : [a, b])));
  return { links, text: nodes.map((node) => named(node, tools)).join(' | ') };
}

function describe(
  fault: FaultOf<'partition'>,
  sides: ReadonlyMap<number, Side>,
  tools: StrikeTools,
): string {
  const [first, second, bridge] = (['target', 'other', 'both'] as const).map((side) =>
    [...sides.keys()].filter((node) => sides.get(node) === side),
  ) as [number[], number[], number[]];
  const list = (nodes: readonly number[]): string =>
    nodes.map((node) => named(node, tools)).join(' ');
  const sign = { both: '|', inbound: '<- cut -', outbound: '- cut ->' }[fault.direction];
  const reach = bridge.length === 0 ? '' : `; ${list(bridge)} reach${plural(bridge)} both sides`;
  const flap = fault.flapUs > 0 ? `, coming and going every ${fault.flapUs / 1000} ms` : '';
  return `${list(first)} ${sign} ${list(second)}${reach}${flap}`;
}

function plural(nodes: readonly number[]): string {
  return nodes.length === 1 ? 'es' : '';
}

/**
 * The arrangement by which a partition of one link cuts the link between two servers.
 * @param others indexes of all servers but the target
 */
export function arrangementTowards(others: readonly number[], wanted: number): number {
  for (let arrangement = 0; arrangement < mostArrangements; arrangement++) {
    if (shuffled(others, arrangement)[0] === wanted) return arrangement;
  }
  throw new RangeError(`no arrangement leads to node ${wanted}`);
}

const mostArrangements = 10_000;

/** Orders nodes by a hash of the arrangement, so that each arrangement is another order. */
/** Whether every directed link of the world is open and calm. For tests and for healing. */
export function linksAreCalm(world: WorldControl): boolean {
  for (let from = 0; from < world.nodeCount; from++) {
    for (let to = 0; to < world.nodeCount; to++) {
      const link = world.link(from, to);
      if (Object.values(link).some((value) => value !== 0)) return false;
    }
  }
  return true;
}
