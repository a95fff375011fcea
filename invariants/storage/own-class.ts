import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import { stripesOf } from '../../src/systems/storage/ground-truth.ts';
import { fragmentBytes } from '../../src/systems/storage/metadata/chunk-life.ts';
import type { Chunk, Inode } from '../../src/systems/storage/metadata/rows.ts';
import type { MetadataState } from '../../src/systems/storage/metadata/state.ts';
import { neededParts, totalParts } from '../../src/systems/storage/placement/storage-class.ts';
import { mostMore } from './caps.ts';
import { intactInMirrors } from './intact.ts';
import type { StorageMoment } from './moment.ts';
import type { MetadataOracle } from './oracle.ts';
import { recoveryUs } from './recovers.ts';
import { sitesOf, takers } from './room.ts';

/** Something and since when it is so, in true time. */
type Since = Map<number, { readonly what: string; readonly atUs: number }>;

interface Ghost {
  /** By chunk: what was written, and how many files have it. */
  readonly chunks: Since;
  /** By inode: its class. */
  readonly files: Since;
}

export const sealedHaveTheirClass = rung<StorageMoment, Ghost>({
  id: 'SH13',
  title: 'what is sealed has its class',
  statement:
    'A while after everything works again, a chunk of one file alone, which nobody has written for as long, is of the class of that file if there is room for that.',
  source:
    'MooseFS 4: chunks stay replicated until they are converted; Ceph, cache tiers that are never flushed; issue 7, convert-on-seal',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  watches: ['chain', 'end'],
  ghost: () => ({ chunks: new Map(), files: new Map() }),
  check({ facts, timeUs, isChain }, { chunks, files }): Outcome {
    const { oracle, timings } = facts;
    if (isChain) {
      follow(oracle, timeUs, chunks, files);
      return premiseFalse;
    }
    if (facts.options.anyNumber === true) return premiseFalse;
    const { state } = oracle;
    // Who finds no place asks again each time that it would be sealed.
    const dueUs = recoveryUs(facts) + 4 * timings.sealAfterUs;
    if (timeUs - facts.healedUs < dueUs) return premiseFalse;
    const isOld = (since: Since, key: number): boolean =>
      timeUs - (since.get(key)?.atUs ?? 0) >= dueUs;
    let outcome: Outcome = premiseFalse;
    for (const inode of state.slots.groupKeys()) {
      const wanted = state.inodes.get(inode)?.classId ?? 0;
      if (wanted === 0 || !isOld(files, inode)) continue;
      for (const index of state.slots.keys(inode)) {
        const { chunk } = state.slots.get(inode, index)!;
        const row = state.chunks.get(chunk);
        if (row === undefined || !isSealed(row) || !isOld(chunks, chunk)) continue;
        if (row.classId === wanted) {
          if (row.generation > 0) outcome = held;
          continue;
        }
        const [committed] = stripesOf(state, chunk, row);
        const { redundancy } = state.classes.get(row.classId)!;
        if (intactInMirrors(facts, committed!) < neededParts(redundancy)) continue;
        if (!hasRoom(state, wanted)) continue;
        const { classId, version, members } = row;
        const values = { inode, chunk, version, members, classId, wanted, dueUs };
        return broken({ nodes: [], values });
      }
    }
    return outcome;
  },
});

function follow({ touched }: MetadataOracle, timeUs: number, chunks: Since, files: Since): void {
  for (const { table, key, row, gone } of touched.values()) {
    if (table === 'chunks') {
      const { version, references, grant } = row as Readonly<Chunk>;
      const what = `${version} ${references} ${grant?.fence ?? 0}`;
      note(chunks, key as number, gone ? null : what, timeUs);
    } else if (table === 'inodes') {
      note(files, key as number, gone ? null : `${(row as Readonly<Inode>).classId}`, timeUs);
    }
  }
}

function note(since: Since, key: number, what: string | null, atUs: number): void {
  if (what === null) since.delete(key);
  else if (since.get(key)?.what !== what) since.set(key, { what, atUs });
}

/** Whether nobody writes a chunk, and one slot alone has it. */
function isSealed({ version, references, grant, unsettled }: Readonly<Chunk>): boolean {
  return version > 0 && references === 1 && grant === null && !unsettled;
}

/** Whether all parts of a class could be placed under all its caps, beside whatever is there. */
function hasRoom(state: MetadataState, classId: number): boolean {
  const storageClass = state.classes.get(classId)!;
  const able = takers(state, state.servers.keys(), fragmentBytes(state, storageClass));
  return (
    mostMore(storageClass.caps, [], sitesOf(state, able)) >= totalParts(storageClass.redundancy)
  );
}
