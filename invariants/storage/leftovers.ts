import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import type { FragmentOnDisk } from '../../src/systems/storage/chunkserver/disk-image.ts';
import { DisksNow, serves, stripesOf } from '../../src/systems/storage/ground-truth.ts';
import type { StorageFacts, StorageMoment } from './moment.ts';
import { recoveryUs } from './recovers.ts';

/** When the tables changed last what they say of each chunk. */
type ChangedUs = Map<number, number>;

export const nothingIsLeftOver = rung<StorageMoment, ChangedUs>({
  id: 'SG3',
  title: 'nothing is left over',
  statement:
    'A while after everything works again, what lies on a chunkserver is part of a chunk, is becoming one, or is planned for deletion.',
  source: 'dittofs#1433, PR 1483; minio#9931; seaweedfs#7102',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  watches: ['chain', 'end'],
  ghost: () => new Map(),
  check({ facts, timeUs, isChain }, changedUs) {
    const { world, topology, settings } = facts;
    if (isChain) {
      for (const { table, group, key } of facts.oracle.touched.values()) {
        if (table === 'chunks') changedUs.set(key as number, timeUs);
        else if (table === 'plans') changedUs.set(group, timeUs);
      }
      return premiseFalse;
    }
    // Reports come with each scrub: what a lost answer left is seen in the next one.
    const dueUs = recoveryUs(facts) + 2 * facts.timings.scrubCycleUs + settings.graceUs;
    if (timeUs - facts.healedUs < dueUs) return premiseFalse;
    const disks = new DisksNow(world, settings.blockBytes);
    let outcome: Outcome = premiseFalse;
    for (let node = topology.firstServer; node < topology.nodes; node++) {
      if (world.status(node) !== 'up') continue;
      for (const fragment of disks.of(node)) {
        if (isExpected(facts, node, fragment)) continue;
        // Load goes on to the end: what it meant a moment ago may still be on its way out.
        if (timeUs - (changedUs.get(fragment.chunk) ?? 0) < dueUs) continue;
        const { chunk, version, generation, part, fence } = fragment;
        const values = { chunk, version, generation, part, fence, dueUs };
        return broken({ nodes: [node], values });
      }
      outcome = held;
    }
    return outcome;
  },
});

function isExpected(
  { oracle: { state } }: StorageFacts,
  node: number,
  fragment: FragmentOnDisk,
): boolean {
  const { chunk } = fragment;
  const server = node + 1;
  const isPlanned = state.plans.keys(chunk).some((id) => {
    return state.plans.get(chunk, id)!.server === server;
  });
  if (isPlanned) return true;
  const row = state.chunks.get(chunk);
  if (row === undefined) return false;
  return stripesOf(state, chunk, row).some((stripe) => {
    return stripe.members.some((member, at) => member === server && serves(stripe, at, fragment));
  });
}
