import { count } from './format.ts';
import { table, wrapItems } from './table.ts';

/** Cells of the workload's table (`get/local/ok:value/storm`) by their first part. */
function groups(cells: Readonly<Record<string, number>>): Map<string, [string, number][]> {
  const found = new Map<string, [string, number][]>();
  for (const [cell, times] of Object.entries(cells).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const slash = cell.indexOf('/');
    const group = slash < 0 ? cell : cell.slice(0, slash);
    const entries = found.get(group) ?? [];
    found.set(group, entries);
    entries.push([slash < 0 ? '' : cell.slice(slash + 1), times]);
  }
  return found;
}

/** Every cell that was reached, one group after another. */
export function cellLines(cells: Readonly<Record<string, number>>, width: number): string[] {
  const found = groups(cells);
  const widest = [...found.keys()].reduce((most, group) => Math.max(most, group.length), 0);
  const indent = ' '.repeat(widest + 4);
  return [...found].flatMap(([group, entries]) => {
    const reached = entries.filter(([, times]) => times > 0);
    const items = reached.map(([rest, times]) => `${rest} ${count(times)}`.trim());
    const name = `  ${group.padEnd(widest)}  `;
    return wrapItems(items, ', ', width, indent).map((line, index) =>
      index === 0 ? name + line.slice(indent.length) : line,
    );
  });
}

/** How often each group was reached, and in how many cells of it. */
export function cellTotals(cells: Readonly<Record<string, number>>): string[] {
  const rows = [...groups(cells)].map(([group, entries]) => {
    const reached = entries.filter(([, times]) => times > 0);
    const total = reached.reduce((sum, [, times]) => sum + times, 0);
    return [group, count(total), count(reached.length)];
  });
  if (rows.length === 0) return [];
  return table(
    [{ title: '' }, { title: 'times', align: 'right' }, { title: 'cells reached', align: 'right' }],
    rows,
  );
}

/** Cells that are known and were never reached. */
export function emptyCells(cells: Readonly<Record<string, number>>): string[] {
  return Object.entries(cells)
    .filter(([, times]) => times === 0)
    .map(([cell]) => cell)
    .sort();
}
