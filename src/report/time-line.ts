import type { ShownOperation } from '../record/check-record.ts';

/** A row of the drawing: operations of one process that do not overlap. */
interface Row {
  readonly process: number;
  readonly operations: ShownOperation[];
  until: number;
}

/**
 * Draws operations on a time line, one row for each process: `|- A write 1 -|`. Only the order of
 * events is to scale. An operation without an end is open to the right: `|- A write 1 ...`. What does
 * not fit the width is drawn with labels alone, and then without any.
 */
export function timeLine(
  operations: readonly ShownOperation[],
  width: number,
  indent: string = '',
): string[] {
  const rows = rowsOf(operations);
  const names = rows.map(({ process }) => `process ${process}`);
  const margin = names.reduce((widest, name) => Math.max(widest, name.length), 0) + 2;
  const room = width - indent.length - margin;
  for (const textOf of [
    ({ label, text }: ShownOperation) => `${label} ${text}`,
    ({ label }: ShownOperation) => label,
  ]) {
    const columns = columnsOf(operations, textOf);
    const end = columns.end;
    if (end > room) continue;
    return rows.map((row, i) => {
      const first = row.operations[0]!;
      const same = i > 0 && rows[i - 1]!.process === row.process;
      const name = (same && first !== undefined ? '' : names[i]!).padEnd(margin);
      return (indent + name + drawn(row, columns, textOf)).trimEnd();
    });
  }
  return [];
}

interface Columns {
  readonly of: ReadonlyMap<number, number>;
  readonly end: number;
}

function rowsOf(operations: readonly ShownOperation[]): Row[] {
  const rows: Row[] = [];
  for (const operation of operations) {
    const { process, from } = operation;
    let row = rows.find((one) => one.process === process && one.until < from);
    if (row === undefined) {
      row = { process, operations: [], until: -1 };
      rows.push(row);
    }
    row.operations.push(operation);
    row.until = operation.until ?? Number.POSITIVE_INFINITY;
  }
  return rows.sort((a, b) => a.process - b.process || a.until - b.until);
}

/** A column for each event: in order, and with room between the ends of an operation for its text. */
function columnsOf(
  operations: readonly ShownOperation[],
  textOf: (operation: ShownOperation) => string,
): Columns {
  const events = operations.flatMap((operation) => {
    const { from, until } = operation;
    const begins = { at: from, operation, ends: false };
    return until === null ? [begins] : [begins, { at: until, operation, ends: true }];
  });
  events.sort((a, b) => a.at - b.at);
  const of = new Map<number, number>();
  let column = -1;
  let end = 0;
  for (const { at, operation, ends } of events) {
    const length = textOf(operation).length;
    column = ends ? Math.max(column + 1, of.get(operation.from)! + length + 5) : column + 1;
    of.set(at, column);
    const open = operation.until === null ? length + 7 : 1;
    end = Math.max(end, column + open);
  }
  return { of, end };
}

function drawn(row: Row, columns: Columns, textOf: (operation: ShownOperation) => string): string {
  let line = '';
  for (const operation of row.operations) {
    const { from, until } = operation;
    line = line.padEnd(columns.of.get(from)!);
    const text = textOf(operation);
    if (until === null) {
      line += `|- ${text} ...`;
      continue;
    }
    const inner = columns.of.get(until)! - columns.of.get(from)! - 1;
    line += `|${`- ${text} `.padEnd(inner, '-')}|`;
  }
  return line;
}
