import { classFault } from '../placement/storage-class.ts';
import type { CommandOf } from './command.ts';
import { done, type Reply, refuse } from './reply.ts';
import { type RegionMode, type SessionRole, sessionRoles } from './rows.ts';
import { endSessionsOf } from './sessions.ts';
import type { MetadataState } from './state.ts';

/** A class is defined once; what was written by it must stay readable. */
export function defineClass(state: MetadataState, command: CommandOf<'define-class'>): Reply {
  const { storageClass } = command;
  if (classFault(storageClass) !== null) return refuse('EINVAL');
  const { landing } = storageClass;
  if (landing !== 0 && state.classes.get(landing)?.landing !== 0) return refuse('EINVAL');
  if (state.classes.get(storageClass.id) !== undefined) return refuse('EEXIST');
  state.classes.insert(storageClass.id, storageClass);
  return done;
}

/** A server makes itself known, again after each start. With data on it, it stays where it is. */
export function registerServer(state: MetadataState, command: CommandOf<'register-server'>): Reply {
  const { server, region, zone, host, weight, capacityBytes } = command;
  if (server === 0 || weight > 2 ** 26) return refuse('EINVAL');
  const known = state.servers.get(server);
  if (known === undefined) {
    const counts = { life: 1, fragments: 0, usedBytes: 0, plans: 0 };
    const row = { region, zone, host, weight, capacityBytes, state: 'up', ...counts } as const;
    state.servers.insert(server, row);
    return done;
  }
  const moved = known.region !== region || known.zone !== zone || known.host !== host;
  if (moved && known.fragments > 0) return refuse('EBUSY');
  const row = state.servers.edit(server);
  Object.assign(row, { region, zone, host, weight, capacityBytes });
  row.life += 1;
  // A drain goes on over restarts.
  if (row.state === 'down') row.state = 'up';
  return done;
}

/** `up` ends a drain: who is down comes up by making itself known, and by nothing else. */
export function setServerState(
  state: MetadataState,
  command: CommandOf<'set-server-state'>,
): Reply {
  const row = state.servers.get(command.server);
  if (row === undefined) return refuse('ENOENT');
  if (command.state === 'up' && row.state !== 'draining') return done;
  state.servers.edit(command.server).state = command.state;
  return done;
}

/** Forgets a server that holds nothing and has nothing to do. */
export function removeServer(state: MetadataState, command: CommandOf<'remove-server'>): Reply {
  const row = state.servers.get(command.server);
  if (row === undefined) return refuse('ENOENT');
  if (row.fragments > 0 || row.plans > 0 || row.state === 'up') return refuse('EBUSY');
  state.servers.delete(command.server);
  return done;
}

/** Who may change what a region holds; nobody in a region that is lost. */
export function writerIn(mode: RegionMode): SessionRole | null {
  if (mode === 'lost') return null;
  return mode === 'active' ? 'client' : 'mirror';
}

/**
 * Says who may change what a region holds. In the region of these masters, the sessions of all others
 * end in the same entry, with their write leases: nothing of theirs can still be applied behind it.
 */
export function setRegionMode(
  state: MetadataState,
  command: CommandOf<'set-region-mode'>,
  fence: number,
): Reply {
  const { region, mode, epoch } = command;
  const known = state.regions.get(region);
  if (known === undefined) {
    state.regions.insert(region, { mode, fence, epoch, watermark: 0 });
  } else {
    if (epoch < known.epoch) return refuse('ESTALE');
    // The same again changes nothing, so that whoever did not hear the answer can ask again.
    if (epoch === known.epoch) return known.mode === mode ? done : refuse('ESTALE');
    Object.assign(state.regions.edit(region), { mode, fence, epoch });
  }
  if (region === state.settings.region) {
    const writer = writerIn(mode);
    for (const role of sessionRoles) if (role !== writer) endSessionsOf(state, role);
  }
  return done;
}

/** A region has all entries up to an index. Watermarks do not go back, nor ahead of the log. */
export function advanceWatermark(
  state: MetadataState,
  command: CommandOf<'advance-watermark'>,
): Reply {
  const { region, index } = command;
  const known = state.regions.get(region);
  if (known === undefined) return refuse('ENOENT');
  if (index < known.watermark || index > state.applied) return refuse('EINVAL');
  state.regions.edit(region).watermark = index;
  return done;
}
