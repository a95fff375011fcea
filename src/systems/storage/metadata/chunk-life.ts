import { brokenCaps, type Place, partsBeyondCaps } from '../placement/place.ts';
import { minimumDurable, type StorageClass, totalParts } from '../placement/storage-class.ts';
import type { Errno } from './errno.ts';
import type { Chunk, Plan } from './rows.ts';
import type { MetadataState } from './state.ts';

/** A set of fragments of a chunk: one version of it on its members. */
export interface FragmentSet {
  readonly classId: number;
  readonly version: number;
  readonly generation: number;
  readonly members: readonly number[];
}

/** Size of one part of a chunk. */
export function fragmentBytes(state: MetadataState, { redundancy }: StorageClass): number {
  const { chunkBytes } = state.settings;
  if (redundancy.kind === 'replicated') return chunkBytes;
  return Math.ceil(chunkBytes / redundancy.dataParts);
}

/** The part in the name of the fragment at a position: replicas are alike and all have part 0. */
export function partAt({ redundancy }: StorageClass, position: number): number {
  return redundancy.kind === 'erasure' ? position : 0;
}

/** Members that are there. */
export function presentCount(members: readonly number[]): number {
  let count = 0;
  for (const member of members) if (member !== 0) count += 1;
  return count;
}

/** Whether a chunk is being written, recovered or converted: what else there is to do for it waits. */
export function isBusy({ grant, unsettled, conversion }: Readonly<Chunk>): boolean {
  return grant !== null || unsettled || conversion !== null;
}

/** Whether all members have the chunk under its present name: nobody writes it, and nobody must recover it. */
export function isAgreed({ grant, unsettled }: Readonly<Chunk>): boolean {
  return grant === null && !unsettled;
}

/** By how many parts the members that are there exceed the caps of their class. */
export function beyondCaps(
  state: MetadataState,
  storageClass: StorageClass,
  members: readonly number[],
): number {
  const present = members.filter((member) => member !== 0);
  return partsBeyondCaps(placesOf(state, present), storageClass, present);
}

/** Replaces the members of a chunk, and keeps the counts of the servers. */
export function setMembers(
  state: MetadataState,
  chunk: number,
  classId: number,
  members: readonly number[],
): void {
  const row = state.chunks.edit(chunk);
  countMembers(state, row.classId, row.members, -1);
  row.members = [...members];
  row.classId = classId;
  countMembers(state, classId, members, 1);
}

function countMembers(
  state: MetadataState,
  classId: number,
  members: readonly number[],
  by: number,
): void {
  const bytes = fragmentBytes(state, state.classes.get(classId)!);
  for (const member of members) {
    if (member === 0) continue;
    const server = state.servers.edit(member);
    server.fragments += by;
    server.usedBytes += by * bytes;
  }
}

/** The servers as places for the rules of placement. */
export function placesOf(state: MetadataState, ids: readonly number[]): Place[] {
  return ids.map((id) => {
    const {
      region,
      zone,
      host,
      weight,
      capacityBytes,
      usedBytes,
      state: now,
    } = state.servers.get(id)!;
    return { id, region, zone, host, weight, freeBytes: capacityBytes - usedBytes, state: now };
  });
}

/** Whether members exceed the caps of a class. */
export function isDegraded(
  state: MetadataState,
  storageClass: StorageClass,
  members: readonly number[],
): boolean {
  const present = members.filter((member) => member !== 0);
  return brokenCaps(placesOf(state, present), storageClass, present).length > 0;
}

/** Why a proposed set of new members is not acceptable, or null. `held` ones need no new room. */
export function membersFault(
  state: MetadataState,
  storageClass: StorageClass,
  members: readonly number[],
): Errno | null {
  if (members.length !== totalParts(storageClass.redundancy)) return 'EINVAL';
  const present = members.filter((member) => member !== 0);
  if (new Set(present).size !== present.length) return 'EINVAL';
  const bytes = fragmentBytes(state, storageClass);
  for (const member of present) {
    const server = state.servers.get(member);
    // It may have been removed since it was chosen.
    if (server?.state !== 'up') return 'EAGAIN';
    if (server.usedBytes + bytes > server.capacityBytes) return 'ENOSPC';
  }
  if (present.length < minimumDurable(storageClass.redundancy)) return 'ENOSPC';
  const refused = storageClass.whenInfeasible === 'refuse';
  return refused && isDegraded(state, storageClass, members) ? 'ENOSPC' : null;
}

/** Records a plan and gives its id; 0 when the server is gone, and with it its fragments. */
export function addPlan(state: MetadataState, chunk: number, plan: Plan): number {
  if (state.servers.get(plan.server) === undefined) return 0;
  const id = state.nextPlan++;
  state.plans.insert(chunk, id, plan);
  state.servers.edit(plan.server).plans += 1;
  return id;
}

/** The plan to delete one fragment, due after the grace. */
export function deletion(
  state: MetadataState,
  fragment: { server: number; version: number; generation: number; part: number },
): Plan {
  const dueUs = state.timeUs + state.settings.graceUs;
  const { server, version, generation, part } = fragment;
  return { kind: 'delete', server, version, generation, part, position: 0, source: 0, dueUs };
}

/**
 * Plans the deletion of fragments that nothing means any more, but for those of servers in `kept`.
 * The only way in which metadata let go of data.
 */
export function retire(
  state: MetadataState,
  chunk: number,
  { classId, version, generation, members }: FragmentSet,
  kept: readonly number[] = [],
): void {
  const storageClass = state.classes.get(classId)!;
  for (let position = 0; position < members.length; position++) {
    const server = members[position]!;
    if (server === 0 || kept.includes(server)) continue;
    const part = partAt(storageClass, position);
    addPlan(state, chunk, deletion(state, { server, version, generation, part }));
  }
}

/** One slot less that points to a chunk; with the last one it goes. */
export function dropReference(state: MetadataState, chunk: number): void {
  const row = state.chunks.edit(chunk);
  row.references -= 1;
  if (row.references === 0) destroyChunk(state, chunk);
}

/** Ends a chunk; everything that servers may have of it is planned for deletion. */
export function destroyChunk(state: MetadataState, chunk: number): void {
  const row = state.chunks.get(chunk)!;
  const { classId, version, generation, grant, conversion } = row;
  if (version > 0) retire(state, chunk, { classId, version, generation, members: row.members });
  if (grant !== null) {
    if (!grant.open) retire(state, chunk, { ...grant, classId, generation });
    state.leases.delete(grant.session, chunk);
  }
  if (conversion !== null) retire(state, chunk, { ...conversion, version });
  setMembers(state, chunk, classId, []);
  state.chunks.delete(chunk);
}

/** Empties a place in a file. */
export function dropSlot(state: MetadataState, inode: number, index: number): void {
  const { chunk, born } = state.slots.get(inode, index)!;
  state.slots.delete(inode, index);
  if (born !== 0) destroyChunk(state, born);
  if (chunk !== 0) dropReference(state, chunk);
}
