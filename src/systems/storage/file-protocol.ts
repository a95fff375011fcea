import type { Config } from '../../sim/system-definition.ts';
import { type ClientSettings, simulationClient } from './client/client-settings.ts';
import { storageFileProtocol } from './client/file-client-adapter.ts';
import { storageSettingsFrom, storageTimingsFrom } from './drawn-settings.ts';
import { simulationSettings } from './metadata/settings.ts';
import { classesFrom, standardClasses } from './standard-classes.ts';
import { topologyOf } from './topology.ts';

function settingsOf(
  config: Config,
  peers: readonly string[],
): Omit<ClientSettings, 'mode' | 'owner'> {
  const { firstServer, chunkservers } = topologyOf(config);
  return {
    ...simulationClient,
    // A metalogger that was made a voter may lead.
    masters: peers.slice(0, firstServer),
    servers: Array.from({ length: chunkservers }, (_, nth) => firstServer + 1 + nth),
    storage: storageSettingsFrom(config),
    timings: storageTimingsFrom(config),
    classes: classesFrom(config),
  };
}

/** How clients speak to the storage system that `storage()` sets up. */
export const fileProtocol: ReturnType<typeof storageFileProtocol> = storageFileProtocol(
  settingsOf,
  {
    storage: simulationSettings,
    classes: standardClasses,
  },
);
