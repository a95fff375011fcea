import type { Folder, Message } from '../../sim/message.ts';
import type { ByteReader, ByteWriter } from '../common/bytes.ts';
import type { Entry } from './types.ts';

/**
 * A node that cannot read all that it has promised asks another one. Outside of all terms: it
 * promises nothing and changes nothing at who answers.
 */
export interface RepairRequest extends Message {
  readonly kind: 'repair-request';
  /** Entries are wanted from here on; 0: none. */
  readonly index: number;
  /** Above 0: a snapshot is wanted that covers at least this index. */
  readonly leastSnapshot: number;
  /** The snapshot whose bytes from `offset` on are wanted; 0: any. */
  readonly snapshotIndex: number;
  readonly offset: number;
}

/** What a node can tell: its log from an index on, how much of it is committed, a snapshot's piece. */
export interface RepairReply extends Message {
  readonly kind: 'repair-reply';
  /** The first entry that this node still has. */
  readonly firstIndex: number;
  /** An index up to which this node knows its log to be committed, and the term of the entry there. */
  readonly commit: number;
  readonly commitTerm: number;
  /** Of its log, committed or not. */
  readonly entries: readonly Entry[];
  /** The snapshot of which `data` is the piece at `offset`; 0: none. */
  readonly snapshotIndex: number;
  readonly offset: number;
  readonly totalBytes: number;
  readonly data: Uint8Array;
}

export type RepairMessage = RepairRequest | RepairReply;

/** Writes the fields of a message but for its entries. */
export function writeRepair(writer: ByteWriter, message: RepairMessage): void {
  if (message.kind === 'repair-request') {
    writer.integer(message.index);
    writer.integer(message.leastSnapshot);
    writer.integer(message.snapshotIndex);
    writer.integer(message.offset);
    return;
  }
  writer.integer(message.firstIndex);
  writer.integer(message.commit);
  writer.integer(message.commitTerm);
  writer.integer(message.snapshotIndex);
  writer.integer(message.offset);
  writer.integer(message.totalBytes);
  writer.blob(message.data);
}

export function readRepairRequest(reader: ByteReader): RepairRequest {
  return {
    kind: 'repair-request',
    index: reader.integer(),
    leastSnapshot: reader.integer(),
    snapshotIndex: reader.integer(),
    offset: reader.integer(),
  };
}

/** @param readEntries reads what stands behind the other fields */
export function readRepairReply(
  reader: ByteReader,
  readEntries: (reader: ByteReader) => readonly Entry[],
): RepairReply {
  return {
    kind: 'repair-reply',
    firstIndex: reader.integer(),
    commit: reader.integer(),
    commitTerm: reader.integer(),
    snapshotIndex: reader.integer(),
    offset: reader.integer(),
    totalBytes: reader.integer(),
    data: reader.blob(),
    entries: readEntries(reader),
  };
}

/** Folds the fields of a message but for its entries. */
export function foldRepair(message: RepairMessage, into: Folder): void {
  if (message.kind === 'repair-request') {
    into.int(message.index);
    into.int(message.leastSnapshot);
    into.int(message.snapshotIndex);
    into.int(message.offset);
    return;
  }
  into.int(message.firstIndex);
  into.int(message.commit);
  into.int(message.commitTerm);
  into.int(message.snapshotIndex);
  into.int(message.offset);
  into.int(message.totalBytes);
  into.bytes(message.data);
}
