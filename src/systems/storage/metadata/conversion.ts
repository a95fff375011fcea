import {
  isAgreed,
  isDegraded,
  membersFault,
  partAt,
  presentCount,
  retire,
  setMembers,
} from './chunk-life.ts';
import type { CommandOf } from './command.ts';
import { done, type Reply, refuse } from './reply.ts';
import type { Chunk } from './rows.ts';
import type { MetadataState } from './state.ts';

/**
 * Begins to change the code of a chunk that nobody writes and no other slot shares. Its parts of the
 * next generation are made beside what is there.
 */
export function convertBegin(
  state: MetadataState,
  command: CommandOf<'convert-begin'>,
  fence: number,
): Reply {
  const { chunk, version, classId, members } = command;
  const row = state.chunks.get(chunk);
  if (row === undefined || row.version !== version) return refuse('ESTALE');
  if (!isIdle(row) || row.conversion !== null) return refuse('EAGAIN');
  const storageClass = state.classes.get(classId);
  if (storageClass === undefined) return refuse('EINVAL');
  const fault = membersFault(state, storageClass, members);
  if (fault !== null) return refuse(fault);
  if (presentCount(members) < members.length) return refuse('ENOSPC');
  const changed = state.chunks.edit(chunk);
  changed.highestGeneration += 1;
  const generation = changed.highestGeneration;
  changed.conversion = { fence, generation, classId, members };
  return { kind: 'conversion', generation, fence };
}

/** All parts are durable: they are the chunk from now on, and what was before is for deletion. */
export function convertCommit(state: MetadataState, command: CommandOf<'convert-commit'>): Reply {
  const { chunk } = command;
  const row = state.chunks.get(chunk);
  const conversion = row?.conversion ?? null;
  if (row === undefined || conversion === null) return refuse('ESTALE');
  if (conversion.generation !== command.generation) return refuse('ESTALE');
  if (!isIdle(row)) return refuse('EAGAIN');
  const { classId, members, generation } = conversion;
  if (members.some((member) => state.servers.get(member) === undefined)) return refuse('EINVAL');
  const before = { ...row };
  setMembers(state, chunk, classId, members);
  const changed = state.chunks.edit(chunk);
  changed.generation = generation;
  changed.conversion = null;
  changed.degraded = isDegraded(state, state.classes.get(classId)!, members);
  retire(state, chunk, before);
  return done;
}

export function convertAbort(state: MetadataState, command: CommandOf<'convert-abort'>): Reply {
  const conversion = state.chunks.get(command.chunk)?.conversion ?? null;
  if (conversion?.generation !== command.generation) return refuse('ESTALE');
  abandonConversion(state, command.chunk);
  return done;
}

/** Drops a conversion under way, if any; its parts are for deletion. */
export function abandonConversion(state: MetadataState, chunk: number): void {
  const { conversion, version } = state.chunks.get(chunk)!;
  if (conversion === null) return;
  state.chunks.edit(chunk).conversion = null;
  retire(state, chunk, { ...conversion, version });
}

/** Whether a fragment of this name on this server is, or may become, part of a chunk. */
export function isMeant(
  state: MetadataState,
  row: Readonly<Chunk>,
  fragment: { server: number; version: number; generation: number; part: number },
): boolean {
  const { server, version, generation, part } = fragment;
  const storageClass = state.classes.get(row.classId)!;
  const stands = (classId: number, members: readonly number[]) => {
    const position = members.indexOf(server);
    return position >= 0 && partAt(state.classes.get(classId)!, position) === part;
  };
  if (version === row.version && generation === row.generation) {
    if (stands(storageClass.id, row.members)) return true;
  }
  if (row.grant !== null && version === row.grant.version && generation === row.generation) {
    if (stands(storageClass.id, row.grant.members)) return true;
  }
  const { conversion } = row;
  if (conversion === null || version !== row.version) return false;
  return conversion.generation === generation && stands(conversion.classId, conversion.members);
}

function isIdle(row: Readonly<Chunk>): boolean {
  return isAgreed(row) && row.references === 1;
}
