import { presentCount } from '../metadata/chunk-life.ts';
import type { ChunkWork } from './write-grants.ts';

/** How often a member is asked. */
const mostTimes = 3;

/** A replicated chunk under the name that its members have it by now. */
export interface ReplicaName {
  readonly chunk: number;
  readonly version: number;
  readonly generation: number;
}

/**
 * Has the members of a chunk read all that they have of it, before it goes on without others: those may
 * have the last whole replica, and what is left out is erased. Rot that nobody has met yet shows
 * then. Gives the members without those that are damaged; none at all unless one has proved to be whole.
 */
export function prove(
  { lead, tasks }: ChunkWork,
  { chunk, version, generation }: ReplicaName,
  members: readonly number[],
  done: (members: readonly number[]) => void,
): void {
  const damaged: Set<number> = new Set();
  let left = presentCount(members);
  let whole = 0;
  const finish = (): void => {
    if (whole === 0) lead.env.probe('no member proved to be whole');
    done(members.map((server) => (whole === 0 || damaged.has(server) ? 0 : server)));
  };
  if (left === 0) {
    finish();
    return;
  }
  const order = { kind: 'verify-fragment', chunk, version, generation, part: 0 } as const;
  for (const server of members) {
    if (server === 0) continue;
    tasks.give(server, order, mostTimes, (answer) => {
      const fault = answer?.kind === 'task-done' ? answer.fault : 'no-answer';
      if (fault === null) whole += 1;
      if (fault === 'bad') damaged.add(server);
      left -= 1;
      if (left === 0) finish();
    });
  }
}
