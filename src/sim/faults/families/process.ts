import type { Fault } from '../../fault-plan.ts';
import { shuffled } from '../arrange.ts';
import {
  allServers,
  type FaultFamily,
  type FaultOf,
  named,
  names,
  type Strike,
  type StrikeTools,
  targetAlone,
} from '../strike.ts';

/** How long a node of a restart loop stays dead each time, in microseconds. */
const loopDownUs = 20_000;

/** The process dies; what it wrote without sync stays in the cache of its machine. */
export const kill: FaultFamily<FaultOf<'kill'>> = {
  nodes: targetAlone,
  begin: (_fault, nodes, tools) => takeDown(nodes, false, `${list(nodes, tools)} is killed`, tools),
};

/** The machine loses power; any part of what was not synced is gone. */
export const powerLoss: FaultFamily<FaultOf<'power-loss'>> = {
  nodes: targetAlone,
  begin: (_fault, nodes, tools) =>
    takeDown(nodes, true, `${list(nodes, tools)} loses power`, tools),
};

/** All machines of the target's zone lose power. */
export const zonePowerLoss: FaultFamily<FaultOf<'zone-power-loss'>> = {
  nodes(fault, target, tools) {
    const zone = tools.world.zone(target);
    return allServers(fault, target, tools).filter((node) => tools.world.zone(node) === zone);
  },
  begin(_fault, nodes, tools) {
    const zone = tools.world.zone(nodes[0]!);
    return takeDown(nodes, true, `zone ${zone} loses power: ${list(nodes, tools)}`, tools);
  },
};

const troublesOfLinks: ReadonlySet<Fault['kind']> = new Set(['partition', 'degrade', 'clog']);

/**
 * Every node goes down at once; a bare majority may come back before the others. Where the switches
 * go down too, those who come back meet whom they were cut off from.
 */
export const wholeCluster: FaultFamily<FaultOf<'whole-cluster'>> = {
  nodes: (fault, _target, tools) => allServers(fault, -1, tools),
  begin({ powerLoss: withPower, linksToo = false, majority }, nodes, tools) {
    const who = linksToo ? 'the whole cluster and its network' : 'the whole cluster';
    const verb = linksToo ? (withPower ? 'lose power' : 'are killed') : undefined;
    const text = `${who} ${verb ?? (withPower ? 'loses power' : 'is killed')}`;
    if (linksToo) tools.endInForce(({ kind }) => troublesOfLinks.has(kind));
    if (majority === undefined) return takeDown(nodes, withPower, text, tools);
    const order = shuffled(nodes, majority.arrangement);
    const first = order.splice(0, (nodes.length >> 1) + 1);
    let down = nodes;
    tools.later(Math.max(1, majority.afterUs), () => {
      down = order;
      for (const node of first) tools.holds.letUp(node);
    });
    const soon = `${names(first, tools)} may start again after ${majority.afterUs / 1000} ms`;
    const strike = takeDown(nodes, withPower, `${text}; ${soon}`, tools);
    return {
      ...strike,
      end: () => {
        for (const node of down) tools.holds.letUp(node);
      },
    };
  },
};

/** Dies again and again, a while after each start. */
export const restartLoop: FaultFamily<FaultOf<'restart-loop'>> = {
  nodes: targetAlone,
  begin(fault, [target], tools) {
    const { holds, world } = tools;
    const id = world.nodeId(target!);
    const text = `${named(target!, tools)} dies ${fault.upUs / 1000} ms after each start`;
    let down = false;
    const die = (): void => {
      down = true;
      holds.takeDown(target!, fault.powerLoss);
      tools.later(loopDownUs, rise);
    };
    const rise = (): void => {
      down = false;
      holds.letUp(target!);
      tools.later(Math.max(1, fault.upUs), die);
    };
    die();
    return {
      text: `${text}${fault.powerLoss ? ' by loss of power' : ''}`,
      endText: `${id} dies no more`,
      end: () => {
        if (down) holds.letUp(target!);
      },
    };
  },
};

/** Loses all files while down. */
export const wipe: FaultFamily<FaultOf<'wipe'>> = {
  nodes: targetAlone,
  begin(_fault, nodes, tools) {
    const strike = takeDown(nodes, true, `${list(nodes, tools)} loses its disk`, tools);
    for (const node of nodes) tools.world.wipe(node);
    return strike;
  },
};

/** The process stands still while its clock runs on. */
export const stall: FaultFamily<FaultOf<'stall'>> = {
  nodes: targetAlone,
  begin: (_fault, [target], tools) => pause(target!, false, 'stands still', tools),
};

/** The machine stands still, and its monotonic clock with it. */
export const suspend: FaultFamily<FaultOf<'suspend'>> = {
  nodes: targetAlone,
  begin: (_fault, [target], tools) => pause(target!, true, 'is suspended, clock and all', tools),
};

/** Everything from and to the node takes longer. */
export const slow: FaultFamily<FaultOf<'slow'>> = {
  nodes: targetAlone,
  begin(fault, [target], tools) {
    tools.holds.slow(target!, fault.delayUs);
    return {
      text: `${named(target!, tools)} is slow by up to ${fault.delayUs / 1000} ms`,
      endText: `${tools.world.nodeId(target!)} is as fast as before`,
      end: () => tools.holds.slow(target!, -fault.delayUs),
    };
  },
};

function takeDown(
  nodes: readonly number[],
  withPower: boolean,
  text: string,
  tools: StrikeTools,
): Strike {
  for (const node of nodes) tools.holds.takeDown(node, withPower);
  return {
    text,
    endText: `${names(nodes, tools)} may start again`,
    end: () => {
      for (const node of nodes) tools.holds.letUp(node);
    },
  };
}

function pause(target: number, suspended: boolean, how: string, tools: StrikeTools): Strike {
  const text = `${named(target, tools)} ${how}`;
  tools.holds.pause(target, suspended);
  return {
    text,
    endText: `${tools.world.nodeId(target)} runs on`,
    end: () => tools.holds.unpause(target),
  };
}

function list(nodes: readonly number[], tools: StrikeTools): string {
  return nodes.map((node) => named(node, tools)).join(', ');
}
