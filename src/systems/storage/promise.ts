import { isBusy } from './metadata/chunk-life.ts';
import type { Chunk } from './metadata/rows.ts';
import type { MetadataState } from './metadata/state.ts';
import { levels, toleratedLosses } from './placement/storage-class.ts';

/**
 * Whether the class of a chunk promises that the chunk outlives the loss of what these servers have
 * of it. A class whose cap for hosts, zones or regions is no more than what its code may lose
 * promises that of any one of them. It is owed for a chunk at rest that has a server for each part,
 * and is not flagged as placed while there were too few of them. Where the parts lie in fact is no
 * part of the promise.
 */
export function isPromised(
  state: MetadataState,
  row: Readonly<Chunk>,
  gone: readonly number[],
): boolean {
  if (row.degraded || isBusy(row) || row.members.includes(0)) return false;
  const { caps, redundancy } = state.classes.get(row.classId)!;
  return levels.some((level) => {
    if (caps[level] > toleratedLosses(redundancy)) return false;
    return new Set(gone.map((server) => state.servers.get(server)?.[level])).size === 1;
  });
}
