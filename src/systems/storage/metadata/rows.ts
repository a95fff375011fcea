import {
  blob,
  type Field,
  flag,
  integer,
  listOf,
  oneOf,
  orNull,
  structure,
  text,
  union,
} from '../../common/fields.ts';
import {
  levels,
  type Redundancy,
  type StorageClass,
  strategies,
} from '../placement/storage-class.ts';

export const inodeKinds = ['file', 'directory', 'symlink'] as const;

/** Permissions, set-user-id, set-group-id and the sticky bit: all that a mode may have. */
export const modeBits = 0o7777;

export interface Inode {
  kind: (typeof inodeKinds)[number];
  mode: number;
  uid: number;
  gid: number;
  sizeBytes: number;
  atimeUs: number;
  mtimeUs: number;
  ctimeUs: number;
  classId: number;
  /** How long the file is kept after its last link went; new children of a directory inherit it. */
  trashUs: number;
  /** Part of a snapshot: nothing about it changes. */
  frozen: boolean;
  /** Of a symlink, else empty. */
  target: string;
  /** The directory of each link, in the order of linking; empty for the root and for the unlinked. */
  parents: number[];
  /** How often it is open, over all sessions. */
  opens: number;
  /** Directories among the entries of a directory. */
  subdirectories: number;
  /** What is charged to this directory and those below; not the directory itself. */
  belowInodes: number;
  belowBytes: number;
  /** Links at or below this directory that lead to files with other links. */
  belowShared: number;
}

export const inodeField: Field<Inode> = structure<Inode>({
  kind: oneOf(inodeKinds),
  mode: integer,
  uid: integer,
  gid: integer,
  sizeBytes: integer,
  atimeUs: integer,
  mtimeUs: integer,
  ctimeUs: integer,
  classId: integer,
  trashUs: integer,
  frozen: flag,
  target: text,
  parents: listOf(integer),
  opens: integer,
  subdirectories: integer,
  belowInodes: integer,
  belowBytes: integer,
  belowShared: integer,
});

/** A chunk's place in a file. */
export interface Slot {
  /** 0 while there is none. */
  chunk: number;
  /** How many of the chunk's bytes are content; what lies behind reads as zeros. */
  validBytes: number;
  /** A chunk that was born for this slot and has no committed version yet; 0 for none. */
  born: number;
}

export const slotField: Field<Slot> = structure<Slot>({
  chunk: integer,
  validBytes: integer,
  born: integer,
});

/** The right to write a chunk. Replaced as a whole. */
export interface Grant {
  /** The holder; 0 for a recovery by the leader. */
  readonly session: number;
  /** The slot that is written through; 0 and 0 for a recovery. */
  readonly inode: number;
  readonly index: number;
  readonly fence: number;
  readonly version: number;
  readonly members: readonly number[];
  /** The version is committed and data are accepted. */
  readonly open: boolean;
}

export interface Conversion {
  readonly fence: number;
  readonly generation: number;
  readonly classId: number;
  readonly members: readonly number[];
}

export interface Chunk {
  classId: number;
  /** The committed version; 0 before the first. */
  version: number;
  /** The highest version ever given out. */
  highestVersion: number;
  /** Changes with the code: parts of different generations do not mix. */
  generation: number;
  /** The highest generation ever given out. */
  highestGeneration: number;
  /** Places by part, 0 where a part is missing. */
  members: readonly number[];
  /** Slots that point here. */
  references: number;
  /** A writer vanished: replicas may differ in what nobody was promised. Recover before reading. */
  unsettled: boolean;
  /** Placed beyond the caps of its class, for lack of anything better. */
  degraded: boolean;
  grant: Grant | null;
  conversion: Conversion | null;
}

export const chunkField: Field<Chunk> = structure<Chunk>({
  classId: integer,
  version: integer,
  highestVersion: integer,
  generation: integer,
  highestGeneration: integer,
  members: listOf(integer),
  references: integer,
  unsettled: flag,
  degraded: flag,
  grant: orNull(
    structure<Grant>({
      session: integer,
      inode: integer,
      index: integer,
      fence: integer,
      version: integer,
      members: listOf(integer),
      open: flag,
    }),
  ),
  conversion: orNull(
    structure<Conversion>({
      fence: integer,
      generation: integer,
      classId: integer,
      members: listOf(integer),
    }),
  ),
});

/**
 * Who a session acts for: a client changes what an active region holds, the mirror what a standby
 * region holds.
 */
export const sessionRoles = ['client', 'mirror'] as const;
export type SessionRole = (typeof sessionRoles)[number];

export interface Session {
  role: SessionRole;
  /** A number of the client's, to tell its sessions from those of others. */
  owner: number;
  leaseUs: number;
  /** How often it was renewed: an expiry that did not see the last renewal is void. */
  renewals: number;
  /** Requests below were answered, and the client has the answers. */
  oldest: number;
}

export const sessionField: Field<Session> = structure<Session>({
  role: oneOf(sessionRoles),
  owner: integer,
  leaseUs: integer,
  renewals: integer,
  oldest: integer,
});

/** A lock on the bytes from `from` up to, not including, `to`. */
export interface RangeLock {
  readonly session: number;
  /** A number of the client's for who holds it: a process, or an open file for flock. */
  readonly owner: number;
  readonly from: number;
  readonly to: number;
  readonly exclusive: boolean;
}

export interface InodeLocks {
  posix: RangeLock[];
  /** Whole-file locks, with 0 and 1 for a range. */
  flock: RangeLock[];
}

const rangeLockField: Field<RangeLock> = structure<RangeLock>({
  session: integer,
  owner: integer,
  from: integer,
  to: integer,
  exclusive: flag,
});

export const inodeLocksField: Field<InodeLocks> = structure<InodeLocks>({
  posix: listOf(rangeLockField),
  flock: listOf(rangeLockField),
});

/** Limits of what is below a directory; 0 for no limit. */
export interface Quota {
  inodes: number;
  bytes: number;
}

export const quotaField: Field<Quota> = structure<Quota>({ inodes: integer, bytes: integer });

export interface Trashed {
  /** When it was removed, and from when on it is ended. */
  sinceUs: number;
  untilUs: number;
  /** Where it was. */
  parent: number;
  name: string;
}

export const trashedField: Field<Trashed> = structure<Trashed>({
  sinceUs: integer,
  untilUs: integer,
  parent: integer,
  name: text,
});

export const serverStates = ['up', 'down', 'draining'] as const;
export type ServerState = (typeof serverStates)[number];

/** A place for parts: one disk of a chunkserver. */
export interface Server {
  region: number;
  zone: number;
  host: number;
  weight: number;
  capacityBytes: number;
  state: ServerState;
  /** Counts its registrations. */
  life: number;
  /** Parts of which it is a committed member, and their bytes. */
  fragments: number;
  usedBytes: number;
  /** Plans that name it. */
  plans: number;
}

export const serverField: Field<Server> = structure<Server>({
  region: integer,
  zone: integer,
  host: integer,
  weight: integer,
  capacityBytes: integer,
  state: oneOf(serverStates),
  life: integer,
  fragments: integer,
  usedBytes: integer,
  plans: integer,
});

/** Work that a chunkserver was told to do. Immutable. */
export interface Plan {
  /** `delete`: erase the fragment. `move`: make the fragment here. */
  readonly kind: 'delete' | 'move';
  readonly server: number;
  readonly version: number;
  readonly generation: number;
  /** The part as fragments are named. */
  readonly part: number;
  /** Of a move: the position among the members, and who holds it now (0: nobody). */
  readonly position: number;
  readonly source: number;
  /** Not before the state machine's time has come to this. */
  readonly dueUs: number;
}

export const planField: Field<Plan> = structure<Plan>({
  kind: oneOf(['delete', 'move']),
  server: integer,
  version: integer,
  generation: integer,
  part: integer,
  position: integer,
  source: integer,
  dueUs: integer,
});

export const regionModes = ['active', 'standby', 'lost'] as const;
export type RegionMode = (typeof regionModes)[number];

export interface Region {
  mode: RegionMode;
  /** Index of the entry that set the mode. */
  fence: number;
  /**
   * Counts the promotions among all regions that mirror each other: of two regions that both say
   * active, the one with the higher epoch is right.
   */
  epoch: number;
  /** All entries up to here have reached the region. */
  watermark: number;
}

export const regionField: Field<Region> = structure<Region>({
  mode: oneOf(regionModes),
  fence: integer,
  epoch: integer,
  watermark: integer,
});

const redundancyField: Field<Redundancy> = union<Redundancy>({
  replicated: { copies: integer },
  erasure: { dataParts: integer, parityParts: integer },
});

export const classField: Field<StorageClass> = structure<StorageClass>({
  id: integer,
  name: text,
  redundancy: redundancyField,
  caps: structure({ [levels[0]]: integer, [levels[1]]: integer, [levels[2]]: integer }),
  strategy: oneOf(strategies),
  whenInfeasible: oneOf(['refuse', 'flag']),
  landing: integer,
});

export const dentryField: Field<{ inode: number }> = structure({ inode: integer });
export const openField: Field<{ count: number }> = structure({ count: integer });
export const leaseField: Field<{ fence: number }> = structure({ fence: integer });
export const replyRowField: Field<{ reply: Uint8Array }> = structure({ reply: blob });
export const attributeField: Field<{ value: Uint8Array }> = structure({ value: blob });
