import type { RangeLock } from './rows.ts';

/** A lock of another holder that stands in the way, or null. */
export function conflictingLock(locks: readonly RangeLock[], wanted: RangeLock): RangeLock | null {
  for (const lock of locks) {
    const overlaps = lock.from < wanted.to && wanted.from < lock.to;
    if (overlaps && !sameHolder(lock, wanted) && (lock.exclusive || wanted.exclusive)) return lock;
  }
  return null;
}

/**
 * The locks after a holder has given up a range: what it holds there is cut away, which may split a
 * lock in two.
 */
export function withoutRange(locks: readonly RangeLock[], given: RangeLock): RangeLock[] {
  const left: RangeLock[] = [];
  for (const lock of locks) {
    if (!sameHolder(lock, given) || lock.to <= given.from || given.to <= lock.from) {
      left.push(lock);
      continue;
    }
    if (lock.from < given.from) left.push({ ...lock, to: given.from });
    if (lock.to > given.to) left.push({ ...lock, from: given.to });
  }
  return left.sort(compareLocks);
}

/**
 * The locks after a holder has got a range: it replaces what the holder had there, and joins locks
 * of the same holder and mode that touch it. Whether others object is tested before.
 */
export function withRange(locks: readonly RangeLock[], wanted: RangeLock): RangeLock[] {
  let { from, to } = wanted;
  const left: RangeLock[] = [];
  for (const lock of withoutRange(locks, wanted)) {
    const joins = sameHolder(lock, wanted) && lock.exclusive === wanted.exclusive;
    if (joins && lock.to === from) from = lock.from;
    else if (joins && lock.from === to) to = lock.to;
    else left.push(lock);
  }
  left.push({ ...wanted, from, to });
  return left.sort(compareLocks);
}

function sameHolder(a: RangeLock, b: RangeLock): boolean {
  return a.session === b.session && a.owner === b.owner;
}

function compareLocks(a: RangeLock, b: RangeLock): number {
  return a.from - b.from || a.session - b.session || a.owner - b.owner;
}
