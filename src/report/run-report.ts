import type { FaultRecord, RunRecord } from '../record/run-record.ts';
import { cellLines } from './cells.ts';
import { count, duration, percent, plural } from './format.ts';
import { type Paint, plainPaint, verdictPaint } from './paint.ts';
import { table, wrap, wrapItems } from './table.ts';

/** How to print a run. */
export interface RunReportOptions {
  readonly paint?: Paint;
  /** Columns of the screen; default 100. */
  readonly width?: number;
}

/** What happened in one run, and its verdict with reasons. The failure block is printed after it. */
export function runReport(record: RunRecord, options: RunReportOptions = {}): string[] {
  const paint = options.paint ?? plainPaint;
  const width = options.width ?? 100;
  const painted = verdictPaint(paint, record.verdict);
  return [
    ...faults(record, paint),
    ...operations(record, paint, width),
    ...ladder(record, paint, width),
    ...probes(record, paint, width),
    '',
    `${painted(record.verdict)}  ${record.scenario}` +
      `${record.seed === null ? '' : `, seed ${record.seed}`}: ` +
      `${plural(record.steps, 'step')}, ${duration(record.virtualUs)} of virtual time, ` +
      `${duration(record.wallMs * 1_000)} of real time; digest ${record.digest}`,
    ...record.reasons.flatMap((reason) => wrap(reason, width, '  ')),
  ];
}

function faults(record: RunRecord, paint: Paint): string[] {
  const families = Object.entries(record.faults).sort(([a], [b]) => (a < b ? -1 : 1));
  if (families.length === 0) return [];
  const row = ([family, fault]: readonly [string, FaultRecord]): string[] => {
    const spans = [...fault.durationsUs].sort((a, b) => a - b);
    const median = spans[spans.length >> 1];
    return [
      family,
      count(fault.begun),
      count(fault.refused),
      count(fault.never),
      median === undefined ? '-' : duration(median),
      median === undefined ? '-' : duration(spans.at(-1)!),
    ];
  };
  return [
    '',
    paint.strong('faults'),
    ...table(
      [
        { title: '' },
        { title: 'times', align: 'right' },
        { title: 'refused', align: 'right' },
        { title: 'never came', align: 'right' },
        { title: 'median', align: 'right' },
        { title: 'longest', align: 'right' },
      ],
      families.map(row),
    ),
  ];
}

function operations(record: RunRecord, paint: Paint, width: number): string[] {
  const { clients } = record;
  const lines: string[] = [];
  if (clients !== undefined) {
    const all = clients.ok + clients.fail + clients.unknown;
    const shares = (['ok', 'fail', 'unknown'] as const).map(
      (kind) => `${kind} ${percent(clients[kind], all)}`,
    );
    lines.push(`  ${plural(all, 'operation')}: ${shares.join(', ')}`);
  }
  lines.push(...cellLines(record.operations, width));
  return lines.length === 0 ? [] : ['', paint.strong('clients'), ...lines];
}

function ladder(record: RunRecord, paint: Paint, width: number): string[] {
  if (record.rungs.length === 0) return [];
  const tried = record.rungs.filter((rung) => rung.premise > 0);
  const untried = record.rungs.filter((rung) => rung.premise === 0).map((rung) => rung.id);
  const lines = [
    `  ${plural(record.rungs.length, 'rung')}, ${count(tried.length)} put to the test`,
  ];
  if (untried.length > 0) {
    lines.push(...wrapItems(untried, ', ', width, '  not this time: ').map(keepFirstLabel));
  }
  return ['', paint.strong('ladder'), ...lines];
}

/** Later lines of a list keep its indent but not its label. */
function keepFirstLabel(line: string, index: number): string {
  return index === 0 ? line : ' '.repeat(17) + line.slice(17);
}

function probes(record: RunRecord, paint: Paint, width: number): string[] {
  const reached = Object.entries(record.probes).filter(([, times]) => times > 0);
  if (reached.length === 0) return [];
  const items = reached.sort(([a], [b]) => (a < b ? -1 : 1));
  const texts = items.map(([name, times]) => `${name} ${count(times)}`);
  return ['', paint.strong('probes'), ...wrapItems(texts, ', ', width, '  ')];
}
