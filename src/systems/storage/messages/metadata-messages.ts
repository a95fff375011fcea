import {
  blob,
  type Field,
  type Fields,
  flag,
  integer,
  listOf,
  type OfKind,
  oneOf,
  orNull,
  structure,
  text,
  union,
} from '../../common/fields.ts';
import type { Command } from '../metadata/command.ts';
import { commandField } from '../metadata/command-codec.ts';
import { type Errno, errnos } from '../metadata/errno.ts';
import type { Attributes, Location, RegionFacts, TrashedFile } from '../metadata/queries.ts';
import { type Reply, replyField } from '../metadata/reply.ts';
import { classField, inodeKinds, regionModes } from '../metadata/rows.ts';

/** What a client wants to be done. `request` names this copy of the call on the client. */
export interface Call {
  readonly kind: 'call';
  readonly request: number;
  readonly session: number;
  readonly sequence: number;
  readonly oldest: number;
  readonly command: Command;
}

/** How a call or a query ended. Only `unknown` leaves open whether it takes effect. */
export const callOutcomes = [
  'done',
  /** Not taken; ask `leader`, or anybody. */
  'not-leader',
  /** Not taken: this master cannot serve now, or must wait for leases of others. Try again. */
  'unavailable',
  'disk-full',
  'unknown',
] as const;
export type CallOutcome = (typeof callOutcomes)[number];

/** A write lease whose members are ready. Everything about one chunk, as the holder needs it. */
export interface Granted {
  readonly chunk: number;
  readonly version: number;
  readonly fence: number;
  readonly generation: number;
  readonly classId: number;
  /** Nodes by part, empty where there is none. */
  readonly nodes: readonly string[];
  readonly validBytes: number;
  /** Of a stripe that is written for the first time under this lease: put parts, then `parts-ready`. */
  readonly committed: boolean;
  /** Counted from when the client sent its call. */
  readonly leaseUs: number;
}

export interface CallDone {
  readonly kind: 'call-done';
  readonly request: number;
  readonly outcome: CallOutcome;
  readonly leader: string;
  /** Index of the entry; 0 when there is none. */
  readonly index: number;
  readonly reply: Reply | null;
  /** With the reply to `grant-write`. */
  readonly granted: Granted | null;
}

/** What a client asks without changing anything. */
export type Query =
  | { readonly kind: 'lookup'; readonly parent: number; readonly name: string }
  | { readonly kind: 'attributes'; readonly inode: number }
  | {
      readonly kind: 'read-directory';
      readonly inode: number;
      readonly after: string;
      readonly most: number;
    }
  | { readonly kind: 'read-link'; readonly inode: number }
  | { readonly kind: 'get-attribute'; readonly inode: number; readonly name: string }
  | { readonly kind: 'list-attributes'; readonly inode: number }
  | { readonly kind: 'locate'; readonly inode: number; readonly index: number }
  | {
      readonly kind: 'test-lock';
      readonly inode: number;
      readonly style: 'posix' | 'flock';
      readonly owner: number;
      readonly from: number;
      readonly to: number;
      readonly exclusive: boolean;
    }
  | { readonly kind: 'quota'; readonly inode: number }
  | { readonly kind: 'region'; readonly region: number }
  | { readonly kind: 'list-trash'; readonly after: number; readonly most: number };

export interface Ask {
  readonly kind: 'ask';
  readonly request: number;
  readonly session: number;
  /** Wants to keep the answer in a cache. */
  readonly wantsLease: boolean;
  readonly query: Query;
}

/** Where a chunk is, in names of nodes. */
export interface Located extends Omit<Location, 'members'> {
  readonly nodes: readonly string[];
}

export type Answer =
  | { readonly kind: 'error'; readonly errno: Errno }
  /** 0: there is no such name; otherwise with its attributes. */
  | { readonly kind: 'found'; readonly inode: number; readonly attributes: Attributes | null }
  | { readonly kind: 'attributes'; readonly attributes: Attributes }
  | {
      readonly kind: 'names';
      readonly names: readonly { readonly name: string; readonly inode: number }[];
    }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'words'; readonly words: readonly string[] }
  /** Null: a hole. The file is `sizeBytes` long. */
  | { readonly kind: 'location'; readonly location: Located | null; readonly sizeBytes: number }
  /** Whether a lock stands in the way, and whose. */
  | {
      readonly kind: 'lock';
      readonly session: number;
      readonly owner: number;
      readonly exclusive: boolean;
    }
  | {
      readonly kind: 'usage';
      readonly inodes: number;
      readonly bytes: number;
      readonly maxInodes: number;
      readonly maxBytes: number;
    }
  | ({ readonly kind: 'region' } & RegionFacts)
  | { readonly kind: 'trash'; readonly files: readonly TrashedFile[] };

export interface Answered {
  readonly kind: 'answered';
  readonly request: number;
  readonly outcome: CallOutcome;
  readonly leader: string;
  /** The index that the answer is of: all that was acknowledged before the question is in it. */
  readonly index: number;
  readonly answer: Answer | null;
  /** How long it may be kept, counted from when the question was sent; 0: not at all. */
  readonly leaseUs: number;
}

/**
 * What a cached answer depends on: an inode with all that is in it, or a name in a directory (also one
 * that is not there).
 */
export interface CacheKey {
  readonly inode: number;
  /** Empty: the inode itself. */
  readonly name: string;
}

/**
 * The leader wants these out of the cache before it changes them; or a write lease back. It may
 * overtake an answer: what a question under way brings back about these keys is not kept either.
 */
export interface Recall {
  readonly kind: 'recall';
  readonly recall: number;
  readonly term: number;
  readonly session: number;
  readonly keys: readonly CacheKey[];
  /** Chunk index of the write lease on `keys[0].inode`; null: none. */
  readonly chunkIndex: number | null;
}

/** They are out of the cache; a write lease is given back by `release-write`, not by this. */
export interface Recalled {
  readonly kind: 'recalled';
  readonly recall: number;
  readonly term: number;
  readonly session: number;
}

/**
 * The parts of a stripe that are durable under a grant, by position: the leader may commit its version.
 * Answered by `call-done` with a reply of kind `version`, or the error.
 */
export interface PartsReady {
  readonly kind: 'parts-ready';
  readonly request: number;
  readonly session: number;
  readonly chunk: number;
  readonly fence: number;
  readonly stored: readonly boolean[];
}

/**
 * A write did not come through at a member of the chain: the leader sees who is left. Answered by
 * `call-done` with a new grant, or the error.
 */
export interface WriteFailed {
  readonly kind: 'write-failed';
  readonly request: number;
  readonly session: number;
  readonly inode: number;
  readonly chunkIndex: number;
  readonly chunk: number;
  readonly fence: number;
  /** The node that failed; empty when the client cannot tell. */
  readonly at: string;
}

/** What clients and masters say to each other. */
export type MetadataMessage =
  | Call
  | CallDone
  | Ask
  | Answered
  | Recall
  | Recalled
  | PartsReady
  | WriteFailed;

type FieldsOf<Kind extends MetadataMessage['kind']> = Fields<
  Omit<OfKind<MetadataMessage, Kind>, 'kind'>
>;

function readonlyList<T>(item: Field<T>): Field<readonly T[]> {
  return listOf(item) as Field<readonly T[]>;
}

const attributes: Field<Attributes> = structure<Attributes>({
  inode: integer,
  kind: oneOf(inodeKinds),
  mode: integer,
  uid: integer,
  gid: integer,
  links: integer,
  sizeBytes: integer,
  atimeUs: integer,
  mtimeUs: integer,
  ctimeUs: integer,
  classId: integer,
  frozen: flag,
});

const trashedFile: Field<TrashedFile> = structure<TrashedFile>({
  inode: integer,
  sinceUs: integer,
  untilUs: integer,
  parent: integer,
  name: text,
});

const queryField: Field<Query> = union<Query>({
  lookup: { parent: integer, name: text },
  attributes: { inode: integer },
  'read-directory': { inode: integer, after: text, most: integer },
  'read-link': { inode: integer },
  'get-attribute': { inode: integer, name: text },
  'list-attributes': { inode: integer },
  locate: { inode: integer, index: integer },
  'test-lock': {
    inode: integer,
    style: oneOf(['posix', 'flock']),
    owner: integer,
    from: integer,
    to: integer,
    exclusive: flag,
  },
  quota: { inode: integer },
  region: { region: integer },
  'list-trash': { after: integer, most: integer },
});

const answerField: Field<Answer> = union<Answer>({
  error: { errno: oneOf(errnos) },
  found: { inode: integer, attributes: orNull(attributes) },
  attributes: { attributes },
  names: { names: readonlyList(structure({ name: text, inode: integer })) },
  text: { text },
  bytes: { bytes: blob },
  words: { words: readonlyList(text) },
  location: {
    location: orNull(
      structure<Located>({
        chunk: integer,
        version: integer,
        generation: integer,
        storageClass: classField,
        validBytes: integer,
        unsettled: flag,
        nodes: readonlyList(text),
      }),
    ),
    sizeBytes: integer,
  },
  lock: { session: integer, owner: integer, exclusive: flag },
  usage: { inodes: integer, bytes: integer, maxInodes: integer, maxBytes: integer },
  region: { mode: oneOf(regionModes), fence: integer, epoch: integer, watermark: integer },
  trash: { files: readonlyList(trashedFile) },
});

const grantedField: Field<Granted> = structure<Granted>({
  chunk: integer,
  version: integer,
  fence: integer,
  generation: integer,
  classId: integer,
  nodes: readonlyList(text),
  validBytes: integer,
  committed: flag,
  leaseUs: integer,
});

export const metadataMessageFields: {
  readonly [Kind in MetadataMessage['kind']]: FieldsOf<Kind>;
} = {
  call: {
    request: integer,
    session: integer,
    sequence: integer,
    oldest: integer,
    command: commandField,
  },
  'call-done': {
    request: integer,
    outcome: oneOf(callOutcomes),
    leader: text,
    index: integer,
    reply: orNull(replyField),
    granted: orNull(grantedField),
  },
  ask: { request: integer, session: integer, wantsLease: flag, query: queryField },
  answered: {
    request: integer,
    outcome: oneOf(callOutcomes),
    leader: text,
    index: integer,
    answer: orNull(answerField),
    leaseUs: integer,
  },
  recall: {
    recall: integer,
    term: integer,
    session: integer,
    keys: readonlyList(structure<CacheKey>({ inode: integer, name: text })),
    chunkIndex: orNull(integer),
  },
  recalled: { recall: integer, term: integer, session: integer },
  'parts-ready': {
    request: integer,
    session: integer,
    chunk: integer,
    fence: integer,
    stored: readonlyList(flag),
  },
  'write-failed': {
    request: integer,
    session: integer,
    inode: integer,
    chunkIndex: integer,
    chunk: integer,
    fence: integer,
    at: text,
  },
};
