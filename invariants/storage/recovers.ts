import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import { DisksNow, stripesOf } from '../../src/systems/storage/ground-truth.ts';
import { fragmentBytes, placesOf } from '../../src/systems/storage/metadata/chunk-life.ts';
import type { Chunk } from '../../src/systems/storage/metadata/rows.ts';
import type { MetadataState } from '../../src/systems/storage/metadata/state.ts';
import { place } from '../../src/systems/storage/placement/place.ts';
import { LastWritten } from './last-written.ts';
import type { StorageFacts, StorageMoment } from './moment.ts';

/**
 * How long it may take until what was lost is made anew, from when everything works again: servers
 * are heard or given up, the oldest leases end, rot is found, and then the bytes go at the rate that
 * repairs may have.
 */
export function recoveryUs({ timings, oracle }: StorageFacts): number {
  const { serverLeaseUs, sessionLeaseUs, writeLeaseUs, downGraceUs, scrubCycleUs } = timings;
  const { chunks, settings } = oracle.state;
  const bytes = chunks.size * settings.chunkBytes;
  const copyingUs = Math.ceil((bytes / timings.repairBytesPerSecond) * 1_000_000);
  const noticedUs = 2 * serverLeaseUs + sessionLeaseUs + 2 * writeLeaseUs + downGraceUs;
  return noticedUs + 2 * scrubCycleUs + copyingUs + 8 * timings.taskTimeoutUs;
}

export const allIsRedundant = rung<StorageMoment, LastWritten>({
  id: 'SH1',
  title: 'all is redundant again',
  statement:
    'A while after everything works again, every chunk that could have more of its parts has them, intact on disks.',
  source: 'seaweedfs#7956, HDFS-16064, garage commits 69b89fb, d78bf37',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  watches: ['chain', 'end'],
  ghost: () => new LastWritten(),
  check({ facts, timeUs, isChain }, lastWritten) {
    if (isChain) {
      lastWritten.follow(facts.oracle, timeUs);
      return premiseFalse;
    }
    if (facts.options.anyNumber === true) return premiseFalse;
    const dueUs = recoveryUs(facts);
    if (timeUs - facts.healedUs < dueUs) return premiseFalse;
    const { state } = facts.oracle;
    const disks = new DisksNow(facts.world, facts.settings.blockBytes);
    let outcome: Outcome = premiseFalse;
    for (const chunk of state.chunks.keys()) {
      const row = state.chunks.get(chunk)!;
      // Somebody writes it still, or it was written a moment ago.
      if (row.version === 0 || row.grant !== null || row.conversion !== null) continue;
      if (row.unsettled || timeUs - lastWritten.atUs(chunk) < dueUs) continue;
      outcome = held;
      const [committed] = stripesOf(state, chunk, row);
      const intact = disks.intact(committed!);
      if (intact === row.members.length || !canBeMended(state, chunk, row)) continue;
      const { members, version, generation } = row;
      const values = { chunk, version, generation, members, intact, dueUs };
      return broken({ nodes: [], values });
    }
    return outcome;
  },
});

/** Whether there is a lawful place for something that is missing. */
function canBeMended(state: MetadataState, chunk: number, row: Readonly<Chunk>): boolean {
  const storageClass = state.classes.get(row.classId)!;
  const { verdict, chosen } = place({
    places: placesOf(state, state.servers.keys()),
    storageClass,
    key: chunk,
    held: row.members,
    partBytes: fragmentBytes(state, storageClass),
    excluded: [],
    homeRegion: 0,
  });
  return verdict === 'satisfied' || chosen.length > 0;
}
