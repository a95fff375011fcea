import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import { DisksNow, stripesOf } from '../../src/systems/storage/ground-truth.ts';
import { fragmentBytes } from '../../src/systems/storage/metadata/chunk-life.ts';
import type { Chunk } from '../../src/systems/storage/metadata/rows.ts';
import type { MetadataState } from '../../src/systems/storage/metadata/state.ts';
import { LastWritten } from './last-written.ts';
import type { StorageFacts, StorageMoment } from './moment.ts';
import { canTakeOne, sitesOf, takers } from './room.ts';

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
      if (intact === row.members.length || !canBeMended(state, row)) continue;
      const { members, version, generation } = row;
      const values = { chunk, version, generation, members, intact, dueUs };
      return broken({ nodes: [], values });
    }
    return outcome;
  },
});

/** Whether each part has a server, or one more of them could have one. */
function canBeMended(state: MetadataState, row: Readonly<Chunk>): boolean {
  if (!row.members.includes(0)) return true;
  const storageClass = state.classes.get(row.classId)!;
  const bytes = fragmentBytes(state, storageClass);
  const able = takers(state, state.servers.keys(), bytes);
  const others = able.filter((server) => !row.members.includes(server));
  return canTakeOne(storageClass, sitesOf(state, row.members), sitesOf(state, others));
}
