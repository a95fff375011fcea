import type { AnyComponent } from '../../sim/component.ts';
import type { Config, Domain, SystemDefinition } from '../../sim/system-definition.ts';
import {
  noticedDamage as noticedByMaster,
  partialRaftOperator,
  raftKnobs,
  settingsFrom,
} from '../raft/index.ts';
import { chunkServerComponent } from './chunkserver/component.ts';
import { noticedDamage as noticedByServer } from './chunkserver/disk-image.ts';
import {
  serverSizeFrom,
  sizeKnobs,
  storageSettingsFrom,
  storageTimingsFrom,
  timingKnobs,
} from './drawn-settings.ts';
import { lossRefusal } from './ground-truth.ts';
import { masterComponent } from './master/master-component.ts';
import { storageNarrator } from './narrator.ts';
import { classesFrom, classKnobs } from './standard-classes.ts';
import { powerDomainOf, siteOf, topologyKnobs, topologyOf } from './topology.ts';

/** Raft's own knobs that mean something to masters: who is a spare, and sessions, are not Raft's here. */
const masterKnobs: Readonly<Record<string, Domain>> = Object.fromEntries(
  Object.entries(raftKnobs).filter(
    ([path]) => path !== 'raft.spares' && path !== 'raft.sessions' && path !== 'raft.leaseReads',
  ),
);

function nodeOf(config: Config, peers: readonly string[], index: number): AnyComponent {
  const topology = topologyOf(config);
  const { masters, metaloggers, firstServer } = topology;
  const settings = storageSettingsFrom(config);
  const timings = storageTimingsFrom(config);
  if (index < firstServer) {
    const raft = settingsFrom(config);
    const classes = classesFrom(config);
    return masterComponent({
      ...{ peers, index, masters, metaloggers, settings, timings, classes, raft },
    });
  }
  const place = { ...siteOf(topology, index), ...serverSizeFrom(config, index) };
  const voters = peers.slice(0, firstServer);
  return chunkServerComponent({ peers, index, masters: voters, settings, timings, place });
}

/**
 * The storage system as a system under test: masters, metaloggers and chunkservers.
 * @param options.knobs knobs in place of, or besides, those of the system
 */
export function storage(
  options: { readonly knobs?: Readonly<Record<string, Domain>> } = {},
): SystemDefinition {
  return {
    name: 'storage',
    knobs: {
      ...topologyKnobs,
      ...sizeKnobs,
      ...timingKnobs,
      ...classKnobs,
      ...masterKnobs,
      ...options.knobs,
    },
    node: nodeOf,
    noticedDamage: (file, promised) =>
      file.includes('/') ? noticedByServer(file, promised) : noticedByMaster(file, promised),
    lossRefusal,
    operator: partialRaftOperator,
    narrator: storageNarrator,
    // Leases of servers, writers, sessions and caches.
    countsOnClocks: () => true,
    zone: powerDomainOf,
  };
}
