import { ByteReader, ByteWriter } from '../../common/bytes.ts';
import { DueQueue } from '../../common/due-queue.ts';
import { type Field, integer, text } from '../../common/fields.ts';
import { hashPair } from '../../common/hash.ts';
import { type Cell, GroupTable, Table, TableSum } from '../../common/table.ts';
import type { StorageClass } from '../placement/storage-class.ts';
import {
  attributeField,
  type Chunk,
  chunkField,
  classField,
  dentryField,
  type Inode,
  type InodeLocks,
  inodeField,
  inodeLocksField,
  leaseField,
  openField,
  type Plan,
  planField,
  type Quota,
  quotaField,
  type Region,
  regionField,
  replyRowField,
  type Server,
  type Session,
  type Slot,
  serverField,
  sessionField,
  slotField,
  type Trashed,
  trashedField,
} from './rows.ts';
import type { StorageSettings } from './settings.ts';
import { SortedNames } from './sorted-names.ts';

const writer: ByteWriter = new ByteWriter();

/** The root directory. */
export const rootInode = 1;

/** A row of the metadata: their tables are grouped by number. */
export type MetadataCell = Cell & { readonly group: number };

/** All metadata of a file store: the tables, three counters and the time. */
export class MetadataState {
  readonly settings: StorageSettings;
  /** Index of the last entry that was applied. */
  applied: number = 0;
  /** The state machine's time: the greatest that any entry carried. */
  timeUs: number = 0;
  nextInode: number = rootInode + 1;
  nextChunk: number = 1;
  nextPlan: number = 1;

  private readonly sum: TableSum = new TableSum();
  private readonly all: GroupTable<never, unknown>[] = [];

  readonly inodes: Table<Inode> = this.table('inodes', inodeField);
  /** By directory and name. */
  readonly dentries: GroupTable<string, { inode: number }> = this.grouped(
    'dentries',
    text,
    dentryField,
  );
  /** The same in order, for those who list directories. */
  readonly sortedNames: SortedNames = new SortedNames((directory) => this.dentries.keys(directory));
  /** By file and chunk index. */
  readonly slots: GroupTable<number, Slot> = this.grouped('slots', integer, slotField);
  readonly chunks: Table<Chunk> = this.table('chunks', chunkField);
  readonly sessions: Table<Session> = this.table('sessions', sessionField);
  /** By session and sequence. */
  readonly replies: GroupTable<number, { reply: Uint8Array }> = this.grouped(
    'replies',
    integer,
    replyRowField,
  );
  /** By session and inode. */
  readonly opens: GroupTable<number, { count: number }> = this.grouped('opens', integer, openField);
  /** By session and chunk: the write leases of a session. */
  readonly leases: GroupTable<number, { fence: number }> = this.grouped(
    'leases',
    integer,
    leaseField,
  );
  readonly locks: Table<InodeLocks> = this.table('locks', inodeLocksField);
  /** Extended attributes, by inode and name. */
  readonly attributes: GroupTable<string, { value: Uint8Array }> = this.grouped(
    'attributes',
    text,
    attributeField,
  );
  readonly quotas: Table<Quota> = this.table('quotas', quotaField);
  readonly trash: Table<Trashed> = this.table('trash', trashedField);
  /** Its files in order, for those who list it; there is one trash, 0. */
  readonly sortedTrash: SortedNames<number> = new SortedNames(() => this.trash.keys());
  readonly classes: Table<StorageClass> = this.table('classes', classField);
  readonly servers: Table<Server> = this.table('servers', serverField);
  /** By chunk and plan. */
  readonly plans: GroupTable<number, Plan> = this.grouped('plans', integer, planField);
  readonly regions: Table<Region> = this.table('regions', regionField);
  /** What the tables say anyway, in order of time. */
  readonly trashQueue: DueQueue<number> = new DueQueue();

  constructor(settings: StorageSettings) {
    this.settings = settings;
    this.inodes.insert(rootInode, newInode('directory', 0o755, 0));
    this.settle();
  }

  private grouped<Key extends number | string, Row>(
    name: string,
    keys: Field<Key>,
    rows: Field<Row>,
  ): GroupTable<Key, Row> {
    const seed = hashPair(0x5eed, this.all.length + 1);
    const table = new GroupTable<Key, Row>(name, seed, keys, rows, this.sum);
    this.all.push(table as unknown as GroupTable<never, unknown>);
    return table;
  }

  private table<Row>(name: string, rows: Field<Row>): Table<Row> {
    return new Table(this.grouped(name, integer, rows));
  }

  /** Closes the changes of one entry: brings the hash up to date. */
  settle(): void {
    this.sum.settle();
  }

  /** The rows that the last entry changed, made or deleted. */
  get changed(): readonly MetadataCell[] {
    return this.sum.changed as readonly MetadataCell[];
  }

  /** 16 hex digits; equal states have equal ones. Costs nothing that grows with the state. */
  hash(): string {
    let low = this.sum.low;
    let high = this.sum.high;
    const { applied, timeUs, nextInode, nextChunk, nextPlan } = this;
    for (const number of [applied, timeUs, nextInode, nextChunk, nextPlan]) {
      low = hashPair(low, number);
      high = hashPair(number, high);
    }
    return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
  }

  /** The whole state as bytes; equal states have equal bytes, whatever led to them. */
  save(): Uint8Array {
    writer.length = 0;
    const { applied, timeUs, nextInode, nextChunk, nextPlan } = this;
    for (const number of [applied, timeUs, nextInode, nextChunk, nextPlan]) writer.varint(number);
    for (const table of this.all) table.save(writer);
    return writer.finish();
  }

  /** A state from the bytes of `save`. Throws a RangeError on other bytes. */
  static restore(settings: StorageSettings, bytes: Uint8Array): MetadataState {
    const state = new MetadataState(settings);
    const reader = new ByteReader(bytes);
    state.applied = reader.varint();
    state.timeUs = reader.varint();
    state.nextInode = reader.varint();
    state.nextChunk = reader.varint();
    state.nextPlan = reader.varint();
    state.inodes.delete(rootInode);
    for (const table of state.all) table.restore(reader);
    reader.close();
    for (const inode of state.trash.keys()) {
      state.trashQueue.push(state.trash.get(inode)!.untilUs, inode);
    }
    state.settle();
    return state;
  }
}

/** An inode without links. */
export function newInode(kind: Inode['kind'], mode: number, timeUs: number): Inode {
  return {
    kind,
    mode,
    uid: 0,
    gid: 0,
    sizeBytes: 0,
    atimeUs: timeUs,
    mtimeUs: timeUs,
    ctimeUs: timeUs,
    classId: 0,
    trashUs: 0,
    frozen: false,
    target: '',
    parents: [],
    opens: 0,
    subdirectories: 0,
    belowInodes: 0,
    belowBytes: 0,
    belowShared: 0,
  };
}
