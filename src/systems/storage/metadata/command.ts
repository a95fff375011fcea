import type { OfKind } from '../../common/fields.ts';
import type { StorageClass } from '../placement/storage-class.ts';
import type { RegionMode, ServerState, SessionRole } from './rows.ts';

/** What a log entry carries. */
export interface Envelope {
  /** The client's session, or 0 for the leader itself and for opening a session. */
  readonly session: number;
  /** Number of the request within the session; 0 without a session. */
  readonly sequence: number;
  /** The client has the answers to all requests below. */
  readonly oldest: number;
  /** The leader's wall clock; state machine time is the greatest of all so far. */
  readonly timeUs: number;
  readonly command: Command;
}

/** A place among the entries of a directory. */
interface At {
  readonly parent: number;
  readonly name: string;
}

interface On {
  readonly inode: number;
}

interface OnChunk {
  readonly chunk: number;
}

interface NewInode extends At {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** Changes of names. Replies: `inode` for what makes one or moves one, else `done`. */
export type NamespaceCommand =
  /** An existing file is opened up (its inode is the reply) unless `exclusive`. */
  | ({ readonly kind: 'create'; readonly exclusive: boolean } & NewInode)
  | ({ readonly kind: 'mkdir' } & NewInode)
  | ({ readonly kind: 'symlink'; readonly target: string } & NewInode)
  | ({ readonly kind: 'link' } & On & At)
  | ({ readonly kind: 'unlink' } & At)
  | ({ readonly kind: 'rmdir' } & At)
  | ({
      readonly kind: 'rename';
      readonly newParent: number;
      readonly newName: string;
      /** EEXIST instead of taking the place of what is there. */
      readonly keep: boolean;
    } & At)
  /** A copy of a file or tree that shares its chunks; `frozen` makes it a snapshot. */
  | ({ readonly kind: 'clone'; readonly source: number; readonly frozen: boolean } & At)
  | ({ readonly kind: 'remove-snapshot' } & At)
  | ({ readonly kind: 'restore-trash' } & On & At)
  | ({ readonly kind: 'purge-trash' } & On);

/** Changes of one inode. */
export type InodeCommand =
  /** Each property is set unless it is null. */
  | ({
      readonly kind: 'setattr';
      readonly mode: number | null;
      readonly uid: number | null;
      readonly gid: number | null;
      readonly atimeUs: number | null;
      readonly mtimeUs: number | null;
      readonly trashUs: number | null;
    } & On)
  | ({ readonly kind: 'truncate'; readonly sizeBytes: number } & On)
  /** Null removes it. */
  | ({ readonly kind: 'setxattr'; readonly name: string; readonly value: Uint8Array | null } & On)
  | ({ readonly kind: 'set-class'; readonly classId: number } & On)
  /** Zero is no limit. */
  | ({ readonly kind: 'set-quota'; readonly inodes: number; readonly bytes: number } & On)
  | ({ readonly kind: 'open' } & On)
  /**
   * One of the session's handles of the file is gone, and with it what it alone held: flock locks whose
   * owner is `handle`, and posix locks of `owners`, the processes that have closed it by that.
   */
  | ({
      readonly kind: 'close';
      readonly handle: number;
      readonly owners: readonly number[];
    } & On)
  /**
   * `to` is the first byte behind; ignored for flock. The owner is a process of the session for posix,
   * and an open file, as its handle, for flock.
   */
  | ({
      readonly kind: 'lock' | 'unlock';
      readonly style: 'posix' | 'flock';
      readonly owner: number;
      readonly from: number;
      readonly to: number;
      readonly exclusive: boolean;
    } & On)
  /** Takes the next `bytes` at the end. Replies `offset`. */
  | ({ readonly kind: 'append'; readonly bytes: number } & On)
  /** Members are the leader's proposal, by part. Replies `grant`. */
  | ({
      readonly kind: 'grant-write';
      readonly index: number;
      readonly members: readonly number[];
    } & On)
  | ({
      readonly kind: 'settle-write';
      readonly index: number;
      readonly fence: number;
      readonly validBytes: number;
    } & On)
  | ({ readonly kind: 'release-write'; readonly index: number; readonly fence: number } & On);

/** Sessions. The first has no session yet and replies `session`; so may the leader close one. */
export type SessionCommand =
  | {
      readonly kind: 'open-session';
      readonly owner: number;
      readonly leaseUs: number;
      /** A mirror's session ends all that a mirror had before. */
      readonly role: SessionRole;
    }
  | { readonly kind: 'renew-session' }
  | { readonly kind: 'close-session' }
  | { readonly kind: 'expire-session'; readonly expired: number; readonly renewals: number };

/** Chunks, by the leader. */
export type ChunkCommand =
  | ({
      readonly kind: 'commit-version' | 'reform-members';
      readonly fence: number;
      readonly members: readonly number[];
    } & OnChunk)
  | ({ readonly kind: 'expire-lease'; readonly fence: number } & OnChunk)
  /** Replies `grant`, held by no session. */
  | ({ readonly kind: 'recover-chunk' } & OnChunk)
  | ({
      readonly kind: 'drop-member';
      readonly version: number;
      readonly generation: number;
      readonly position: number;
      readonly server: number;
    } & OnChunk)
  | ({
      readonly kind: 'convert-begin';
      readonly version: number;
      readonly classId: number;
      readonly members: readonly number[];
    } & OnChunk)
  | ({ readonly kind: 'convert-commit' | 'convert-abort'; readonly generation: number } & OnChunk)
  | ({ readonly kind: 'plan-move'; readonly position: number; readonly to: number } & OnChunk)
  | ({
      readonly kind: 'plan-delete';
      readonly server: number;
      readonly version: number;
      readonly generation: number;
      readonly part: number;
    } & OnChunk)
  /** `carriedOut` false: given up. */
  | ({ readonly kind: 'plan-done'; readonly plan: number; readonly carriedOut: boolean } & OnChunk)
  /** Deletions that were carried out, as many as there were to tell of. */
  | { readonly kind: 'fragments-erased'; readonly plans: readonly PlanName[] };

/** Which plan, of which chunk. */
export interface PlanName {
  readonly chunk: number;
  readonly plan: number;
}

/** The cluster, by the leader or an administrator through it. */
export type ClusterCommand =
  | { readonly kind: 'define-class'; readonly storageClass: StorageClass }
  | {
      readonly kind: 'register-server';
      readonly server: number;
      readonly region: number;
      readonly zone: number;
      readonly host: number;
      readonly weight: number;
      readonly capacityBytes: number;
    }
  | { readonly kind: 'set-server-state'; readonly server: number; readonly state: ServerState }
  | { readonly kind: 'remove-server'; readonly server: number }
  /** ESTALE when the region knows a later epoch, or has another mode in this one. */
  | {
      readonly kind: 'set-region-mode';
      readonly region: number;
      readonly mode: RegionMode;
      readonly epoch: number;
    }
  | { readonly kind: 'advance-watermark'; readonly region: number; readonly index: number }
  /** Nothing but time, and what is due by it. */
  | { readonly kind: 'tick' };

export type Command =
  | NamespaceCommand
  | InodeCommand
  | SessionCommand
  | ChunkCommand
  | ClusterCommand;

/** The command of a kind. */
export type CommandOf<Kind extends Command['kind']> = OfKind<Command, Kind>;
