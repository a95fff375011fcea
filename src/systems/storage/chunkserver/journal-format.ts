import { ByteWriter } from '../../common/bytes.ts';
import { decodeField, encodeField } from '../../common/field-bytes.ts';
import {
  blob,
  type Field,
  integer,
  listOf,
  oneOf,
  structure,
  text,
  union,
} from '../../common/fields.ts';
import { type DataFault, dataFaults } from '../messages/data-messages.ts';
import { fragmentFields } from '../messages/fragment.ts';

/** A block in the journal, with its bytes. */
export interface JournalBlock {
  readonly block: number;
  readonly version: number;
  readonly checksum: number;
  readonly data: Uint8Array;
}

/**
 * What the journal says. Each record gives new values, never differences, so that playing a record
 * again does nothing. `number` is that of the fragment's files.
 */
export type JournalRecord =
  /** A fragment is made, or all of it replaced. */
  | {
      readonly kind: 'put';
      readonly number: number;
      readonly chunk: number;
      readonly version: number;
      readonly generation: number;
      readonly part: number;
      readonly previousVersion: number;
      readonly fence: number;
      readonly lastFence: number;
      readonly lastSequence: number;
      readonly blocks: readonly JournalBlock[];
    }
  | {
      readonly kind: 'version';
      readonly number: number;
      readonly version: number;
      readonly previousVersion: number;
      readonly fence: number;
    }
  /** `tail`: the end of the chain, empty when that is this server. */
  | {
      readonly kind: 'write';
      readonly number: number;
      readonly fence: number;
      readonly sequence: number;
      readonly tail: string;
      readonly blocks: readonly JournalBlock[];
    }
  | { readonly kind: 'erase'; readonly number: number }
  | { readonly kind: 'bad'; readonly number: number; readonly fault: DataFault }
  /** Promises under fences up to this one may be forgotten: the server lost files. */
  | { readonly kind: 'floor'; readonly fence: number };

/** What stands in `heads` in place of bytes that are copied straight into the record. */
const views: { readonly at: number; readonly bytes: Uint8Array }[] = [];
const heads: ByteWriter = new ByteWriter();

/** As `blob`, but the bytes are left out and noted in `views`. */
const viewed: Field<Uint8Array> = {
  ...blob,
  write: (writer, bytes) => {
    writer.u32(bytes.length);
    views.push({ at: writer.length, bytes });
  },
};

const blocks: Field<readonly JournalBlock[]> = listOf(
  structure<JournalBlock>({ block: integer, version: integer, checksum: integer, data: viewed }),
) as Field<readonly JournalBlock[]>;

const recordField: Field<JournalRecord> = union<JournalRecord>({
  put: {
    number: integer,
    ...fragmentFields,
    previousVersion: integer,
    fence: integer,
    lastFence: integer,
    lastSequence: integer,
    blocks,
  },
  version: { number: integer, version: integer, previousVersion: integer, fence: integer },
  write: { number: integer, fence: integer, sequence: integer, tail: text, blocks },
  erase: { number: integer },
  bad: { number: integer, fault: oneOf(dataFaults) },
  floor: { fence: integer },
});

/** What a checkpoint says besides that the files have all before it. */
export interface Checkpoint {
  /** Numbers below were given to fragments. */
  readonly nextNumber: number;
  /** See `floor` of the journal; 0: nothing was ever lost here. */
  readonly floor: number;
  /** The server lost files, and does not know yet up to which fence it may have promised. */
  readonly owesFloor: number;
  /** Fences of chunks that no fragment here remembers: see `ChunkHere`. */
  readonly fences: readonly ChunkFences[];
}

export interface ChunkFences {
  readonly chunk: number;
  /** Lower ones are refused. */
  readonly fence: number;
  /** Under a fence up to this one a fragment was erased; such fences make nothing any more. */
  readonly erasedFence: number;
}

const checkpointField: Field<Checkpoint> = structure<Checkpoint>({
  nextNumber: integer,
  floor: integer,
  owesFloor: integer,
  fences: listOf(
    structure<ChunkFences>({ chunk: integer, fence: integer, erasedFence: integer }),
  ) as Field<readonly ChunkFences[]>,
});

/** Copies each block once, from where it came to its place among the bytes of the record. */
export function encodeRecord(record: JournalRecord): Uint8Array {
  heads.length = 0;
  recordField.write(heads, record);
  if (views.length === 0) return heads.finish();
  const written = heads.written();
  const encoded = emptyBytes(views.reduce((sum, { bytes }) => sum + bytes.length, written.length));
  let from = 0;
  let to = 0;
  for (const { at, bytes } of views) {
    encoded.set(written.subarray(from, at), to);
    encoded.set(bytes, to + at - from);
    to += at - from + bytes.length;
    from = at;
  }
  views.length = 0;
  encoded.set(written.subarray(from), to);
  return encoded;
}

/** The engine is slow to make arrays of some hundred bytes by itself: see `ownBytes`. */
const slabBytes = 32_768;
let slab: Uint8Array = new Uint8Array(0);
let slabUsed = 0;

function emptyBytes(count: number): Uint8Array {
  if (count > slabBytes / 8) return new Uint8Array(count);
  if (slabUsed + count > slab.length) {
    slab = new Uint8Array(slabBytes);
    slabUsed = 0;
  }
  slabUsed += count;
  return slab.subarray(slabUsed - count, slabUsed);
}

/** Throws a RangeError on bytes that `encodeRecord` cannot have made. */
export function decodeRecord(bytes: Uint8Array): JournalRecord {
  return decodeField(recordField, bytes);
}

export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  return encodeField(checkpointField, checkpoint);
}

/** Throws a RangeError on bytes that `encodeCheckpoint` cannot have made. */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  return decodeField(checkpointField, bytes);
}
