import {
  broken,
  type FileAnswer,
  type FileCall,
  held,
  type Outcome,
  premiseFalse,
  rung,
} from '../../src/index.ts';
import type { StorageMoment } from './moment.ts';

/** By inode, the first purge that a client was told is done: a number in the history. */
type Purged = Map<number, number>;

export const purgedIsGone = rung<StorageMoment, Purged>({
  id: 'SE14',
  title: 'purged is gone',
  statement:
    'Once a client is told that a file in the trash is purged, nothing that begins later finds it: no list of the trash, no name, no restore, and no second purge.',
  source: 'MooseFS, trash directory (purge, undel); NEWS 4.11.4, 4.20.2: restored and still there',
  kind: 'always',
  owedUnder: 'noticeable damage',
  clientVisible: true,
  watches: ['finished'],
  ghost: () => new Map(),
  check({ node, finished, facts }, purged): Outcome {
    const { history } = facts.files!;
    let outcome: Outcome = premiseFalse;
    for (const operation of finished) {
      const answer = history.answer[operation];
      if (answer === undefined || answer.errno !== null) {
        outcome = isRefused(history.call[operation]!, purged) ? held : outcome;
        continue;
      }
      const call = history.call[operation]!;
      for (const inode of purged.size === 0 ? [] : foundBy(call, answer)) {
        const purge = purged.get(inode);
        if (purge === undefined || history.completedAt[purge]! > history.invokedAt[operation]!)
          continue;
        return broken({ nodes: [node], values: { operation, do: call.do, inode, purge } });
      }
      if (call.do === 'list-trash' && purged.size > 0) outcome = held;
      if (call.do === 'purge' && !purged.has(call.inode)) purged.set(call.inode, operation);
    }
    return outcome;
  },
});

/** Somebody asks for what was purged, and does not get it. */
function isRefused(call: FileCall, purged: Purged): boolean {
  return (call.do === 'restore' || call.do === 'purge') && purged.has(call.inode);
}

/** The inodes that an operation which was done says are there, in the trash or by a name. */
function foundBy(call: FileCall, { inode, result }: FileAnswer): readonly number[] {
  if (call.do === 'restore' || call.do === 'purge') return [call.inode];
  if (call.do === 'open') return [inode];
  if (call.do === 'create' && result.kind === 'number') return [result.number];
  if (result.kind === 'trash') return result.files.map((file) => file.inode);
  // `fstat` goes by a handle: who has a file open may go on with it.
  if (result.kind === 'facts' && call.do !== 'fstat') return [result.facts.inode];
  if (call.do === 'readdir' && result.kind === 'words') {
    return result.words.map((word) => Number(word.slice(word.lastIndexOf(':') + 1)));
  }
  return [];
}
