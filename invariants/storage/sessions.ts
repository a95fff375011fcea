import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import type { InodeLocks, RangeLock } from '../../src/systems/storage/metadata/rows.ts';
import type { HeldLock } from './model-locks.ts';
import type { StorageMoment } from './moment.ts';

export const locksExclude = rung<StorageMoment>({
  id: 'SE5',
  title: 'locks exclude',
  statement:
    'No lock is granted while another holder has one in its way, nor do the tables have two such. They have what was granted and is neither given back nor over: a flock ends with its open file, a posix lock when its process closes the file.',
  source: 'POSIX.1-2017, fcntl; flock(2)',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['chain'],
  check({ node, facts: { oracle } }) {
    let outcome: Outcome = premiseFalse;
    const [granted] = oracle.files.locks.conflicts;
    if (granted !== undefined) return broken({ nodes: [node], values: { ...granted } });
    const { touched } = oracle.files.locks;
    for (const cell of oracle.touched.values()) {
      if (cell.table === 'locks') touched.add(cell.key as number);
    }
    for (const inode of touched) {
      const row = oracle.state.locks.get(inode);
      const owed = oracle.files.locks.on(inode);
      if (row === undefined && owed.length === 0) continue;
      const wrong = row === undefined ? undefined : conflictIn(row);
      if (wrong !== undefined) return broken({ nodes: [node], values: { inode, ...wrong } });
      const [had, due] = [wordsOf(row === undefined ? [] : heldIn(row)), wordsOf(owed)];
      if (had !== due) return broken({ nodes: [node], values: { inode, had, due } });
      outcome = held;
    }
    return outcome;
  },
});

function heldIn({ posix, flock }: InodeLocks): HeldLock[] {
  const of = (style: HeldLock['style']) => (lock: RangeLock) => ({ ...lock, style });
  return [...posix.map(of('posix')), ...flock.map(of('flock'))];
}

/** Locks in words; two of one holder that touch each other are one. */
function wordsOf(locks: readonly HeldLock[]): string {
  const holders = new Map<string, HeldLock[]>();
  for (const lock of locks) {
    const { style, session, owner, exclusive } = lock;
    const holder = `${exclusive ? 'exclusive' : 'shared'} ${style} of ${session}/${owner}`;
    holders.set(holder, [...(holders.get(holder) ?? []), lock]);
  }
  const words = [...holders].map(([holder, own]) =>
    own[0]!.style === 'flock' ? holder : `${holder} on ${rangesOf(own)}`,
  );
  return words.sort().join(', ');
}

function rangesOf(locks: readonly HeldLock[]): string {
  const ranges: [from: number, to: number][] = [];
  for (const { from, to } of [...locks].sort((a, b) => a.from - b.from)) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] >= from) last[1] = Math.max(last[1], to);
    else ranges.push([from, to]);
  }
  return ranges.map(([from, to]) => `${from}-${to}`).join(' ');
}

function conflictIn({ posix, flock }: InodeLocks): { a: RangeLock; b: RangeLock } | undefined {
  for (const list of [posix, flock]) {
    for (const [at, a] of list.entries()) {
      for (const b of list.slice(at + 1)) {
        const isOther = a.session !== b.session || a.owner !== b.owner;
        const overlaps = a.from < b.to && b.from < a.to;
        if (isOther && overlaps && (a.exclusive || b.exclusive)) return { a, b };
      }
    }
  }
  return undefined;
}

/** What lies below each directory with a limit, as it was seen last. */
type Sums = Map<number, { inodes: number; bytes: number }>;

export const quotasHold = rung<StorageMoment, Sums>({
  id: 'SG1',
  title: 'quotas hold',
  statement: 'No entry lets the inodes or bytes below a directory grow beyond its limit.',
  source: 'ceph PR 26104: a limit of 100 MB, 300 MB written',
  kind: 'always',
  owedUnder: 'noticeable damage',
  clientVisible: true,
  watches: ['chain'],
  ghost: () => new Map(),
  check({ node, facts: { oracle } }, sums) {
    const { state } = oracle;
    let outcome: Outcome = premiseFalse;
    for (const cell of oracle.touched.values()) {
      if (cell.table !== 'inodes' && cell.table !== 'quotas') continue;
      const inode = cell.key as number;
      const quota = state.quotas.get(inode);
      const row = state.inodes.get(inode);
      if (quota === undefined || row === undefined) {
        sums.delete(inode);
        continue;
      }
      const now = { inodes: row.belowInodes, bytes: row.belowBytes };
      const before = sums.get(inode) ?? now;
      sums.set(inode, now);
      const isOver = (what: 'inodes' | 'bytes'): boolean =>
        quota[what] > 0 && now[what] > quota[what] && now[what] > before[what];
      // A limit that comes or is lowered in the same batch says nothing about what was there.
      const isNew = cell.table === 'quotas' || oracle.touched.has(`quotas/0/${inode}`);
      if (!isNew && (isOver('inodes') || isOver('bytes'))) {
        return broken({ nodes: [node], values: { inode, quota: { ...quota }, before, now } });
      }
      outcome = held;
    }
    return outcome;
  },
});
