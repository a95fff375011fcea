import type { LeaderReader } from './moment.ts';

/** Whether a member of a chunk has its part, by what a leader knows of servers and damage. */
export function isThere({ servers, bad }: LeaderReader, chunk: number, server: number): boolean {
  const isDead = servers.all.get(server)?.dead ?? false;
  return server !== 0 && !isDead && !bad.isBad(chunk, server);
}
