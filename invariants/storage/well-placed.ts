import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import { fragmentBytes, isBusy } from '../../src/systems/storage/metadata/chunk-life.ts';
import type { Chunk } from '../../src/systems/storage/metadata/rows.ts';
import type { MetadataState } from '../../src/systems/storage/metadata/state.ts';
import { partsTooMany } from './caps.ts';
import { LastWritten } from './last-written.ts';
import type { StorageMoment } from './moment.ts';
import { recoveryUs } from './recovers.ts';
import { sitesOf, takers } from './room.ts';

/** Placements that exceed caps and are looked through in one cycle of the scrub, at least. */
const mendedPerCycle = 16;

interface Ghost {
  /** Chunks that were flagged at some time. */
  readonly flagged: Set<number>;
  readonly lastWritten: LastWritten;
}

export const placementIsMended = rung<StorageMoment, Ghost>({
  id: 'SH2',
  title: 'placement is mended',
  statement:
    'A while after everything works again, no chunk exceeds the caps of its class where moving one part would bring it nearer to them.',
  source:
    'HDFS block placement monitor; MooseFS NEWS 4.45.2, lizardfs#910; storage.md, section 4, H2',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  watches: ['chain', 'end'],
  ghost: () => ({ flagged: new Set(), lastWritten: new LastWritten() }),
  check({ facts, timeUs, isChain }, { flagged, lastWritten }): Outcome {
    const { state, touched } = facts.oracle;
    if (isChain) {
      lastWritten.follow(facts.oracle, timeUs);
      for (const { table, key, row } of touched.values()) {
        if (table === 'chunks' && (row as Chunk).degraded) flagged.add(key as number);
      }
      return premiseFalse;
    }
    if (facts.options.anyNumber === true) return premiseFalse;
    const rounds = 1 + Math.ceil(flagged.size / mendedPerCycle);
    const dueUs = recoveryUs(facts) + rounds * facts.timings.scrubCycleUs;
    if (timeUs - facts.healedUs < dueUs) return premiseFalse;
    let outcome: Outcome = premiseFalse;
    for (const chunk of flagged) {
      const row = state.chunks.get(chunk);
      if (row === undefined || !isAtRest(row) || timeUs - lastWritten.atUs(chunk) < dueUs) continue;
      outcome = held;
      const better = betterPlace(state, chunk, row);
      if (better === undefined) continue;
      const { members, version } = row;
      return broken({ nodes: [], values: { chunk, version, members, ...better, dueUs } });
    }
    return outcome;
  },
});

function isAtRest(row: Readonly<Chunk>): boolean {
  return row.version > 0 && !row.members.includes(0) && !isBusy(row);
}

/** A part, and a server that could have it with fewer parts beyond the caps. */
function betterPlace(
  state: MetadataState,
  chunk: number,
  row: Readonly<Chunk>,
): { readonly position: number; readonly to: number } | undefined {
  const storageClass = state.classes.get(row.classId)!;
  const beyond = (members: readonly number[]) =>
    partsTooMany(storageClass.caps, sitesOf(state, members));
  const before = beyond(row.members);
  if (before === 0) return undefined;
  // Who must still erase a part of the chunk takes no other one before that is done.
  const busy = state.plans.keys(chunk).map((id) => state.plans.get(chunk, id)!.server);
  const able = takers(state, state.servers.keys(), fragmentBytes(state, storageClass));
  for (const to of able) {
    if (row.members.includes(to) || busy.includes(to)) continue;
    for (const position of row.members.keys()) {
      if (beyond(row.members.with(position, to)) < before) return { position, to };
    }
  }
  return undefined;
}
