import type { Leadership } from './leadership.ts';
import type { LeaseClock } from './lease-clock.ts';

/** Asks the holder of a chunk's write lease to give it back, unless that is `session`. */
export function recallWriter(
  lead: Leadership,
  leases: LeaseClock,
  chunk: number,
  session: number = 0,
): void {
  const grant = lead.state.chunks.get(chunk)?.grant ?? null;
  if (grant === null || grant.session === session) return;
  const address = leases.addressOf(grant.session);
  if (address === undefined) return;
  lead.env.probe('a write lease recalled');
  const keys = [{ inode: grant.inode, name: '' }];
  const { session: holder, index: chunkIndex, fence } = grant;
  const { term } = lead;
  lead.send(address, { kind: 'recall', recall: fence, term, session: holder, keys, chunkIndex });
}
