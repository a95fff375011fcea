import type { LinkTrouble } from '../../world-control.ts';
import { type FaultFamily, type FaultOf, named, type StrikeTools, targetAlone } from '../strike.ts';

/** Worse links: loss, duplication, reordering, detected corruption, latency. Overlaps add up. */
export const degrade: FaultFamily<FaultOf<'degrade'>> = {
  nodes: targetAlone,
  begin(fault, [target], tools) {
    const direction = fault.all ? 'both' : (fault.direction ?? 'both');
    const change = (sign: 1 | -1): void => {
      eachLink(tools, fault.all ? -1 : target!, fault.serversOnly === true, (link, from) => {
        if (!isMeant(direction, from === target)) return;
        link.lossPerMillion += sign * fault.lossPerMillion;
        link.duplicatePerMillion += sign * fault.duplicatePerMillion;
        link.reorderPerMillion += sign * fault.reorderPerMillion;
        link.corruptPerMillion += sign * fault.corruptPerMillion;
        link.extraLatencyUs += sign * fault.extraLatencyUs;
      });
      tools.world.linksChanged();
    };
    change(1);
    const which = fault.serversOnly === true ? 'links to servers' : 'links';
    const preposition = { both: 'of', inbound: 'towards', outbound: 'from' }[direction];
    const where = fault.all ? `all ${which}` : `${which} ${preposition} ${named(target!, tools)}`;
    return {
      text: `${where}: ${troubles(fault)}`,
      endText: `${where} are as before`,
      end: () => change(-1),
    };
  },
};

/** Messages wait, then all arrive. */
export const clog: FaultFamily<FaultOf<'clog'>> = {
  nodes: targetAlone,
  begin(fault, [target], tools) {
    const change = (by: 1 | -1): void => {
      eachLink(tools, target!, fault.serversOnly === true, (link, from) => {
        if (isMeant(fault.direction, from === target)) link.clogged += by;
      });
      tools.world.linksChanged();
    };
    change(1);
    const which = { both: 'to and from', inbound: 'to', outbound: 'from' }[fault.direction];
    const servers = fault.serversOnly === true ? ' on links between servers' : '';
    const id = named(target!, tools) + servers;
    return {
      text: `messages ${which} ${id} wait`,
      endText: `the messages that waited ${which} ${id} go on`,
      end: () => change(-1),
    };
  },
};

/** Each directed link from or to a node, or all links when the node is -1; or those of servers. */
function eachLink(
  tools: StrikeTools,
  node: number,
  serversOnly: boolean,
  change: (link: LinkTrouble, from: number) => void,
): void {
  const { world } = tools;
  const count = serversOnly ? world.serverCount : world.nodeCount;
  for (let from = 0; from < count; from++) {
    for (let to = 0; to < count; to++) {
      if (from === to || (node >= 0 && from !== node && to !== node)) continue;
      change(world.link(from, to), from);
    }
  }
}

/** Whether a fault of links of this direction concerns one that leads away from its target, or to it. */
function isMeant(direction: FaultOf<'clog'>['direction'], outward: boolean): boolean {
  return direction === 'both' || (direction === 'outbound') === outward;
}

function troubles(fault: FaultOf<'degrade'>): string {
  const parts: string[] = [];
  const share = (perMillion: number, what: string): void => {
    if (perMillion > 0) parts.push(`${perMillion / 10_000} % ${what}`);
  };
  share(fault.lossPerMillion, 'lost');
  share(fault.duplicatePerMillion, 'duplicated');
  share(fault.reorderPerMillion, 'reordered');
  share(fault.corruptPerMillion, 'damaged on the wire');
  if (fault.extraLatencyUs > 0) parts.push(`${fault.extraLatencyUs / 1000} ms later`);
  return parts.length === 0 ? 'nothing is worse' : parts.join(', ');
}
