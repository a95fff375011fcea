import { classFault } from '../placement/storage-class.ts';
import type { CommandOf } from './command.ts';
import { done, type Reply, refuse } from './reply.ts';
import type { MetadataState } from './state.ts';

/** A class is defined once; what was written by it must stay readable. */
export function defineClass(state: MetadataState, command: CommandOf<'define-class'>): Reply {
  const { storageClass } = command;
  if (classFault(storageClass) !== null) return refuse('EINVAL');
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

export function setServerState(
  state: MetadataState,
  command: CommandOf<'set-server-state'>,
): Reply {
  if (state.servers.get(command.server) === undefined) return refuse('ENOENT');
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

/** Whether a region accepts changes. The fence only rises, so what an older side sends is refused. */
export function setRegionMode(
  state: MetadataState,
  command: CommandOf<'set-region-mode'>,
  fence: number,
): Reply {
  const { region, mode } = command;
  if (state.regions.get(region) === undefined) {
    state.regions.insert(region, { mode, fence, watermark: 0 });
    return done;
  }
  const row = state.regions.edit(region);
  row.mode = mode;
  row.fence = fence;
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
