import type { Fault } from '../../fault-plan.ts';
import { type FaultFamily, type FaultOf, named, targetAlone } from '../strike.ts';

/** Kinds that keep nodes down or still. */
const holding: ReadonlySet<Fault['kind']> = new Set([
  'kill',
  'power-loss',
  'zone-power-loss',
  'whole-cluster',
  'restart-loop',
  'rolling-restart',
  'wipe',
  'stall',
  'suspend',
]);

/** A person starts a node, or lets it run on. */
export const restart: FaultFamily<FaultOf<'restart'>> = {
  nodes: targetAlone,
  begin(_fault, [target], tools) {
    const { world } = tools;
    const id = world.nodeId(target!);
    if (world.status(target!) === 'up') return { refused: `${id} runs` };
    tools.endInForce((fault, nodes) => holding.has(fault.kind) && nodes.includes(target!));
    if (world.status(target!) === 'down') world.start(target!);
    return { text: `${id} is started by hand`, endText: `${id} runs on`, end: () => {} };
  },
};

/** A person ends all trouble. */
export const heal: FaultFamily<FaultOf<'heal'>> = {
  nodes: () => [],
  begin(_fault, _nodes, tools) {
    const count = tools.endInForce(() => true);
    const faults = count === 1 ? 'one fault ends' : `${count} faults end`;
    return { text: `healed by hand: ${faults}`, endText: 'what begins later stays', end: () => {} };
  },
};

/** A person takes one message off its way. */
export const loseMessage: FaultFamily<FaultOf<'lose-message'>> = {
  nodes: targetAlone,
  begin({ to, message }, [target], tools) {
    const { world } = tools;
    const receiver = world.nodeIndex(to);
    const isLost = receiver >= 0 && world.loseMessage(target!, receiver, message);
    if (!isLost) return { refused: `no such message is on its way to ${to}` };
    return {
      text: `a message of ${named(target!, tools)} to ${to} is lost by hand`,
      endText: 'it stays lost',
      end: () => {},
    };
  },
};
