import { type ByteReader, ByteWriter } from './bytes.ts';
import { type Field, integer } from './fields.ts';
import { hashBytes } from './hash.ts';

// One for all rows: it has grown to the largest.
const writer: ByteWriter = new ByteWriter();

/** A row in its table, with its share in the sum. */
export interface Cell {
  readonly table: string;
  readonly group: number | string;
  readonly key: number | string;
  row: unknown;
  low: number;
  high: number;
  /** The row may differ from what was summed. */
  dirty: boolean;
  gone: boolean;
}

interface Summed {
  sumOf(cell: Cell): void;
}

/**
 * The hash of a set of tables: the sum of the hashes of all rows, in two lanes of 32 bits. A sum
 * does not depend on the order of the rows, and a changed row is taken out and put in again.
 */
export class TableSum {
  low: number = 0;
  high: number = 0;
  private readonly waiting: { readonly table: Summed; readonly cell: Cell }[] = [];
  /** Rows that the last entry changed, made or deleted; what checkers and the leader look at. */
  changed: Cell[] = [];

  note(table: Summed, cell: Cell): void {
    if (cell.dirty) return;
    cell.dirty = true;
    this.waiting.push({ table, cell });
  }

  /** Brings the sum up to date. Costs what was changed since the last time. */
  settle(): void {
    this.changed = [];
    for (const { table, cell } of this.waiting) {
      this.low = (this.low - cell.low) >>> 0;
      this.high = (this.high - cell.high) >>> 0;
      cell.dirty = false;
      if (!cell.gone) {
        table.sumOf(cell);
        this.low = (this.low + cell.low) >>> 0;
        this.high = (this.high + cell.high) >>> 0;
      }
      this.changed.push(cell);
    }
    this.waiting.length = 0;
  }
}

/**
 * Rows by a group and a key within it. Rows that `get` gives are for reading; a row is
 * changed only through `edit`, so that the sum sees it.
 */
export class GroupTable<Key extends number | string, Row, Group extends number | string = number>
  implements Summed
{
  readonly name: string;
  private readonly groups: Map<Group, Map<Key, Cell>> = new Map();
  private readonly groupField: Field<Group>;
  private readonly keyField: Field<Key>;
  private readonly rowField: Field<Row>;
  private readonly sum: TableSum;
  private readonly seed: number;
  size: number = 0;

  /** `groups` may be left out when they are numbers. */
  constructor(
    name: string,
    seed: number,
    keys: Field<Key>,
    rows: Field<Row>,
    sum: TableSum,
    groups?: Field<Group>,
  ) {
    this.name = name;
    this.seed = seed;
    this.groupField = groups ?? (integer as unknown as Field<Group>);
    this.keyField = keys;
    this.rowField = rows;
    this.sum = sum;
  }

  get(group: Group, key: Key): Readonly<Row> | undefined {
    return this.groups.get(group)?.get(key)?.row as Row | undefined;
  }

  /** The row for changing. Throws when there is none. */
  edit(group: Group, key: Key): Row {
    const cell = this.groups.get(group)?.get(key);
    if (cell === undefined) throw new Error(`no row ${group}/${key} in ${this.name}`);
    this.sum.note(this, cell);
    return cell.row as Row;
  }

  /** Adds a row. Throws when the key is taken. */
  insert(group: Group, key: Key, row: Row): void {
    let rows = this.groups.get(group);
    if (rows === undefined) {
      rows = new Map();
      this.groups.set(group, rows);
    }
    if (rows.has(key)) throw new Error(`row ${group}/${key} is in ${this.name} already`);
    const cell: Cell = {
      table: this.name,
      group,
      key,
      row,
      low: 0,
      high: 0,
      dirty: false,
      gone: false,
    };
    rows.set(key, cell);
    this.size += 1;
    this.sum.note(this, cell);
  }

  /** Takes a row out; false when there was none. */
  delete(group: Group, key: Key): boolean {
    const rows = this.groups.get(group);
    const cell = rows?.get(key);
    if (rows === undefined || cell === undefined) return false;
    this.sum.note(this, cell);
    cell.gone = true;
    rows.delete(key);
    if (rows.size === 0) this.groups.delete(group);
    this.size -= 1;
    return true;
  }

  count(group: Group): number {
    return this.groups.get(group)?.size ?? 0;
  }

  /** The keys of a group in order: numbers by size, texts by their UTF-16 units. */
  keys(group: Group): Key[] {
    const rows = this.groups.get(group);
    return rows === undefined ? [] : [...rows.keys()].sort(compareKeys);
  }

  /** The groups that have rows, in order. */
  groupKeys(): Group[] {
    return [...this.groups.keys()].sort(compareKeys);
  }

  sumOf(cell: Cell): void {
    writer.length = 0;
    this.groupField.write(writer, cell.group as Group);
    this.keyField.write(writer, cell.key as Key);
    this.rowField.write(writer, cell.row as Row);
    const bytes = writer.written();
    cell.low = hashBytes(this.seed, bytes, 0, bytes.length);
    cell.high = hashBytes(this.seed + 0x5bd1_e995, bytes, 0, bytes.length);
  }

  save(into: ByteWriter): void {
    into.varint(this.size);
    for (const group of this.groupKeys()) {
      for (const key of this.keys(group)) {
        this.groupField.write(into, group);
        this.keyField.write(into, key);
        this.rowField.write(into, this.get(group, key) as Row);
      }
    }
  }

  /** Fills an empty table. */
  restore(reader: ByteReader): void {
    for (let left = reader.varint(); left > 0; left--) {
      const group = this.groupField.read(reader);
      const key = this.keyField.read(reader);
      if (this.get(group, key) !== undefined) throw new RangeError(`a row twice in ${this.name}`);
      this.insert(group, key, this.rowField.read(reader));
    }
  }
}

/** Rows by a single key. */
export class Table<Row, Key extends number | string = number> {
  readonly grouped: GroupTable<Key, Row>;

  constructor(grouped: GroupTable<Key, Row>) {
    this.grouped = grouped;
  }

  get size(): number {
    return this.grouped.size;
  }

  get(key: Key): Readonly<Row> | undefined {
    return this.grouped.get(0, key);
  }

  edit(key: Key): Row {
    return this.grouped.edit(0, key);
  }

  insert(key: Key, row: Row): void {
    this.grouped.insert(0, key, row);
  }

  delete(key: Key): boolean {
    return this.grouped.delete(0, key);
  }

  keys(): Key[] {
    return this.grouped.keys(0);
  }
}

function compareKeys(a: number | string, b: number | string): number {
  return a < b ? -1 : 1;
}
