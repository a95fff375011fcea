import { endOfTimeUs } from '../../common/command-machine.ts';
import { modeBits } from '../metadata/rows.ts';
import type { FileErrno } from './file-error.ts';
import type { LockRequest, OpenFlags } from './file-system.ts';
import type { AttributeChanges } from './name-operations.ts';
import type { Operation } from './operation.ts';

// What POSIX says of arguments, for a system whose offsets, ids and times are integers from 0 to
// 2^53 - 1. Nothing here asks anybody: it is told before anything is sent.

/** The greatest of 32 bits stands for no user and no group: chown(2). */
const greatestOwner = 2 ** 32 - 2;

/** Throws what is wrong with an argument, if anything is. */
export function refuse(operation: Operation, fault: FileErrno | null): void {
  if (fault !== null) throw operation.error(fault);
}

/** Numbers of things: a count, a limit, an id. */
export function countFault(...counts: readonly number[]): FileErrno | null {
  return counts.every((count) => Number.isSafeInteger(count) && count >= 0) ? null : 'EINVAL';
}

/** read(2), pread(2): an offset below zero is EINVAL; behind the end of the file there is nothing. */
export function readFault(offset: number, length: number): FileErrno | null {
  return isAmount(offset) && isAmount(length) ? null : 'EINVAL';
}

/** pwrite(2): EINVAL below zero, EFBIG where no file reaches; truncate(2) alike, at the limit itself. */
export function placeFault(offset: number, limitBytes: number): FileErrno | null {
  if (!isAmount(offset)) return 'EINVAL';
  return offset >= limitBytes ? 'EFBIG' : null;
}

/** truncate(2): EINVAL below zero, EFBIG for a length that no file has. */
export function sizeFault(sizeBytes: number, limitBytes: number): FileErrno | null {
  return placeFault(sizeBytes, limitBytes + 1);
}

/** chmod(2), open(2), mkdir(2). */
export function modeFault(mode: number | null | undefined): FileErrno | null {
  if (mode === null || mode === undefined) return null;
  return isAmount(mode) && mode <= modeBits ? null : 'EINVAL';
}

/** chmod(2), chown(2), utimensat(2). Times before 1970 are none here. */
export function attributesFault(changes: AttributeChanges): FileErrno | null {
  const { mode, uid, gid, atimeUs, mtimeUs, trashUs } = changes;
  const isWithin = (value: number | null | undefined, most: number): boolean =>
    value === null || value === undefined || (isAmount(value) && value <= most);
  const isSound =
    isWithin(uid, greatestOwner) &&
    isWithin(gid, greatestOwner) &&
    isWithin(atimeUs, endOfTimeUs) &&
    isWithin(mtimeUs, endOfTimeUs) &&
    isWithin(trashUs, Number.MAX_SAFE_INTEGER);
  return isSound ? modeFault(mode) : 'EINVAL';
}

/** open(2). */
export function openFault({ mode, owner }: OpenFlags): FileErrno | null {
  return modeFault(mode) ?? countFault(owner ?? 0);
}

/** fcntl(2): EINVAL for a range that is none, EOVERFLOW for one that ends beyond all offsets. */
export function lockFault({ style, owner, from, to }: LockRequest): FileErrno | null {
  if (style !== 'posix' && style !== 'flock') return 'EINVAL';
  if (countFault(owner ?? 0) !== null) return 'EINVAL';
  // flock(2) is about the whole file.
  if (style === 'flock') return null;
  if (!isAmount(from) || !isAmount(to) || from >= to) return 'EINVAL';
  return to > Number.MAX_SAFE_INTEGER ? 'EOVERFLOW' : null;
}

/**
 * fcntl(2): who takes a shared lock must be able to read the file, and an exclusive one to write it.
 * flock(2) does not mind.
 */
export function lockAccessFault(request: LockRequest, flags: OpenFlags): FileErrno | null {
  if (request.style === 'flock') return null;
  const may = request.exclusive ? flags.write === true : flags.read === true;
  return may ? null : 'EBADF';
}

function isAmount(value: number): boolean {
  return Number.isInteger(value) && value >= 0;
}
