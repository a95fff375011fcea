import { broken, held, premiseFalse, rung } from '../../src/index.ts';
import type { MetadataState } from '../../src/systems/storage/metadata/state.ts';
import type { StorageMoment } from './moment.ts';
import { namesDisagreement } from './names-agree.ts';

export const repliesArePossible = rung<StorageMoment>({
  id: 'SE6',
  title: 'replies are possible',
  statement:
    'What succeeds was possible by the names at that instant, and a refusal tells the truth.',
  source: 'POSIX.1-2017, rename, link, unlink, rmdir, mkdir; juicefs#4800, seaweedfs#4015',
  kind: 'always',
  owedUnder: 'noticeable damage',
  clientVisible: true,
  watches: ['chain'],
  check({ node, facts: { oracle } }) {
    for (let index = oracle.freshFrom; index <= oracle.last; index += 1) {
      const { complaint, envelope, reply } = oracle.at(index)!;
      if (complaint === '') continue;
      const { command } = envelope!;
      return broken({ nodes: [node], values: { index, complaint, kind: command.kind, reply } });
    }
    return held;
  },
});

export const namesAsTheModel = rung<StorageMoment>({
  id: 'SE4',
  title: 'one step of names',
  statement:
    'After each batch of entries names, links, lengths and open files are those of a plain file system: a rename shows both names or neither at no time.',
  source: 'POSIX.1-2017, rename; MooseFS NEWS 4.20.2, clio-core#596',
  kind: 'always',
  owedUnder: 'noticeable damage',
  clientVisible: true,
  watches: ['chain'],
  check({ node, facts: { oracle } }) {
    const difference = namesDisagreement(oracle);
    if (difference === undefined) return held;
    return broken({ nodes: [node], values: { index: oracle.last, ...difference } });
  },
});

export const treeStands = rung<StorageMoment>({
  id: 'SE1',
  title: 'the tree is a tree',
  statement:
    'A directory that was touched has one parent and lies below the root; its link count is that of its subdirectories, that of a file the number of its names.',
  source: 'juicefs#4800, #5711; InfiniFS, FAST 2022; juicefs PR 1082',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['chain'],
  check({ node, facts: { oracle } }) {
    const { state, files } = oracle;
    let outcome = premiseFalse;
    for (const inode of files.touchedInodes) {
      const row = state.inodes.get(inode);
      if (row === undefined || inode === 1) continue;
      const isLost = row.kind === 'directory' && !reachesRoot(state, inode);
      if (row.kind === 'directory' && (row.parents.length !== 1 || isLost)) {
        return broken({ nodes: [node], values: { inode, parents: row.parents, isLost } });
      }
      const held = row.opens > 0 || state.trash.get(inode) !== undefined;
      if (row.parents.length === 0 && !held) {
        return broken({ nodes: [node], values: { inode, parents: [], opens: row.opens } });
      }
      outcome = row.parents.length === 0 ? outcome : heldOutcome;
    }
    return outcome;
  },
});

const heldOutcome = held;

/** Walks up; a walk longer than there are inodes goes round. */
function reachesRoot(state: MetadataState, inode: number): boolean {
  let at = inode;
  for (let left = state.inodes.size; left >= 0; left -= 1) {
    if (at === 1) return true;
    const row = state.inodes.get(at);
    if (row?.kind !== 'directory' || row.parents.length === 0) return false;
    at = row.parents[0]!;
  }
  return false;
}
