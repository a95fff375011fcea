import type { Config, Domain, Setting } from '../../sim/system-definition.ts';

/** Who the nodes of a cluster are: first masters, then metaloggers, then chunkservers. */
export interface StorageTopology {
  readonly nodes: number;
  readonly masters: number;
  readonly metaloggers: number;
  /** Index of the first chunkserver. */
  readonly firstServer: number;
  readonly chunkservers: number;
  readonly regions: number;
  /** In each region. */
  readonly zones: number;
  /** Chunkservers of a zone that share a host. */
  readonly serversPerHost: number;
}

/** Where a node stands. Zones and hosts have numbers of their own in the whole topology. */
export interface NodeSite {
  readonly region: number;
  readonly zone: number;
  readonly host: number;
}

/** What is drawn of the topology; the first value is the calm one. */
export const topologyKnobs: Readonly<Record<string, Domain>> = {
  // 24 to 27 chunkservers, or 8 to 11: few enough that some codes find no lawful place.
  nodes: { kind: 'one of', values: [30, 14] },
  'storage.masters': { kind: 'one of', values: [5, 3] },
  'storage.metaloggers': { kind: 'one of', values: [1, 0, 2] },
  'storage.regions': { kind: 'one of', values: [3] },
  'storage.zones': { kind: 'one of', values: [2] },
  'storage.serversPerHost': { kind: 'one of', values: [1] },
  // What loses power together: a zone, or all of a region.
  'storage.powerDomain': { kind: 'one of', values: ['zone', 'region'] },
};

/** The topology that a drawn config describes; what it leaves out is calm. */
export function topologyOf(config: Config): StorageTopology {
  const number = (path: string): number => Number(topologySetting(config, path));
  const nodes = number('nodes');
  const masters = number('storage.masters');
  const metaloggers = number('storage.metaloggers');
  const firstServer = masters + metaloggers;
  const [regions, zones] = [number('storage.regions'), number('storage.zones')];
  return {
    nodes,
    masters,
    metaloggers,
    firstServer,
    chunkservers: nodes - firstServer,
    regions,
    zones,
    serversPerHost: number('storage.serversPerHost'),
  };
}

function topologySetting(config: Config, path: string): Setting {
  const domain = topologyKnobs[path]!;
  return config[path] ?? (domain.kind === 'one of' ? domain.values[0]! : domain.low);
}

/**
 * Where the node at an index stands. Chunkservers go round the regions, and within a region round
 * its zones; those of a zone fill its hosts one after the other. A host has the number of its first
 * node. Masters fill the regions one after the other, 2/2/1 or 1/1/1, so that no region has a
 * majority; metaloggers go round from the last region.
 */
export function siteOf(topology: StorageTopology, index: number): NodeSite {
  const { masters, firstServer, regions, zones, serversPerHost } = topology;
  if (index >= firstServer) {
    const at = index - firstServer;
    const region = at % regions;
    const beforeInHost = Math.floor(at / (regions * zones)) % serversPerHost;
    return {
      region: region + 1,
      zone: region * zones + (Math.floor(at / regions) % zones) + 1,
      host: index + 1 - beforeInHost * regions * zones,
    };
  }
  const perRegion = Math.ceil(masters / regions);
  const isMaster = index < masters;
  const region = isMaster
    ? Math.floor(index / perRegion) % regions
    : (regions - 1 + index - masters) % regions;
  const inRegion = isMaster ? index % perRegion : 0;
  const zone = region * zones + (inRegion % zones) + 1;
  return { region: region + 1, zone, host: index + 1 };
}

/** What loses power together with the node at an index, by name. */
export function powerDomainOf(config: Config, index: number): string {
  const { region, zone } = siteOf(topologyOf(config), index);
  const whole = topologySetting(config, 'storage.powerDomain') === 'region';
  return whole ? `region ${region}` : `zone ${zone}`;
}
