/**
 * The bytes of a snapshot file `snapshot-000000000012`, named after the last entry it covers:
 * CRC-32C over all that follows, magic number, version, index, term, configuration, then the state
 * machine with its sessions as `kv-machine.ts` writes it. Nodes at one index write equal bytes.
 * A file is written under a temporary name, synced, renamed, and its directory synced; so a file of
 * this name whose checksum fails is damaged, never torn.
 */
import { ByteReader, ByteWriter, getU32, putU32 } from '../common/bytes.ts';
import { crcBytes, crcEnd, crcStart } from '../common/crc32c.ts';
import { decodeConfiguration, encodeConfiguration } from './configuration-format.ts';
import type { Configuration } from './types.ts';
import { numberAfter } from './wal-format.ts';

/** A snapshot as it is in memory. */
export interface Snapshot {
  /** The last entry covered. */
  readonly index: number;
  readonly term: number;
  /** The configuration in force at `index`. */
  readonly configuration: Configuration;
  /** The state machine's own bytes. */
  readonly machine: Uint8Array;
  /** The whole file. */
  readonly file: Uint8Array;
}

const magic = 0x70_6e_73_72;
const version = 1;
const prefix = 'snapshot-';
/** Where snapshots are written before they get their name. */
export const temporarySnapshot: string = 'snapshot.tmp';

const writer: ByteWriter = new ByteWriter();

/** Makes a snapshot with its file. */
export function encodeSnapshot(
  index: number,
  term: number,
  configuration: Configuration,
  machine: Uint8Array,
): Snapshot {
  const members = encodeConfiguration(configuration);
  writer.length = 0;
  writer.u32(0);
  writer.u32(magic);
  writer.u32(version);
  writer.integer(index);
  writer.integer(term);
  writer.blob(members);
  writer.blob(machine);
  const file = writer.finish();
  putU32(file, 0, crcEnd(crcBytes(crcStart, file, 4, file.length)));
  return { index, term, configuration, machine, file };
}

/** Reads a snapshot file; undefined when its bytes are not what was written. */
export function decodeSnapshot(file: Uint8Array): Snapshot | undefined {
  if (file.length < 8) return undefined;
  if (crcEnd(crcBytes(crcStart, file, 4, file.length)) !== getU32(file, 0)) return undefined;
  try {
    const reader = new ByteReader(file, 4);
    if (reader.u32() !== magic || reader.u32() !== version) return undefined;
    const index = reader.integer();
    const term = reader.integer();
    const configuration = decodeConfiguration(reader.blob());
    const machine = reader.blob();
    reader.close();
    return { index, term, configuration, machine, file };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

export function snapshotName(index: number): string {
  return prefix + String(index).padStart(12, '0');
}

/** The index in a snapshot's name; 0 when it is no snapshot. */
export function snapshotIndexOf(file: string): number {
  return numberAfter(prefix, file);
}
