import { brokenCaps } from '../placement/place.ts';
import { neededParts } from '../placement/storage-class.ts';
import {
  addPlan,
  deletion,
  fragmentBytes,
  isBusy,
  isDegraded,
  partAt,
  placesOf,
  presentCount,
  setMembers,
} from './chunk-life.ts';
import type { CommandOf } from './command.ts';
import { isMeant } from './conversion.ts';
import type { Errno } from './errno.ts';
import { done, type Reply, refuse } from './reply.ts';
import type { Chunk, Plan } from './rows.ts';
import type { MetadataState } from './state.ts';

/** Plans that a part is made on another server: a move, or a repair when nobody has it. */
export function planMove(state: MetadataState, command: CommandOf<'plan-move'>): Reply {
  const { chunk, position, to } = command;
  const row = state.chunks.get(chunk);
  if (row === undefined) return refuse('ESTALE');
  if (position >= row.members.length) return refuse('EINVAL');
  if (isBusy(row)) return refuse('EAGAIN');
  const fault = targetFault(state, row, position, to);
  if (fault !== null) return refuse(fault);
  const { version, generation } = row;
  const part = partAt(state.classes.get(row.classId)!, position);
  const source = row.members[position]!;
  const plan: Plan = {
    kind: 'move',
    server: to,
    version,
    generation,
    part,
    position,
    source,
    dueUs: state.timeUs,
  };
  for (const id of state.plans.keys(chunk)) {
    const other = state.plans.get(chunk, id)!;
    const sameFragment = isSameFragment(other, plan);
    // The same fragment is still to be deleted there, or two moves would have one aim.
    if (sameFragment && other.server === to) return refuse('EBUSY');
    if (other.kind === 'move' && (other.position === position || other.server === to)) {
      return refuse('EBUSY');
    }
  }
  return { kind: 'plan', plan: addPlan(state, chunk, plan) };
}

function isSameFragment(a: Plan, b: Plan): boolean {
  return a.version === b.version && a.generation === b.generation && a.part === b.part;
}

function targetFault(
  state: MetadataState,
  row: Readonly<Chunk>,
  position: number,
  to: number,
): Errno | null {
  const server = state.servers.get(to);
  if (row.members.includes(to)) return 'EEXIST';
  // It may have been removed since it was chosen.
  if (server?.state !== 'up') return 'EAGAIN';
  const storageClass = state.classes.get(row.classId)!;
  const bytes = fragmentBytes(state, storageClass);
  if (server.usedBytes + bytes > server.capacityBytes) return 'ENOSPC';
  const count = (members: readonly number[]) => {
    const present = members.filter((member) => member !== 0);
    return brokenCaps(placesOf(state, present), storageClass, present).length;
  };
  const after = row.members.with(position, to);
  const worse = count(after) > count(row.members);
  return worse && storageClass.whenInfeasible === 'refuse' ? 'ENOSPC' : null;
}

/** Plans the deletion of a fragment that a server reported and nothing means. */
export function planDelete(state: MetadataState, command: CommandOf<'plan-delete'>): Reply {
  const { chunk, server, version, generation } = command;
  if (state.servers.get(server) === undefined) return refuse('EINVAL');
  // Never given out here: these metadata are not the ones that the fragment belongs to.
  if (chunk >= state.nextChunk) return refuse('EINVAL');
  const row = state.chunks.get(chunk);
  if (row !== undefined) {
    if (version > row.highestVersion || generation > row.highestGeneration) return refuse('EINVAL');
    if (isMeant(state, row, command)) return refuse('EBUSY');
  }
  const plan = deletion(state, command);
  for (const id of state.plans.keys(chunk)) {
    const other = state.plans.get(chunk, id)!;
    if (other.server === server && isSameFragment(other, plan)) return refuse('EBUSY');
  }
  return { kind: 'plan', plan: addPlan(state, chunk, plan) };
}

/**
 * Servers have erased what they were told to. A whole list in one entry: a stripe that is written anew
 * leaves as many fragments as it has parts. What is no deletion that is planned is passed over.
 */
export function fragmentsErased(
  state: MetadataState,
  { plans }: CommandOf<'fragments-erased'>,
): Reply {
  for (const { chunk, plan } of plans) {
    if (state.plans.get(chunk, plan)?.kind === 'delete') {
      planDone(state, { kind: 'plan-done', chunk, plan, carriedOut: true });
    }
  }
  return done;
}

/** A server has done what it was told, or it was given up; deletions only with a server that is down. */
export function planDone(state: MetadataState, command: CommandOf<'plan-done'>): Reply {
  const { chunk, plan: id, carriedOut } = command;
  const plan = state.plans.get(chunk, id);
  if (plan === undefined) return refuse('ESTALE');
  // Who may still carry it out must not be forgotten: a repair could bring the same fragment back.
  const silent = state.servers.get(plan.server)!.state === 'down';
  if (plan.kind === 'delete' && !carriedOut && !silent) return refuse('EBUSY');
  state.plans.delete(chunk, id);
  state.servers.edit(plan.server).plans -= 1;
  if (plan.kind === 'delete') return done;
  const row = state.chunks.get(chunk);
  const sameVersion = row?.version === plan.version && row.generation === plan.generation;
  const holder = row?.members[plan.position];
  // When the source was dropped as damaged meanwhile, the copy is all the more welcome.
  const current = row !== undefined && sameVersion && (holder === plan.source || holder === 0);
  if (!current || !carriedOut) {
    addPlan(state, chunk, deletion(state, plan));
    return current ? done : refuse('ESTALE');
  }
  setMembers(state, chunk, row.classId, row.members.with(plan.position, plan.server));
  const changed = state.chunks.edit(chunk);
  changed.degraded = isDegraded(state, state.classes.get(row.classId)!, changed.members);
  if (holder !== 0) addPlan(state, chunk, deletion(state, { ...plan, server: plan.source }));
  return done;
}

/** Takes a damaged fragment out of a chunk, unless the chunk would be lost without it. */
export function dropMember(state: MetadataState, command: CommandOf<'drop-member'>): Reply {
  const { chunk, version, generation, position, server } = command;
  const row = state.chunks.get(chunk);
  if (row === undefined || row.version !== version || row.generation !== generation) {
    return refuse('ESTALE');
  }
  if (server === 0 || row.members[position] !== server) return refuse('ESTALE');
  if (row.grant !== null) return refuse('EAGAIN');
  const storageClass = state.classes.get(row.classId)!;
  if (presentCount(row.members) <= neededParts(storageClass.redundancy)) return refuse('EBUSY');
  setMembers(state, chunk, row.classId, row.members.with(position, 0));
  const part = partAt(storageClass, position);
  addPlan(state, chunk, deletion(state, { server, version, generation, part }));
  return done;
}
