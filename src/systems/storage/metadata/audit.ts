import { neededParts, totalParts } from '../placement/storage-class.ts';
import { fragmentBytes, partAt, presentCount } from './chunk-life.ts';
import { conflictingLock } from './range-locks.ts';
import { MetadataState, rootInode } from './state.ts';

/**
 * Everything that must hold between the tables, worked out anew from all rows: the slow twin of what
 * the commands keep up to date. Gives what is wrong, in sentences; empty when all is well.
 *
 * For tests and for checkers at the end of a run: it costs the whole state.
 */
export function auditState(state: MetadataState): string[] {
  return [
    ...auditTree(state),
    ...auditSums(state),
    ...auditChunks(state),
    ...auditServers(state),
    ...auditSessions(state),
    ...auditBytes(state),
  ];
}

/** E1: one parent per directory, links as many as entries, everything reachable or held. */
function auditTree(state: MetadataState): string[] {
  const wrong: string[] = [];
  const links = new Map<number, number[]>();
  for (const directory of state.dentries.groupKeys()) {
    if (state.inodes.get(directory)?.kind !== 'directory') wrong.push(`entries in ${directory}`);
    for (const name of state.dentries.keys(directory)) {
      const { inode } = state.dentries.get(directory, name)!;
      links.set(inode, [...(links.get(inode) ?? []), directory]);
    }
  }
  const reached = new Set<number>();
  const walk = (inode: number) => {
    if (reached.has(inode)) return;
    reached.add(inode);
    for (const name of state.dentries.keys(inode)) {
      walk(state.dentries.get(inode, name)!.inode);
    }
  };
  walk(rootInode);
  for (const inode of state.inodes.keys()) {
    const row = state.inodes.get(inode)!;
    const found = links.get(inode) ?? [];
    const sorted = (list: readonly number[]) => [...list].sort((a, b) => a - b).join();
    if (sorted(found) !== sorted(row.parents)) wrong.push(`links of inode ${inode}`);
    if (row.kind === 'directory' && inode !== rootInode && found.length !== 1) {
      wrong.push(`directory ${inode} has ${found.length} parents`);
    }
    const trashed = state.trash.get(inode) !== undefined;
    if (!reached.has(inode) && !trashed && row.opens === 0) wrong.push(`inode ${inode} is lost`);
    if (trashed && found.length > 0) wrong.push(`inode ${inode} is in the trash and has a name`);
    if (inode >= state.nextInode) wrong.push(`inode ${inode} was never given out`);
  }
  for (const inode of links.keys()) {
    if (state.inodes.get(inode) === undefined) wrong.push(`an entry leads to no inode ${inode}`);
  }
  return wrong;
}

/** G1: the sums of each directory are those of what is below it. */
function auditSums(state: MetadataState): string[] {
  const wrong: string[] = [];
  const sums = new Map<number, [number, number, number, number]>();
  for (const inode of state.inodes.keys()) sums.set(inode, [0, 0, 0, 0]);
  const charge = (from: number, inodes: number, bytes: number, shared: number) => {
    for (let at = from; at !== 0; at = state.inodes.get(at)!.parents[0] ?? 0) {
      const sum = sums.get(at)!;
      sum[0] += inodes;
      sum[1] += bytes;
      sum[2] += shared;
    }
  };
  for (const inode of state.inodes.keys()) {
    const row = state.inodes.get(inode)!;
    const [home] = row.parents;
    if (home === undefined) continue;
    charge(home, 1, row.sizeBytes, 0);
    if (row.kind === 'directory') sums.get(home)![3] += 1;
    if (row.parents.length > 1) for (const parent of row.parents) charge(parent, 0, 0, 1);
  }
  for (const [inode, sum] of sums) {
    const row = state.inodes.get(inode)!;
    const kept = [row.belowInodes, row.belowBytes, row.belowShared, row.subdirectories];
    if (kept.join() !== sum.join()) wrong.push(`sums of ${inode}: ${kept} kept, ${sum} counted`);
  }
  return wrong;
}

/** C1, C2, F2, G4: references, versions, members, and no plan to delete what is meant. */
function auditChunks(state: MetadataState): string[] {
  const wrong: string[] = [];
  const references = new Map<number, number>();
  const born = new Map<number, string>();
  for (const inode of state.slots.groupKeys()) {
    if (state.inodes.get(inode)?.kind !== 'file') wrong.push(`slots of ${inode}, no file`);
    for (const index of state.slots.keys(inode)) {
      const slot = state.slots.get(inode, index)!;
      if (slot.chunk !== 0) references.set(slot.chunk, (references.get(slot.chunk) ?? 0) + 1);
      if (slot.born !== 0) born.set(slot.born, `${inode}/${index}`);
      if (slot.chunk === 0 && slot.born === 0) wrong.push(`slot ${inode}/${index} is empty`);
      if (slot.validBytes > state.settings.chunkBytes) wrong.push(`slot ${inode}/${index} is full`);
    }
  }
  for (const chunk of state.chunks.keys()) {
    const row = state.chunks.get(chunk)!;
    const count = references.get(chunk) ?? 0;
    references.delete(chunk);
    if (row.references !== count) wrong.push(`chunk ${chunk}: ${row.references}, not ${count}`);
    const { grant } = row;
    const cradle = grant === null ? '' : `${grant.inode}/${grant.index}`;
    if ((count === 0) !== (born.get(chunk) === cradle && row.version === 0)) {
      wrong.push(`chunk ${chunk} is neither referenced nor about to be`);
    }
    const { redundancy } = state.classes.get(row.classId)!;
    const present = presentCount(row.members);
    if (row.version > 0 && present < neededParts(redundancy)) wrong.push(`chunk ${chunk} is lost`);
    if (row.version > 0 && row.members.length !== totalParts(redundancy)) {
      wrong.push(`chunk ${chunk} has ${row.members.length} places`);
    }
    if (row.version > row.highestVersion || row.generation > row.highestGeneration) {
      wrong.push(`chunk ${chunk} is ahead of itself`);
    }
    if (chunk >= state.nextChunk) wrong.push(`chunk ${chunk} was never given out`);
  }
  for (const chunk of references.keys()) wrong.push(`a slot leads to no chunk ${chunk}`);
  return [...wrong, ...auditPlans(state)];
}

function auditPlans(state: MetadataState): string[] {
  const wrong: string[] = [];
  for (const chunk of state.plans.groupKeys()) {
    for (const id of state.plans.keys(chunk)) {
      const plan = state.plans.get(chunk, id)!;
      const row = state.chunks.get(chunk);
      if (row === undefined || plan.kind !== 'delete') continue;
      const storageClass = state.classes.get(row.classId)!;
      const position = row.members.indexOf(plan.server);
      const meant =
        position >= 0 &&
        plan.version === row.version &&
        plan.generation === row.generation &&
        partAt(storageClass, position) === plan.part;
      if (meant) wrong.push(`plan ${id} deletes a live fragment of chunk ${chunk}`);
    }
  }
  return wrong;
}

/** G2: what each server is counted to hold is what the chunks say. */
function auditServers(state: MetadataState): string[] {
  const counted = new Map(state.servers.keys().map((server) => [server, [0, 0, 0]]));
  const wrong: string[] = [];
  const add = (server: number, place: number, by: number) => {
    const counts = counted.get(server);
    if (counts === undefined) wrong.push(`server ${server} is named and does not exist`);
    else counts[place]! += by;
  };
  for (const chunk of state.chunks.keys()) {
    const { members, classId } = state.chunks.get(chunk)!;
    for (const server of members.filter((member) => member !== 0)) {
      add(server, 0, 1);
      add(server, 1, fragmentBytes(state, state.classes.get(classId)!));
    }
    const present = members.filter((member) => member !== 0);
    if (new Set(present).size < present.length) wrong.push(`chunk ${chunk} twice on a server`);
  }
  for (const chunk of state.plans.groupKeys()) {
    for (const id of state.plans.keys(chunk)) add(state.plans.get(chunk, id)!.server, 2, 1);
  }
  for (const [server, counts] of counted) {
    const { fragments, usedBytes, plans } = state.servers.get(server)!;
    const kept = [fragments, usedBytes, plans];
    if (kept.join() !== counts.join()) wrong.push(`server ${server}: ${kept}, not ${counts}`);
  }
  return wrong;
}

/** E5 and leases: whatever is held is held by a live session, and nothing is held twice. */
function auditSessions(state: MetadataState): string[] {
  const wrong: string[] = [];
  const opens = new Map<number, number>();
  for (const table of [state.opens, state.leases, state.replies]) {
    for (const session of table.groupKeys()) {
      if (state.sessions.get(session) === undefined) wrong.push(`${table.name} of dead ${session}`);
    }
  }
  for (const session of state.opens.groupKeys()) {
    for (const inode of state.opens.keys(session)) {
      opens.set(inode, (opens.get(inode) ?? 0) + state.opens.get(session, inode)!.count);
    }
  }
  for (const inode of state.inodes.keys()) {
    const { opens: kept } = state.inodes.get(inode)!;
    if (kept !== (opens.get(inode) ?? 0)) wrong.push(`opens of ${inode}`);
  }
  let leases = state.leases.size;
  for (const chunk of state.chunks.keys()) {
    const { grant } = state.chunks.get(chunk)!;
    if (grant === null || grant.session === 0) continue;
    leases -= 1;
    const lease = state.leases.get(grant.session, chunk);
    if (lease?.fence !== grant.fence) wrong.push(`lease of chunk ${chunk}`);
    const open = state.opens.get(grant.session, grant.inode) !== undefined;
    if (!open) wrong.push(`chunk ${chunk} is written through a closed file`);
  }
  if (leases !== 0) wrong.push('a lease without a grant');
  for (const inode of state.locks.keys()) {
    const { posix, flock } = state.locks.get(inode)!;
    for (const list of [posix, flock]) {
      for (const lock of list) {
        if (conflictingLock(list, lock) !== null) wrong.push(`conflicting locks on ${inode}`);
        const open = state.opens.get(lock.session, inode) !== undefined;
        if (!open || lock.from >= lock.to) wrong.push(`stray lock on ${inode}`);
      }
    }
  }
  return wrong;
}

/** B2: the kept hash is that of the rows, and a restored state is the same state. */
function auditBytes(state: MetadataState): string[] {
  const bytes = state.save();
  const twin = MetadataState.restore(state.settings, bytes);
  const same = twin.save().every((byte, at) => byte === bytes[at]);
  const wrong = same ? [] : ['the bytes of the restored state differ'];
  if (twin.hash() !== state.hash()) wrong.push('the hash of the restored state differs');
  return wrong;
}
