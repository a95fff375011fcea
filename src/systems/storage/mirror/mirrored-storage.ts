import type { AnyComponent } from '../../../sim/component.ts';
import type { Config, Domain, SystemDefinition } from '../../../sim/system-definition.ts';
import { raftKnobs, settingsFrom } from '../../raft/index.ts';
import { chunkServerComponent } from '../chunkserver/component.ts';
import { type ClientSettings, simulationClient } from '../client/client-settings.ts';
import {
  serverSizeFrom,
  sizeKnobs,
  storageSettingsFrom,
  storageTimingsFrom,
  timingKnobs,
} from '../drawn-settings.ts';
import { masterComponent } from '../master/master-component.ts';
import { classesFrom, classKnobs } from '../standard-classes.ts';
import { type StorageTopology, siteOf, topologyKnobs, topologyOf } from '../topology.ts';
import { mirrorComponent } from './mirror-component.ts';
import type { SideSettings } from './side.ts';

/** Path of the tree that is mirrored. */
export const mirroredTree = '/shared';

/** What is drawn of the mirror; the first value is the calm one. */
const mirrorKnobs: Readonly<Record<string, Domain>> = {
  'mirror.pauseUs': { kind: 'one of', values: [300_000, 50_000, 1_500_000] },
  'mirror.bytesPerSecond': { kind: 'one of', values: [1_000_000, 50_000] },
  'mirror.promoteAfterUs': { kind: 'one of', values: [3_000_000, 1_000_000] },
};

/** Two clusters of eight, and the mirror. */
const mirroredTopology: Readonly<Record<string, Domain>> = {
  ...topologyKnobs,
  nodes: { kind: 'one of', values: [17] },
  'storage.masters': { kind: 'one of', values: [3] },
  'storage.metaloggers': { kind: 'one of', values: [0, 1] },
};

/** Codes need more servers than there are. */
const mirroredClasses: Readonly<Record<string, Domain>> = {
  ...classKnobs,
  'storage.rootClass': { kind: 'one of', values: ['copies', 'pair'] },
};

/** Where a node belongs: 0 and 1 are the clusters, 2 is the mirror. `index` is its place there. */
export interface MirroredPlace {
  readonly side: 0 | 1 | 2;
  readonly index: number;
}

/** The topology of either cluster. */
export function sideTopology(config: Config): StorageTopology {
  return topologyOf(sideConfig(config));
}

function sideConfig(config: Config): Config {
  return { ...config, nodes: nodesPerSide(config) };
}

function nodesPerSide(config: Config): number {
  return (Number(config.nodes ?? 17) - 1) / 2;
}

export function mirroredPlaceOf(config: Config, index: number): MirroredPlace {
  const nodes = nodesPerSide(config);
  const side = Math.floor(index / nodes) as 0 | 1 | 2;
  return { side, index: index % nodes };
}

/** Nodes of one cluster. */
export function nodesOfSide(config: Config, peers: readonly string[], side: 0 | 1): string[] {
  const { nodes } = sideTopology(config);
  return peers.slice(side * nodes, (side + 1) * nodes);
}

/** One cluster as clients and the mirror reach it. Regions are numbered from 1. */
export function sideSettings(config: Config, peers: readonly string[], side: 0 | 1): SideSettings {
  const nodes = nodesOfSide(config, peers, side);
  const client: Omit<ClientSettings, 'mode' | 'role'> = {
    ...simulationClient,
    masters: nodes.slice(0, sideTopology(config).firstServer),
    storage: storageSettingsFrom(config),
    timings: storageTimingsFrom(config),
    classes: classesFrom(config),
    deadlineUs: 3_000_000,
  };
  return { region: side + 1, nodes, client };
}

function knob(config: Config, path: string): number {
  const domain = mirrorKnobs[path]!;
  return Number(config[path] ?? (domain.kind === 'one of' ? domain.values[0] : domain.low));
}

function nodeOf(config: Config, peers: readonly string[], at: number): AnyComponent {
  const { side, index } = mirroredPlaceOf(config, at);
  if (side === 2) {
    return mirrorComponent({
      sides: [sideSettings(config, peers, 0), sideSettings(config, peers, 1)],
      tree: mirroredTree,
      pauseUs: knob(config, 'mirror.pauseUs'),
      bytesPerSecond: knob(config, 'mirror.bytesPerSecond'),
      promoteAfterUs: knob(config, 'mirror.promoteAfterUs'),
      failBack: true,
    });
  }
  const topology = sideTopology(config);
  const { masters, metaloggers, firstServer } = topology;
  const nodes = nodesOfSide(config, peers, side);
  const settings = { ...storageSettingsFrom(config), region: side + 1 };
  const timings = storageTimingsFrom(config);
  if (index < firstServer) {
    const raft = settingsFrom({ ...config, nodes: topology.nodes });
    const classes = classesFrom(config);
    return masterComponent({
      ...{ peers: nodes, index, masters, metaloggers, settings, timings, classes, raft },
    });
  }
  const place = { ...siteOf(topology, index), ...serverSizeFrom(sideConfig(config), index) };
  const voters = nodes.slice(0, firstServer);
  return chunkServerComponent({ peers: nodes, index, masters: voters, settings, timings, place });
}

/**
 * Two storage clusters in regions of their own, the second the mirror of the first, as a system under
 * test. All of a region loses power together.
 * @param options.knobs knobs in place of those of the system
 */
export function mirroredStorage(
  options: { readonly knobs?: Readonly<Record<string, Domain>> } = {},
): SystemDefinition {
  const raft = Object.entries(raftKnobs).filter(
    ([path]) => !['raft.spares', 'raft.sessions', 'raft.leaseReads'].includes(path),
  );
  return {
    name: 'mirrored-storage',
    knobs: {
      ...mirroredTopology,
      ...sizeKnobs,
      ...timingKnobs,
      ...mirroredClasses,
      ...Object.fromEntries(raft),
      ...mirrorKnobs,
      ...options.knobs,
    },
    node: nodeOf,
    countsOnClocks: () => true,
    // The mirror stands in the second region.
    zone: (config, index) => `region ${Math.min(mirroredPlaceOf(config, index).side, 1) + 1}`,
  };
}
