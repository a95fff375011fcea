import type {
  CheckRecord,
  IllegalRecord,
  ShownOperation,
  ShownOrder,
} from '../record/check-record.ts';
import { plural, short } from './format.ts';
import type { Paint } from './paint.ts';
import { table, wrap } from './table.ts';
import { timeLine } from './time-line.ts';

/** How a report is laid out. */
export interface CheckReportOptions {
  readonly paint: Paint;
  readonly width: number;
}

/** The verdict on one file, and below an illegal one why. */
export function checkReport(record: CheckRecord, options: CheckReportOptions): string[] {
  const { file, ms, ops, steps, verdict, illegal } = record;
  const { paint } = options;
  const colour = { ok: paint.good, illegal: paint.bad, unknown: paint.doubtful }[verdict];
  const spent = verdict === 'unknown' ? `, gave up after ${plural(steps, 'step')}` : '';
  const line = `${colour(verdict)}  ${file}: ${plural(ops, 'operation')}${spent}, ${short(ms)} ms`;
  return illegal === undefined ? [line] : [line, ...illegalReport(illegal, options)];
}

/** Counts of verdicts, for several files. */
export function checkSummary(records: readonly CheckRecord[]): string {
  const counts = (['ok', 'illegal', 'unknown'] as const).map(
    (verdict) => `${records.filter((one) => one.verdict === verdict).length} ${verdict}`,
  );
  return `${plural(records.length, 'file')}: ${counts.join(', ')}`;
}

function illegalReport(illegal: IllegalRecord, options: CheckReportOptions): string[] {
  const { certainAt, orders, otherOrders, part, shortest, window } = illegal;
  const noun = part === '' ? illegal.noun : `${illegal.noun} (${part})`;
  const { width } = options;
  const sentence = (text: string, indent = '  '): string[] => wrap(text, width, indent);
  const last = window.find(({ label }) => label === certainAt);
  const lines: string[] = ['', ...sentence(introduction(window, noun)), '', ...legend(window), ''];
  lines.push(...timeLine(window, width, '    '));
  if (lines.at(-1) !== '') lines.push('');
  if (last !== undefined && window.length > 1) {
    const where =
      last.endLine === null ? `${certainAt} ends` : `line ${last.endLine}, where ${certainAt} ends`;
    const start = shortest ? 'All can be explained up to' : 'It is certain at';
    lines.push(...sentence(`${start} ${where}.`));
  }
  lines.push(...sentence(`Before them ${noun} ${listed(illegal.before, 'or')}.`));
  const several = illegal.before.length > 1;
  for (const order of orders) lines.push(...sentence(orderText(order, noun, several), '  - '));
  if (otherOrders > 0) lines.push(...sentence(`${plural(otherOrders, 'other order')} no further.`));
  if (orders.length === 0) lines.push(...sentence('The orders are too many to list.'));
  return [...lines.map((line, i) => hung(line, lines[i - 1])), ''];
}

/** Only the first line of an item has its dash. */
function hung(line: string, before: string | undefined): string {
  return line.startsWith('  - ') &&
    before?.startsWith('  - ') === true &&
    !/^ {2}- [A-Z]/.test(line)
    ? `    ${line.slice(4)}`
    : line;
}

function introduction(window: readonly ShownOperation[], noun: string): string {
  return window.length === 1
    ? `This answer is impossible for ${noun}:`
    : `No order of these ${window.length} operations is possible for ${noun}:`;
}

function legend(window: readonly ShownOperation[]): string[] {
  const rows = window.map(({ label, process, text, line, endLine, time, endTime }) => [
    label,
    `process ${process}`,
    text,
    line === null ? '' : endLine === null ? `line ${line}` : `lines ${line}, ${endLine}`,
    time === null ? '' : `time ${time}${endTime === null ? '' : ` to ${endTime}`}`,
  ]);
  const columns = ['', '', '', '', ''].map((title) => ({ title }));
  return table(columns, rows, '    ');
}

function orderText(
  { order, before, after, obstacles }: ShownOrder,
  noun: string,
  several: boolean,
): string {
  const it = noun.startsWith('the registers') ? 'them' : 'it';
  const needs = obstacles.map(({ label, needs: what }) => `${label} needs ${it} to ${what}`);
  const when = several && order.length > 0 ? `, which ${before} at first` : '';
  const start = order.length === 0 ? 'At first' : `After ${order.join(', ')}`;
  return `${start} ${noun}${when} ${after}; ${listed(needs, 'and')}.`;
}

function listed(items: readonly string[], word: string): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} ${word} ${items.at(-1)}`;
}
