import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import type { StorageMoment } from './moment.ts';

/** Operations that are done by one entry of the log, with the kind of its command. */
const commandOf: Readonly<Record<string, string>> = {
  'create-exclusive': 'create',
  mkdir: 'mkdir',
  symlink: 'symlink',
  link: 'link',
  unlink: 'unlink',
  rmdir: 'rmdir',
  rename: 'rename',
  'rename-keep': 'rename',
  clone: 'clone',
  snapshot: 'clone',
  'remove-snapshot': 'remove-snapshot',
  restore: 'restore-trash',
  purge: 'purge-trash',
  // As their steps are called: two of them are one kind of command.
  drain: 'drain',
  undrain: 'undrain',
  'remove-server': 'remove-server',
  'keep-removed': 'setattr',
  setattr: 'setattr',
  setxattr: 'setxattr',
  'set-class': 'set-class',
  'set-quota': 'set-quota',
  truncate: 'truncate',
  ftruncate: 'truncate',
};

export const doneIsDone = rung<StorageMoment>({
  id: 'SE12',
  title: 'done is done',
  statement:
    'A change of names, attributes, the trash or servers that a client is told is done stands in the committed log, and was not refused there.',
  source: 'clio-core#596: an error of the store is swallowed and success reported',
  kind: 'always',
  owedUnder: 'noticeable damage',
  clientVisible: true,
  watches: ['finished'],
  check({ node, finished, facts }) {
    const { history } = facts.files!;
    const { oracle } = facts;
    let outcome: Outcome = premiseFalse;
    for (const operation of finished) {
      const answer = history.answer[operation];
      const what = history.call[operation]!.do;
      const command = commandOf[what];
      if (command === undefined || answer === undefined || answer.errno !== null) continue;
      const isDone = answer.steps.some(({ kind, index, query }) => {
        if (query !== null || kind !== command || index === 0) return false;
        const reply = oracle.at(index)?.reply;
        // What is too old to be known was looked at when it was told.
        return index <= oracle.last && reply?.kind !== 'error';
      });
      if (!isDone) {
        const entries = answer.steps.map(({ kind, index }) => `${kind} ${index}`);
        return broken({ nodes: [node], values: { operation, do: what, entries } });
      }
      outcome = held;
    }
    return outcome;
  },
});
