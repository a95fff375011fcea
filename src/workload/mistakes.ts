import type { PathAction, SlotAction } from './file-intents.ts';
import type { FileLock } from './file-protocol.ts';

// What clients of files get wrong. The numbers stand in case files, so they are such that JSON has.

/** No offset, length or count. */
const noAmounts = [-1, 0.5, -4_096, 1.5] as const;
/** Beyond all files, and beyond all integers. */
const farAway = [2 ** 40, 2 ** 53, 2 ** 60] as const;
/** Behind the name of what may be no directory. */
const endings = ['/', '/.', '//', '/..', '/./'] as const;

function pick<T>(from: readonly T[], word: number): T {
  return from[(word >>> 8) % from.length]!;
}

function place(word: number): number {
  return pick<number>([...noAmounts, ...farAway], word);
}

function wrongLock(lock: FileLock, word: number): FileLock {
  const { from, to } = lock;
  const wrong = [{ from: -1 }, { to: from }, { from: from + 0.5 }, { from: to, to: from }];
  return { ...lock, style: 'posix', ...pick(wrong, word) };
}

/** An operation on an open file with something wrong about it; where nothing can be, as it is. */
export function mistakenSlotAction(action: SlotAction, word: number): SlotAction {
  switch (action.do) {
    case 'reopen':
      return { ...action, path: action.path + pick(endings, word) };
    case 'read':
      return word % 2 === 0
        ? { ...action, offset: pick(noAmounts, word) }
        : { ...action, length: pick(noAmounts, word) };
    case 'write':
      return { ...action, offset: place(word) };
    case 'ftruncate':
      return { ...action, sizeBytes: place(word) };
    case 'lock':
    case 'unlock':
    case 'test-lock':
      return { ...action, lock: wrongLock(action.lock, word) };
    default:
      return action;
  }
}

/** An operation on names with something wrong about it: a number where it has one, or its path. */
export function mistakenPathAction(action: PathAction, word: number): PathAction {
  switch (action.do) {
    case 'truncate':
      return { ...action, sizeBytes: place(word) };
    case 'setattr':
      return { ...action, mode: pick([...noAmounts, 0o10000, 2 ** 40], word) };
    case 'keep-removed':
      return { ...action, keepUs: pick(noAmounts, word) };
    case 'set-class':
      return { ...action, classId: pick(noAmounts, word) };
    case 'set-quota':
      return word % 2 === 0
        ? { ...action, inodes: pick(noAmounts, word) }
        : { ...action, bytes: pick(noAmounts, word) };
    case 'setxattr':
      return { ...action, name: 'snapshot.index' };
    case 'rename':
    case 'rename-keep':
    case 'link':
    case 'clone':
    case 'snapshot':
      return word % 2 === 0
        ? { ...action, path: action.path + pick(endings, word) }
        : { ...action, newPath: action.newPath + pick(endings, word) };
    case 'drain':
    case 'undrain':
    case 'remove-server':
    case 'list-trash':
    case 'purge':
      return action;
    default:
      return { ...action, path: action.path + pick(endings, word) };
  }
}
