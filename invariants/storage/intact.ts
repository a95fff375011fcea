import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import {
  DisksNow,
  type Stripe,
  serves,
  stripesOf,
} from '../../src/systems/storage/ground-truth.ts';
import { neededParts } from '../../src/systems/storage/placement/storage-class.ts';
import type { StorageFacts, StorageMoment } from './moment.ts';

/** Positions of a stripe that have, by their journals, a fragment that is not known to be bad. */
export function intactInMirrors({ servers }: StorageFacts, stripe: Stripe): number {
  let count = 0;
  for (const [position, server] of stripe.members.entries()) {
    if (server === 0) continue;
    const here = servers[server - 1]?.table.chunks.get(stripe.chunk);
    const isThere = here?.fragments.some(
      (one) => one.fault === null && serves(stripe, position, one),
    );
    if (isThere === true) count += 1;
  }
  return count;
}

/** Chunks looked at with each pulse, besides those that entries touch. */
const chunksPerPulse = 2;
/** Between two such looks. */
const lookEveryUs = 400_000;

interface Cursor {
  chunk: number;
  nextUs: number;
}

export const enoughIsIntact = rung<StorageMoment, Cursor>({
  id: 'SD2',
  title: 'enough is intact',
  statement:
    'As long as no more is damaged than a chunk can bear, so many of its fragments are intact on disks as it takes to read it.',
  source: 'the damage ledger; longhorn#7425, Jepsen NATS 2.12.1, leilfs PR 222',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['chain', 'pulse', 'end'],
  ghost: () => ({ chunk: 0, nextUs: 0 }),
  check({ node, timeUs, facts, isChain }, cursor) {
    if (facts.options.anyNumber === true) return premiseFalse;
    if (isChain) return committedIsThere(facts, node);
    const isEnd = facts.phase === 'end';
    if (!isEnd && timeUs < cursor.nextUs) return premiseFalse;
    cursor.nextUs = timeUs + lookEveryUs;
    const { chunks } = facts.oracle.state;
    const after = chunks.keys().filter((chunk) => isEnd || chunk > cursor.chunk);
    const some = isEnd ? after : after.slice(0, chunksPerPulse);
    cursor.chunk = some.length < chunksPerPulse ? 0 : some[some.length - 1]!;
    return onDisks(facts, some);
  },
});

/** What an entry has just said of members, against their journals. */
function committedIsThere(facts: StorageFacts, node: number): Outcome {
  const { oracle } = facts;
  let outcome: Outcome = premiseFalse;
  for (const cell of oracle.touched.values()) {
    if (cell.table !== 'chunks') continue;
    const chunk = cell.key as number;
    const row = oracle.state.chunks.get(chunk);
    if (row === undefined || row.version === 0) continue;
    const [committed] = stripesOf(oracle.state, chunk, row);
    const needed = neededParts(committed!.storageClass.redundancy);
    const intact = intactInMirrors(facts, committed!);
    if (intact < needed) {
      const { version, members } = row;
      return broken({ nodes: [node], values: { chunk, version, members, intact, needed } });
    }
    outcome = held;
  }
  return outcome;
}

function onDisks(facts: StorageFacts, chunks: readonly number[]): Outcome {
  const { oracle, world, settings } = facts;
  const disks = new DisksNow(world, settings.blockBytes);
  let outcome: Outcome = premiseFalse;
  for (const chunk of chunks) {
    const row = oracle.state.chunks.get(chunk)!;
    if (row.version === 0) continue;
    const [committed] = stripesOf(oracle.state, chunk, row);
    const needed = neededParts(committed!.storageClass.redundancy);
    const intact = disks.intact(committed!);
    if (intact < needed) {
      const { version, generation, members } = row;
      const nodes = members.filter((server) => server !== 0).map((server) => server - 1);
      return broken({ nodes, values: { chunk, version, generation, members, intact, needed } });
    }
    outcome = held;
  }
  return outcome;
}
