/** Why an operation was refused, by the names of errno(3). */
export const errnos = [
  /** A lease or a lock stands in the way now; try again. */
  'EAGAIN',
  /** The inode is not open in this session. */
  'EBADF',
  /** The thing is in use, and what was asked would harm it. */
  'EBUSY',
  /** A quota of the directory or one above it would be exceeded. */
  'EDQUOT',
  'EEXIST',
  /** The file would be longer than files may be. */
  'EFBIG',
  'EINVAL',
  /** Too few chunkservers made the data durable. */
  'EIO',
  'EISDIR',
  /** An inode cannot have more links. */
  'EMLINK',
  'ENAMETOOLONG',
  /** No attribute of that name. */
  'ENODATA',
  'ENOENT',
  /** An inode cannot have more locks. */
  'ENOLCK',
  /** No room, or no placement that the storage class allows. */
  'ENOSPC',
  /** The session is unknown: it was closed, or it expired. */
  'ENOTCONN',
  'ENOTDIR',
  'ENOTEMPTY',
  'EPERM',
  /** The inode belongs to a snapshot, or the region accepts no changes. */
  'EROFS',
  /** The handle, version or fence is no longer the current one. */
  'ESTALE',
  /** More than one entry may carry. */
  'E2BIG',
  /** The link or the move would cross quota roots. */
  'EXDEV',
] as const;

export type Errno = (typeof errnos)[number];
