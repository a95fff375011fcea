import type { MutantRecord, MutantsRecord } from '../record/mutants-record.ts';
import { count, plural, short } from './format.ts';
import { rateInterval, ruleOfThree } from './interval.ts';
import { type Paint, plainPaint, verdictPaint } from './paint.ts';
import { table, wrapItems } from './table.ts';

/** The kill matrix: what was found, by which rung, after how many seeds and how much work. */
export function mutantsReport(record: MutantsRecord, paint: Paint = plainPaint): string[] {
  const lines: string[] = [];
  for (const { scenario, from, to, verdict, reasons } of record.baselines) {
    const painted = verdictPaint(paint, verdict)(verdict);
    lines.push(`without a bug  ${scenario}, seeds ${from}..${to}: ${painted}`);
    if (verdict !== 'held') lines.push(...reasons.map((reason) => `  ${reason}`));
  }
  if (record.baselines.some(({ verdict }) => verdict !== 'held')) {
    lines.push('No mutant is tried there: only a baseline that holds makes a kill mean something.');
  }
  if (record.mutants.length === 0) return lines;
  lines.push('', ...matrix(record.mutants, paint), '', ...byRung(record.mutants));
  return [...lines, ...summary(record, paint)];
}

function matrix(mutants: readonly MutantRecord[], paint: Paint): string[] {
  const right = 'right' as const;
  return table(
    [
      { title: 'id' },
      { title: 'outcome' },
      { title: 'rung' },
      { title: 'expected' },
      { title: 'seeds to kill', align: right },
      { title: 'CPU seconds', align: right },
      { title: 'kills', align: right },
      { title: 'rate, 95 %' },
      { title: 'black box', align: right },
      { title: '' },
    ],
    mutants.map((mutant) => [
      mutant.id,
      (isRight(mutant) ? paint.good : paint.bad)(mutant.status),
      mutant.rung ?? '-',
      mutant.control ? 'survives' : mutant.expected.join(',') || 'any',
      mutant.seedsToKill === undefined ? `> ${count(mutant.seeds)}` : count(mutant.seedsToKill),
      short(mutant.cpuMs / 1_000),
      ...censusCells(mutant),
      mutant.reason === undefined ? mutant.title : `${mutant.title} (${mutant.reason})`,
    ]),
  );
}

function censusCells({ census }: MutantRecord): string[] {
  if (census === undefined) return ['-', '-', '-'];
  const { seeds, kills, blackBox } = census;
  return [`${kills}/${seeds}`, rateText(kills, seeds), String(blackBox)];
}

/** The 95 % interval of a rate, in per cent: `12-19 %`. */
export function rateText(hits: number, trials: number): string {
  const [low, high] = rateInterval(hits, trials).map((rate) => short(100 * rate));
  return `${low}-${high} %`;
}

/** Which mutants each rung turns red when no other rung is there. */
function byRung(mutants: readonly MutantRecord[]): string[] {
  const found = new Map<string, string[]>();
  for (const { id, control, census } of mutants) {
    if (control) continue;
    for (const rung of census?.rungs ?? []) {
      if (!rung.alone) continue;
      const ids = found.get(rung.id) ?? [];
      found.set(rung.id, [...ids, id]);
    }
  }
  if (found.size === 0) return [];
  const order = [...found].sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }));
  const lines = order.flatMap(([rung, ids]) => {
    const indent = `  ${rung.padEnd(5)}`;
    return wrapItems(ids, ' ', 100, ' '.repeat(indent.length)).map((line, at) =>
      at === 0 ? indent + line.trimStart() : line,
    );
  });
  return ['each rung alone on the ladder turns red', ...lines, ''];
}

/** A bug is to be killed, a harmless change to survive. */
export function isRight(mutant: MutantRecord): boolean {
  return mutant.status === (mutant.control ? 'survived' : 'killed');
}

/** Whether a mutant was killed by a rung that its header does not list. */
export function isElsewhere({ status, expected, rung }: MutantRecord): boolean {
  return status === 'killed' && expected.length > 0 && !expected.includes(rung ?? '');
}

/** The middle one of some numbers; of an even count the lower one. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[(sorted.length - 1) >> 1] ?? 0;
}

function summary(record: MutantsRecord, paint: Paint): string[] {
  const bugs = record.mutants.filter((mutant) => !mutant.control);
  const killed = bugs.filter(isRight);
  const controls = record.mutants.filter((mutant) => mutant.control);
  const spared = controls.filter(isRight);
  const lines = [];
  if (killed.length > 0) {
    const cpu = short(median(killed.map(({ cpuMs }) => cpuMs)) / 1_000);
    const seeds = count(median(killed.map(({ seedsToKill = 0 }) => seedsToKill)));
    lines.push(`median of the kills: ${seeds} seeds, ${cpu} CPU seconds`);
  }
  const counted = killed.filter(({ census }) => census !== undefined);
  if (counted.length > 0) {
    const blind = counted.filter(({ census }) => census!.blackBox === 0);
    lines.push(
      `black box (histories, crashes, progress) sees ${counted.length - blind.length} of ` +
        `${counted.length} kills in the same seeds`,
    );
  }
  if (controls.length > 0 && spared.length === controls.length) {
    const seeds = controls.reduce((sum, control) => sum + control.seeds, 0);
    lines.push(
      `false alarms: 0 of ${plural(controls.length, 'control')}, ` +
        `0 in ${plural(seeds, 'seed')}: below ${short(100 * ruleOfThree(controls.length))} % ` +
        `of controls, ${short(100 * ruleOfThree(seeds))} % of seeds (3/n)`,
    );
  }
  const elsewhere = bugs.filter(isElsewhere).map((mutant) => mutant.id);
  const parts = [`${count(killed.length)} of ${plural(bugs.length, 'mutant')} killed`];
  if (controls.length > 0) {
    parts.push(`${count(spared.length)} of ${plural(controls.length, 'control')} survived`);
  }
  if (elsewhere.length > 0) parts.push(`by a rung that was not expected: ${elsewhere.join(', ')}`);
  if (record.stopped) parts.push('ended early');
  const good = killed.length === bugs.length && spared.length === controls.length;
  return [...lines, (good ? paint.good : paint.bad)(parts.join('; '))];
}
