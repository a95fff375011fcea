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
  text,
} from '../../common/fields.ts';
import type { FragmentName } from '../block-checksum.ts';
import { type Block, blocksField, fragmentFields } from './fragment.ts';

/** Why a chunkserver did not do what it was asked to. */
export const dataFaults = [
  /** There is no such fragment here. */
  'absent',
  /** The fragment here is of another version than asked for, or the fence is an old one. */
  'stale',
  /** The bytes do not match their checksums, or the disk cannot read them. */
  'bad',
  /** It has not heard from the leader for too long, and serves nobody until it has. */
  'not-serving',
  /** The range has a write whose end is not known here: the tail of the chain knows. */
  'pending',
  /** A write that comes before this one has not arrived. */
  'gap',
  /** The checksum of what came is wrong. */
  'damaged-on-the-way',
  /** The disk has no room. */
  'full',
  /** The disk failed. */
  'disk-error',
  /** A server that was needed did not answer. */
  'no-answer',
] as const;
export type DataFault = (typeof dataFaults)[number];

/** Answers name the request by the number that the asker gave it. */
interface Numbered {
  readonly request: number;
}

/**
 * Reads whole blocks of a fragment. `index` is the applied index of the master that told the asker
 * where the fragment is. `forRepair`: another chunkserver asks, by a committed plan; such a reader
 * needs no serve-lease, and is answered with committed fragments only.
 */
export interface ReadBlocks extends FragmentName, Numbered {
  readonly kind: 'read-blocks';
  readonly firstBlock: number;
  readonly blocks: number;
  readonly index: number;
  readonly forRepair: boolean;
}

/** Blocks that were never written come as empty ones: they read as zeros. */
export interface BlocksRead extends Numbered {
  readonly kind: 'blocks-read';
  readonly fault: DataFault | null;
  /** For `pending`: the node that knows. */
  readonly ask: string;
  /** The version of the fragment that was read. */
  readonly version: number;
  readonly blocks: readonly Block[];
}

/**
 * Writes bytes of a replica, along the chain: from the client to `chain[0]`, from there on. The
 * holder of the lease numbers its writes under one fence from 1, one at a time. A copy of a write that
 * is done is answered again.
 */
export interface WriteBytes extends FragmentName, Numbered {
  readonly kind: 'write-bytes';
  readonly fence: number;
  readonly sequence: number;
  readonly offset: number;
  readonly bytes: Uint8Array;
  /** CRC-32C of the bytes, for the way. */
  readonly checksum: number;
  /** Nodes of all replicas, and which of them is asked. */
  readonly chain: readonly string[];
  readonly position: number;
}

/** Durable on the answerer and on all behind it in the chain; or where and why it is not. */
export interface BytesWritten extends FragmentName, Numbered {
  readonly kind: 'bytes-written';
  readonly fence: number;
  readonly sequence: number;
  readonly fault: DataFault | null;
  /** The node that failed; empty when none did. */
  readonly at: string;
}

/** Keeps a whole part of a stripe. The same name twice is the same bytes. */
export interface PutPart extends FragmentName, Numbered {
  readonly kind: 'put-part';
  readonly fence: number;
  readonly index: number;
  readonly blocks: readonly Block[];
}

/** The part is durable, or why not. */
export interface PartPut extends FragmentName, Numbered {
  readonly kind: 'part-put';
  readonly fault: DataFault | null;
}

/** What clients and chunkservers say to chunkservers about data. */
export type DataMessage = ReadBlocks | BlocksRead | WriteBytes | BytesWritten | PutPart | PartPut;

type FieldsOf<Kind extends DataMessage['kind']> = Fields<Omit<OfKind<DataMessage, Kind>, 'kind'>>;

const fault: Field<DataFault | null> = orNull(oneOf(dataFaults));

export const dataMessageFields: {
  readonly [Kind in DataMessage['kind']]: FieldsOf<Kind>;
} = {
  'read-blocks': {
    request: integer,
    ...fragmentFields,
    firstBlock: integer,
    blocks: integer,
    index: integer,
    forRepair: flag,
  },
  'blocks-read': { request: integer, fault, ask: text, version: integer, blocks: blocksField },
  'write-bytes': {
    request: integer,
    ...fragmentFields,
    fence: integer,
    sequence: integer,
    offset: integer,
    bytes: blob,
    checksum: integer,
    chain: listOf(text),
    position: integer,
  },
  'bytes-written': {
    request: integer,
    ...fragmentFields,
    fence: integer,
    sequence: integer,
    fault,
    at: text,
  },
  'put-part': {
    request: integer,
    ...fragmentFields,
    fence: integer,
    index: integer,
    blocks: blocksField,
  },
  'part-put': { request: integer, ...fragmentFields, fault },
};
