import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import type { MetadataState } from '../../src/systems/storage/metadata/state.ts';
import type { StorageMoment } from './moment.ts';

export const removedHoldNothing = rung<StorageMoment>({
  id: 'SG6',
  title: 'what is removed holds nothing',
  statement:
    'A server that an entry takes out of the registry is a member of no chunk, and no plan is left for it.',
  source: 'seaweedfs#7956; minio, decommission: a pool is detached with objects in it',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['chain'],
  check({ node, facts: { oracle } }): Outcome {
    const { state, touched } = oracle;
    let outcome: Outcome = premiseFalse;
    for (const { table, key } of touched.values()) {
      if (table !== 'servers' || state.servers.get(key as number) !== undefined) continue;
      // Servers are removed seldom: all rows may be looked at.
      const server = key as number;
      const chunk = chunkWith(state, server);
      const plan = planFor(state, server);
      if (chunk !== 0 || plan !== 0) {
        return broken({ nodes: [node], values: { server, chunk, plan } });
      }
      outcome = held;
    }
    return outcome;
  },
});

/** A chunk with a part on a server; 0: there is none. */
function chunkWith({ chunks }: MetadataState, server: number): number {
  return chunks.keys().find((chunk) => chunks.get(chunk)!.members.includes(server)) ?? 0;
}

/** A plan that a server has to carry out; 0: there is none. */
function planFor({ plans }: MetadataState, server: number): number {
  for (const chunk of plans.groupKeys()) {
    const found = plans.keys(chunk).find((plan) => plans.get(chunk, plan)!.server === server);
    if (found !== undefined) return found;
  }
  return 0;
}
