import type { FragmentName } from '../block-checksum.ts';
import type { Chunk } from '../metadata/rows.ts';
import type { MetadataState } from '../metadata/state.ts';
import type { Leadership } from './leadership.ts';

const nothing: readonly FragmentName[] = [];

/**
 * Replicas of a server that a newer version of their chunk was formed without, and that wait for their
 * deletion. Costs what the server has plans for, so it is asked for only when a lease begins anew.
 */
export function leftOutOf(
  { state, indexes }: Pick<Leadership, 'state' | 'indexes'>,
  server: number,
): readonly FragmentName[] {
  const works = indexes.plansOf.get(server);
  if (works === undefined) return nothing;
  const names: FragmentName[] = [];
  for (const { chunk, plan } of works.values()) {
    if (plan.kind !== 'delete') continue;
    const { version, generation, part } = plan;
    const row = state.chunks.get(chunk);
    if (row === undefined || !isOutdated(state, row, plan)) continue;
    names.push({ chunk, version, generation, part });
  }
  return names;
}

/**
 * Whether a replica that is no member's is of a version before that of its chunk. Parts of a stripe
 * that was replaced never are: they are one content, whole, for who still reads that.
 */
export function isOutdated(
  state: MetadataState,
  { classId, version, generation }: Readonly<Chunk>,
  fragment: Pick<FragmentName, 'version' | 'generation'>,
): boolean {
  if (fragment.generation !== generation || fragment.version >= version) return false;
  return state.classes.get(classId)!.redundancy.kind === 'replicated';
}
