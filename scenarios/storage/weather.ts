import { type Config, disks, type StormDefinition } from '../../src/index.ts';
import { siteOf, topologyOf } from '../../src/systems/storage/topology.ts';
import { always } from '../common/weather.ts';
import { storageWords } from './setting.ts';

/** Name of the n-th chunkserver, wrapping; servers are taken from everywhere in turn. */
export function chunkserver(config: Config, nth: number): string {
  const { firstServer, chunkservers } = topologyOf(config);
  return `n${firstServer + (nth % chunkservers) + 1}`;
}

/** Some master of a region, or a chunkserver where no master stands: all of it loses power together. */
export function someoneIn(config: Config, region: number): string {
  const topology = topologyOf(config);
  for (let index = 0; index < topology.nodes; index++) {
    if (siteOf(topology, index).region === region) return `n${index + 1}`;
  }
  return 'n1';
}

/** Disks that rot, and nothing else that damages them. */
export function rotting(): StormDefinition {
  const storm = disks({
    except: ['wipe', 'disk/full', 'disk/write-error', 'disk/sync-error', 'disk/stall', 'disk/slow'],
    words: storageWords,
  });
  return { ...storm, knobs: { ...storm.knobs, 'storm.bit-flip': always(true) } };
}
