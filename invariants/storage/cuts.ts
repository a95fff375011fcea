import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import { readsOf, startOfView } from './file-contents.ts';
import type { Cut, FileLedger } from './file-ledger.ts';
import type { StorageMoment } from './moment.ts';

export const cutStaysCut = rung<StorageMoment>({
  id: 'SD7',
  title: 'what is cut stays cut',
  statement:
    'Bytes that were written before a file was cut to end before them are never read again, however long the file becomes.',
  source:
    'POSIX.1-2017, ftruncate: extended with zeros; juicefs#5038, cubefs, truncate then extend',
  kind: 'always',
  owedUnder: 'noticeable damage',
  clientVisible: true,
  watches: ['finished'],
  check({ node, finished, facts }) {
    const files = facts.files!;
    let outcome: Outcome = premiseFalse;
    for (const read of readsOf(files, finished)) {
      const viewUs = startOfView(files, read);
      if (viewUs === undefined) continue;
      for (const cut of files.cutsOf(read.inode)) {
        if (cut.completedUs >= viewUs) continue;
        const { operation, inode } = read;
        for (const { writer, from, to } of read.reading.runs) {
          if (writer <= 0 || to <= cut.sizeBytes) continue;
          if (!isBefore(files, writer, inode, cut)) continue;
          const values = { operation, inode, writer, from, to, cutTo: cut.sizeBytes };
          return broken({ nodes: [node], values });
        }
        outcome = held;
      }
    }
    return outcome;
  },
});

/** Whether all that a writer did was over before the cut began. */
function isBefore(files: FileLedger, writer: number, inode: number, cut: Cut): boolean {
  return files.inodeOf(writer) === inode && files.completedUs(writer) < cut.invokedUs;
}
