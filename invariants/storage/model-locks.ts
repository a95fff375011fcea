import type { CommandOf } from '../../src/systems/storage/metadata/command.ts';

/** Bytes that somebody has locked. A `flock` lock is about all bytes. */
export interface HeldLock {
  readonly style: 'posix' | 'flock';
  readonly session: number;
  readonly owner: number;
  readonly from: number;
  readonly to: number;
  readonly exclusive: boolean;
}

/** A lock that was granted although somebody had another one. */
export interface LockConflict {
  readonly inode: number;
  readonly a: HeldLock;
  readonly b: HeldLock;
}

/** A close of a file: of which of the session's handles, and by which of its processes. */
export interface ClosedHandle {
  readonly handle: number;
  readonly owners: readonly number[];
}

/** Who has been granted what, and has neither given it back nor closed the file since. */
export class ModelLocks {
  readonly #held: Map<number, HeldLock[]> = new Map();
  /** Of the newest batch: what was granted wrongly, and the inodes whose locks may have changed. */
  readonly conflicts: LockConflict[] = [];
  readonly touched: Set<number> = new Set();

  forget(): void {
    this.conflicts.length = 0;
    this.touched.clear();
  }

  /** All locks on an inode. */
  on(inode: number): readonly HeldLock[] {
    return this.#held.get(inode) ?? [];
  }

  /** A lock or an unlock succeeded. */
  changed(session: number, command: CommandOf<'lock' | 'unlock'>): void {
    const { kind, inode, style, owner, exclusive } = command;
    const range =
      style === 'flock'
        ? { from: 0, to: Number.POSITIVE_INFINITY }
        : { from: command.from, to: command.to };
    const lock: HeldLock = { style, session, owner, exclusive, ...range };
    const left = (this.#held.get(inode) ?? []).flatMap((one) =>
      isSameHolder(one, lock) ? without(one, lock) : [one],
    );
    if (kind === 'lock') {
      const other = left.find((one) => standsInTheWay(one, lock));
      if (other !== undefined) this.conflicts.push({ inode, a: other, b: lock });
      left.push(lock);
    }
    this.#keep(inode, left);
  }

  /** The session does not have the file open any more. */
  closed(session: number, inode: number): void {
    this.#keep(
      inode,
      this.on(inode).filter((one) => one.session !== session),
    );
  }

  /**
   * A handle was closed, and the session has others of that file. fcntl(2): a process that closes any
   * handle of a file has no lock on it any more. flock(2): a lock is that of an open file, and ends with
   * it, whoever has others.
   */
  handleClosed(session: number, inode: number, { handle, owners }: ClosedHandle): void {
    const isOver = ({ style, session: of, owner }: HeldLock): boolean =>
      of === session && (style === 'flock' ? owner === handle : owners.includes(owner));
    this.#keep(
      inode,
      this.on(inode).filter((one) => !isOver(one)),
    );
  }

  #keep(inode: number, left: HeldLock[]): void {
    this.touched.add(inode);
    if (left.length === 0) this.#held.delete(inode);
    else this.#held.set(inode, left);
  }
}

function isSameHolder(a: HeldLock, b: HeldLock): boolean {
  return a.style === b.style && a.session === b.session && a.owner === b.owner;
}

function standsInTheWay(a: HeldLock, b: HeldLock): boolean {
  const isOther = a.style === b.style && !isSameHolder(a, b);
  return isOther && a.from < b.to && b.from < a.to && (a.exclusive || b.exclusive);
}

/** What is left of a lock when a range is taken out of it. */
function without(one: HeldLock, { from, to }: HeldLock): HeldLock[] {
  const parts = [
    { ...one, to: Math.min(one.to, from) },
    { ...one, from: Math.max(one.from, to) },
  ];
  return parts.filter((part) => part.from < part.to);
}
