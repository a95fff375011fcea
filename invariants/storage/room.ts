import type { MetadataState } from '../../src/systems/storage/metadata/state.ts';
import type { StorageClass } from '../../src/systems/storage/placement/storage-class.ts';
import { mostMore, type Site } from './caps.ts';

/** Where the members of a chunk stand; there is none at a position with 0. */
export function sitesOf(state: MetadataState, members: readonly number[]): Site[] {
  const sites: Site[] = [];
  for (const member of members) {
    const row = member === 0 ? undefined : state.servers.get(member);
    if (row !== undefined) sites.push(row);
  }
  return sites;
}

/** Servers among these that the tables let take a part of so many bytes. */
export function takers(
  state: MetadataState,
  among: readonly number[],
  bytes: number,
): readonly number[] {
  return among.filter((server) => {
    const row = state.servers.get(server)!;
    return row.state === 'up' && row.weight > 0 && row.capacityBytes - row.usedBytes >= bytes;
  });
}

/**
 * Whether these servers can take one part more of a chunk: under the caps of its class, or beyond
 * those per zone and region where the class rather has a part there than none. No host ever takes
 * more than its cap.
 */
export function canTakeOne(
  { caps, whenInfeasible }: StorageClass,
  parts: readonly Site[],
  able: readonly Site[],
): boolean {
  if (mostMore(caps, parts, able) > 0) return true;
  const anywhere = { ...caps, zone: Number.POSITIVE_INFINITY, region: Number.POSITIVE_INFINITY };
  return whenInfeasible === 'flag' && mostMore(anywhere, parts, able) > 0;
}
