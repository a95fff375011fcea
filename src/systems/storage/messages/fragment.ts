import { blob, type Field, integer, listOf, structure } from '../../common/fields.ts';
import type { FragmentName } from '../block-checksum.ts';

/**
 * A block on its way: its bytes, and the checksum that was made where they were written. The bytes
 * are a view, never a copy: nobody changes them once they are in a message.
 */
export interface Block {
  readonly bytes: Uint8Array;
  /** The version under which the block was written: never newer than its fragment's. */
  readonly version: number;
  /** `blockChecksum` of the bytes, under the fragment's name with that version. */
  readonly checksum: number;
}

/** A fragment and the server that has it, or is to have it. */
export interface PlacedPart {
  /** Name of the chunkserver's node. */
  readonly node: string;
  readonly part: number;
}

export const fragmentFields: {
  readonly chunk: Field<number>;
  readonly version: Field<number>;
  readonly generation: Field<number>;
  readonly part: Field<number>;
} = { chunk: integer, version: integer, generation: integer, part: integer };

export const fragmentField: Field<FragmentName> = structure<FragmentName>(fragmentFields);

export const blockField: Field<Block> = structure<Block>({
  bytes: blob,
  version: integer,
  checksum: integer,
});

export const blocksField: Field<readonly Block[]> = listOf(blockField) as Field<readonly Block[]>;
