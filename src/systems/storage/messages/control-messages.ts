import {
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
} from '../../common/fields.ts';
import type { FragmentName } from '../block-checksum.ts';
import { type DataFault, dataFaults } from './data-messages.ts';
import { fragmentField, fragmentFields, type PlacedPart } from './fragment.ts';

/**
 * Every order names the leader's term and the index that it has applied. A chunkserver keeps the
 * highest of both, obeys no lower term, and deletes nothing on an index below the highest: such an
 * order was given before something that the server knows already.
 */
interface FromLeader {
  readonly term: number;
  readonly index: number;
}

/** An order and its answer have one number; a leader gives each once in a term. */
interface Task {
  readonly task: number;
}

/** A chunkserver's word that it lives, every eighth of the lease; the first ones of a life tell all of it. */
export interface Beat {
  readonly kind: 'beat';
  readonly server: number;
  /** Counts this server's beats in this life, from 1. */
  readonly beat: number;
  /** Tells the lives of a server apart: wall clock at its start. */
  readonly life: number;
  readonly region: number;
  readonly zone: number;
  readonly host: number;
  readonly weight: number;
  readonly capacityBytes: number;
  readonly usedBytes: number;
  /** The highest index that it has heard of. */
  readonly index: number;
  /** It has its fragments read from the disk, and reports and obeys from now on. */
  readonly ready: boolean;
  /** The last `beat-heard` of this life that let it serve: its term, and which beat it answered. */
  readonly heardTerm: number;
  readonly heardBeat: number;
}

/**
 * The leader, confirmed by a quorum after the beat came, lets the server serve for `serveUs`, counted
 * from when it *sent* that beat. `wantsReport`: it wants a list of the fragments. `leftOut`: versions of
 * replicas that newer ones were formed without, while the server may have known nothing of it. Clients
 * are not to read these and older ones here any more, whatever place they remember.
 */
export interface BeatHeard extends FromLeader {
  readonly kind: 'beat-heard';
  readonly server: number;
  readonly beat: number;
  readonly life: number;
  readonly serveUs: number;
  readonly wantsReport: boolean;
  readonly leftOut: readonly FragmentName[];
}

/** A fragment as its server has it. */
export interface HeldFragment extends FragmentName {
  readonly fence: number;
  readonly bytes: number;
}

/** A piece of the list of all committed fragments, in the order of their names. */
export interface Report {
  readonly kind: 'report';
  readonly server: number;
  readonly life: number;
  /** The answer that asked for it: its term, and the beat that it answered. */
  readonly term: number;
  readonly beat: number;
  /** Counts reports of this life, and pieces of one report from 0. */
  readonly report: number;
  readonly piece: number;
  readonly last: boolean;
  readonly fragments: readonly HeldFragment[];
}

/** A fragment does not match its checksums, or cannot be read. It is in quarantine from now on. */
export interface FragmentBad extends FragmentName {
  readonly kind: 'fragment-bad';
  readonly server: number;
  readonly life: number;
  readonly fault: DataFault;
}

/**
 * Makes `version` and `fence` of a replica durable: lower fences are refused from now on. `from` is the
 * version that the server must have; 0: the fragment is new, empty, or a copy of `copyOf` at
 * `copyVersion`, which is here as well.
 */
export interface SetVersion extends FragmentName, FromLeader, Task {
  readonly kind: 'set-version';
  readonly from: number;
  readonly fence: number;
  readonly copyOf: number;
  readonly copyVersion: number;
  readonly copyGeneration: number;
}

/**
 * How far the writes go. With the fault `stale` its `version` is the one that the server has: a version
 * that was given out may not have reached all members, and the leader asks again from there.
 */
export interface VersionSet extends FragmentName, Task {
  readonly kind: 'version-set';
  readonly server: number;
  readonly fence: number;
  readonly fault: DataFault | null;
  /** Fence and sequence of the last write that is durable here: the greatest pair is the longest replica. */
  readonly lastFence: number;
  readonly lastSequence: number;
}

/** Takes all blocks of the longest replica in place of one's own. Durable before it is answered. */
export interface Adopt extends FragmentName, FromLeader, Task {
  readonly kind: 'adopt';
  readonly fence: number;
  readonly source: string;
}

/** By a committed plan: makes a fragment of another server's same one, and reads it back. */
export interface CopyFragment extends FragmentName, FromLeader, Task {
  readonly kind: 'copy-fragment';
  readonly source: string;
}

/** By a committed plan: makes a part from `dataParts` others of its stripe, and reads it back. */
export interface RebuildPart extends FragmentName, FromLeader, Task {
  readonly kind: 'rebuild-part';
  readonly dataParts: number;
  readonly parityParts: number;
  readonly sources: readonly PlacedPart[];
}

/**
 * Changes the code of a chunk that this server holds as a replica, or can read from `sources`: puts the
 * parts of `generation` on `targets`. A new code may be replication too.
 */
export interface Encode extends FromLeader, Task {
  readonly kind: 'encode';
  readonly chunk: number;
  readonly version: number;
  readonly generation: number;
  readonly fence: number;
  /** Data and parity parts of what is there; 1 and 0 for replicas. */
  readonly oldGeneration: number;
  readonly oldDataParts: number;
  readonly oldParityParts: number;
  readonly sources: readonly PlacedPart[];
  /** Of what is to be; 1 and 0 for replicas. */
  readonly dataParts: number;
  readonly parityParts: number;
  readonly targets: readonly PlacedPart[];
}

/** By a committed plan, whose grace is over: erases exactly this fragment. */
export interface EraseFragment extends FragmentName, FromLeader, Task {
  readonly kind: 'erase-fragment';
}

/** Reads all of a fragment that this server has: before a version is formed without who had it too. */
export interface VerifyFragment extends FragmentName, FromLeader, Task {
  readonly kind: 'verify-fragment';
}

/** Answers adopt, copy, rebuild, encode, erase and verify. */
export interface TaskDone extends Task {
  readonly kind: 'task-done';
  readonly server: number;
  readonly term: number;
  readonly chunk: number;
  readonly fault: DataFault | null;
  /** Positions in `targets` or `sources` that failed. */
  readonly failed: readonly number[];
}

/** What masters and chunkservers say to each other. */
export type ControlMessage =
  | Beat
  | BeatHeard
  | Report
  | FragmentBad
  | SetVersion
  | VersionSet
  | Adopt
  | CopyFragment
  | RebuildPart
  | Encode
  | EraseFragment
  | TaskDone
  | VerifyFragment;

/** Kinds that came later: their numbers are behind those of all others. */
type LaterKind = 'verify-fragment';

type FieldsOf<Kind extends ControlMessage['kind']> = Fields<
  Omit<OfKind<ControlMessage, Kind>, 'kind'>
>;

const fault: Field<DataFault | null> = orNull(oneOf(dataFaults));
const fromLeader = { term: integer, index: integer };
const task = { task: integer };
const parts: Field<readonly PlacedPart[]> = listOf(
  structure<PlacedPart>({ node: text, part: integer }),
) as Field<readonly PlacedPart[]>;

const fragmentNames: Field<readonly FragmentName[]> = listOf(fragmentField) as Field<
  readonly FragmentName[]
>;

const heldFragments: Field<readonly HeldFragment[]> = listOf(
  structure<HeldFragment>({ ...fragmentFields, fence: integer, bytes: integer }),
) as Field<readonly HeldFragment[]>;

export const controlMessageFields: {
  readonly [Kind in Exclude<ControlMessage['kind'], LaterKind>]: FieldsOf<Kind>;
} = {
  beat: {
    server: integer,
    beat: integer,
    life: integer,
    region: integer,
    zone: integer,
    host: integer,
    weight: integer,
    capacityBytes: integer,
    usedBytes: integer,
    index: integer,
    ready: flag,
    heardTerm: integer,
    heardBeat: integer,
  },
  'beat-heard': {
    ...fromLeader,
    server: integer,
    beat: integer,
    life: integer,
    serveUs: integer,
    wantsReport: flag,
    leftOut: fragmentNames,
  },
  report: {
    server: integer,
    life: integer,
    term: integer,
    beat: integer,
    report: integer,
    piece: integer,
    last: flag,
    fragments: heldFragments,
  },
  'fragment-bad': { ...fragmentFields, server: integer, life: integer, fault: oneOf(dataFaults) },
  'set-version': {
    ...task,
    ...fromLeader,
    ...fragmentFields,
    from: integer,
    fence: integer,
    copyOf: integer,
    copyVersion: integer,
    copyGeneration: integer,
  },
  'version-set': {
    ...task,
    ...fragmentFields,
    server: integer,
    fence: integer,
    fault,
    lastFence: integer,
    lastSequence: integer,
  },
  adopt: { ...task, ...fromLeader, ...fragmentFields, fence: integer, source: text },
  'copy-fragment': { ...task, ...fromLeader, ...fragmentFields, source: text },
  'rebuild-part': {
    ...task,
    ...fromLeader,
    ...fragmentFields,
    dataParts: integer,
    parityParts: integer,
    sources: parts,
  },
  encode: {
    ...task,
    ...fromLeader,
    chunk: integer,
    version: integer,
    generation: integer,
    fence: integer,
    oldGeneration: integer,
    oldDataParts: integer,
    oldParityParts: integer,
    sources: parts,
    dataParts: integer,
    parityParts: integer,
    targets: parts,
  },
  'erase-fragment': { ...task, ...fromLeader, ...fragmentFields },
  'task-done': {
    ...task,
    server: integer,
    term: integer,
    chunk: integer,
    fault,
    failed: listOf(integer) as Field<readonly number[]>,
  },
};

export const laterControlMessageFields: { readonly [Kind in LaterKind]: FieldsOf<Kind> } = {
  'verify-fragment': { ...task, ...fromLeader, ...fragmentFields },
};
