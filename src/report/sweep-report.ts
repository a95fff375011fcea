import type { FamilyCensus, SweepRecord } from '../record/sweep-record.ts';
import { cellTotals, emptyCells } from './cells.ts';
import { count, duration, percent, plural, short } from './format.ts';
import { type Paint, plainPaint, verdictPaint } from './paint.ts';
import { table, wrap, wrapItems } from './table.ts';

/** How to print a sweep. */
export interface SweepReportOptions {
  readonly paint?: Paint;
  /** Columns of the screen; default 100. */
  readonly width?: number;
}

/**
 * The storm census of a sweep and its verdict, with reasons in words. What a sweep proves depends on
 * what the storm did, so the weather comes first and the verdict last.
 */
export function sweepReport(record: SweepRecord, options: SweepReportOptions = {}): string[] {
  const paint = options.paint ?? plainPaint;
  const width = options.width ?? 100;
  return [
    ...section('faults', faultCensus(record), paint),
    ...section('clients', clientCensus(record, width), paint),
    ...section('ladder', ladderCensus(record, paint), paint),
    ...section('probes', probeCensus(record, width), paint),
    ...section('coverage', coverage(record), paint),
    ...section('failures', failures(record), paint),
    ...section('unclear', unclear(record, width), paint),
    '',
    ...sweepVerdict(record, paint, width),
  ];
}

function section(title: string, lines: readonly string[], paint: Paint): string[] {
  return lines.length === 0 ? [] : ['', paint.strong(title), ...lines];
}

/** Number of seeds that a sweep judged. */
export function seedsJudged(record: SweepRecord): number {
  return Math.max(0, record.to - record.from + 1);
}

function faultCensus(record: SweepRecord): string[] {
  const seeds = seedsJudged(record);
  const families = Object.entries(record.faults);
  if (families.length === 0) return ['  none: this scenario has no storm'];
  const row = ([family, census]: readonly [string, FamilyCensus]): string[] => [
    family,
    count(census.seeds),
    percent(census.seeds, seeds),
    count(census.begun),
    count(census.refused),
    count(census.never),
    census.begun === 0 ? '-' : duration(census.medianUs),
    census.begun === 0 ? '-' : duration(census.maxUs),
  ];
  return table(
    [
      { title: '' },
      { title: 'seeds', align: 'right' },
      { title: 'of all', align: 'right' },
      { title: 'times', align: 'right' },
      { title: 'refused', align: 'right' },
      { title: 'never came', align: 'right' },
      { title: 'median', align: 'right' },
      { title: 'longest', align: 'right' },
    ],
    families.sort(([a], [b]) => (a < b ? -1 : 1)).map(row),
  );
}

function clientCensus(record: SweepRecord, width: number): string[] {
  const { clients } = record;
  if (clients.operations === 0) return ['  no operation was invoked'];
  const shares = [
    `ok ${percent(clients.ok, clients.operations)}`,
    `fail ${percent(clients.fail, clients.operations)}`,
    `unknown ${percent(clients.unknown, clients.operations)}`,
  ];
  const lines = [
    `  ${plural(clients.operations, 'operation')}: ${shares.join(', ')}`,
    `  completed in the average seed: ${percent(clients.completedShare, 1)}`,
    `  latency: median ${duration(clients.latencyMedianUs)}, ` +
      `99 % ${duration(clients.latencyP99Us)}, longest ${duration(clients.latencyMaxUs)}`,
  ];
  lines.push(...cellTotals(record.operations));
  const empty = emptyCells(record.operations);
  if (empty.length > 0) lines.push('  never reached:', ...wrapItems(empty, ', ', width, '    '));
  return lines;
}

function ladderCensus(record: SweepRecord, paint: Paint): string[] {
  return table(
    [
      { title: 'rung' },
      { title: '' },
      { title: 'premise held', align: 'right' },
      { title: 'seeds broken', align: 'right' },
    ],
    record.rungs.map((rung) => [
      rung.id,
      rung.title,
      rung.premise === 0 ? paint.doubtful('never') : count(rung.premise),
      rung.broken === 0 ? '' : paint.bad(count(rung.broken)),
    ]),
  );
}

function probeCensus(record: SweepRecord, width: number): string[] {
  const probes = Object.entries(record.probes).sort(([a], [b]) => (a < b ? -1 : 1));
  const longest = probes.reduce((most, [name]) => Math.max(most, name.length), 0);
  const perRow = width >= 2 * (longest + 14) ? 2 : 1;
  const rows: string[][] = [];
  for (let index = 0; index < probes.length; index += perRow) {
    rows.push(probes.slice(index, index + perRow).flatMap(([name, times]) => [name, count(times)]));
  }
  return table(
    Array.from({ length: 2 * perRow }, (_, index) =>
      index % 2 === 0 ? { title: '' } : { title: '', align: 'right' as const },
    ),
    rows,
  );
}

function coverage(record: SweepRecord): string[] {
  const seconds = record.wallMs / 1_000;
  const rate = seconds === 0 ? 0 : seedsJudged(record) / seconds;
  const speed = seconds === 0 ? 0 : record.steps / seconds;
  const timesReal = seconds === 0 ? 0 : record.virtualUs / 1_000_000 / seconds;
  return [
    `  ${short(record.newStatesPer1000)} new abstract states per 1,000 seeds, ` +
      `${count(record.states)} in all`,
    `  ${count(record.steps)} steps in ${duration(record.virtualUs)} of virtual time, ` +
      `${duration(record.wallMs * 1_000)} of real time`,
    `  ${short(rate)} seeds/s, ${count(speed)} steps/s, ${short(timesReal)} times real time`,
    `  ${plural(record.rerun, 'seed')} run twice with equal digests`,
  ];
}

function failures(record: SweepRecord): string[] {
  const shown = record.failures.slice(0, 20);
  const lines = table(
    [
      { title: 'seed', align: 'right' },
      { title: 'rung' },
      { title: '' },
      { title: 'step', align: 'right' },
      { title: 'case file' },
    ],
    shown.map((failure) => [
      String(failure.seed),
      failure.rung,
      failure.title,
      count(failure.step),
      failure.shrunk ?? failure.case ?? '',
    ]),
  );
  if (shown.length === 0) return [];
  const rest = record.failures.length - shown.length;
  if (rest > 0) lines.push(`  and ${plural(rest, 'more seed')}: --json lists all`);
  return lines;
}

function unclear(record: SweepRecord, width: number): string[] {
  return record.unclear.flatMap(({ seed, reason, case: file }) => {
    const where = file === undefined ? '' : ` (${file})`;
    return wrap(`seed ${seed}: ${reason}${where}`, width, '  ');
  });
}

/** The verdict in one line, its reasons below it. */
export function sweepVerdict(record: SweepRecord, paint: Paint, width: number): string[] {
  const painted = verdictPaint(paint, record.verdict);
  const seeds = seedsJudged(record);
  const parts = [`${count(record.held)} held`];
  if (record.broken > 0) parts.push(`${count(record.broken)} broken`);
  if (record.inconclusive > 0) parts.push(`${count(record.inconclusive)} inconclusive`);
  const range = seeds === 0 ? 'no seed' : `seeds ${record.from}..${record.to}`;
  const stopped = record.stopped ? ', ended early' : '';
  return [
    `${painted(record.verdict)}  ${record.scenario}, ${range}${stopped}: ${parts.join(', ')}; ` +
      `digest ${record.digest}`,
    ...record.reasons.flatMap((reason) => wrap(reason, width, '  ')),
  ];
}
