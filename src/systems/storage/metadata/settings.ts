/** Sizes and limits of a file store. All masters of a cluster must have the same. */
export interface StorageSettings {
  /** The unit of checksums. Divides `chunkBytes`. */
  readonly blockBytes: number;
  readonly chunkBytes: number;
  readonly maxFileBytes: number;
  /** In bytes of UTF-8. */
  readonly maxNameBytes: number;
  readonly maxTargetBytes: number;
  readonly maxAttributeBytes: number;
  readonly maxLinks: number;
  readonly maxLocksPerInode: number;
  /** Inodes at most, all together. */
  readonly maxInodes: number;
  /** The longest lease of a session; what a new leader waits before it lets any run out. */
  readonly maxLeaseUs: number;
  /** How far a session's requests may be ahead of its oldest unanswered one. */
  readonly requestWindow: number;
  /** Inodes that one clone may copy. */
  readonly maxCloneInodes: number;
  /** The longest stay in the trash that a file may ask for. */
  readonly maxTrashUs: number;
  /** Files that one tick may purge. */
  readonly purgeBatch: number;
  /** Between the plan to delete a fragment and its deletion. */
  readonly graceUs: number;
  /** The region that these masters serve. */
  readonly region: number;
}

/** The sizes of a simulation: small, so that storms cross every border often. */
export const simulationSettings: StorageSettings = {
  blockBytes: 256,
  chunkBytes: 4_096,
  maxFileBytes: 4_096 * 1_024,
  maxNameBytes: 255,
  maxTargetBytes: 1_024,
  maxAttributeBytes: 1_024,
  maxLinks: 1_000,
  maxLocksPerInode: 64,
  maxInodes: 100_000,
  maxLeaseUs: 10_000_000,
  requestWindow: 64,
  maxCloneInodes: 1_000,
  maxTrashUs: 30 * 86_400_000_000,
  purgeBatch: 64,
  graceUs: 1_000_000,
  region: 1,
};
