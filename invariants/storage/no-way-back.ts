import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import { type Read, readsOf, staleIn } from './file-contents.ts';
import type { Acknowledged, FileLedger } from './file-ledger.ts';
import type { StorageMoment } from './moment.ts';

/** Writes that were found before anybody was told that they are over, by inode. */
type Found = Map<number, Acknowledged[]>;

export const noWayBack = rung<StorageMoment, Found>({
  id: 'SD9',
  title: 'no way back',
  statement:
    'What a strict read has found of a write that is under way, a strict read that begins later finds as well, or something newer.',
  source: 'Terrace and Freedman 2009, CRAQ: what is not clean is not read; Herlihy and Wing 1990',
  kind: 'always',
  owedUnder: 'noticeable damage',
  clientVisible: true,
  watches: ['finished'],
  ghost: () => new Map(),
  check({ node, finished, facts }, found): Outcome {
    const files = facts.files!;
    const { history } = files;
    // Of what was copied from file to file it is not known who has read it where.
    if (files.hasClones) return premiseFalse;
    let outcome: Outcome = premiseFalse;
    for (const read of readsOf(files, finished)) {
      if (history.mode[read.operation] !== 'strict') continue;
      const known = (found.get(read.inode) ?? []).filter(({ writer }) => isOpen(files, writer));
      const stale = staleIn(files, read, history.invokedUs[read.operation]!, known);
      if (stale !== undefined && stale !== 'nothing to see') {
        return broken({ nodes: [node], values: stale });
      }
      if (stale === undefined) outcome = held;
      found.set(read.inode, [...known, ...newlyFound(files, read)]);
    }
    return outcome;
  },
});

/** Whether nobody was told yet that a write is over: afterwards it is for another rung. */
function isOpen(files: FileLedger, writer: number): boolean {
  return files.completedUs(writer) === Number.POSITIVE_INFINITY;
}

function newlyFound(files: FileLedger, { operation: reader, reading }: Read): Acknowledged[] {
  const { history } = files;
  const completedUs = history.completedUs[reader]!;
  return reading.runs.flatMap(({ from, to, writer, raw }) => {
    const written = history.writers[writer];
    if (writer === 0 || raw !== null || written === undefined || !isOpen(files, writer)) return [];
    const { operation } = written;
    const invokedUs = history.invokedUs[operation]!;
    return [{ operation, writer, from, to, invokedUs, completedUs, isAppend: false }];
  });
}
