import type { MutantRecord, MutantsRecord } from '../record/mutants-record.ts';
import { count, plural, short } from './format.ts';
import { type Paint, plainPaint, verdictPaint } from './paint.ts';
import { table } from './table.ts';

/** The kill matrix: what was found, by which rung, after how many seeds and how much work. */
export function mutantsReport(record: MutantsRecord, paint: Paint = plainPaint): string[] {
  const lines: string[] = [];
  for (const { scenario, verdict, reasons } of record.baselines) {
    const painted = verdictPaint(paint, verdict)(verdict);
    lines.push(`without a bug  ${scenario}, seeds ${record.from}..${record.to}: ${painted}`);
    if (verdict !== 'held') lines.push(...reasons.map((reason) => `  ${reason}`));
  }
  if (record.baselines.some(({ verdict }) => verdict !== 'held')) {
    lines.push('No mutant was tried: only a baseline that holds makes a kill mean something.');
    return lines;
  }
  lines.push('', ...matrix(record.mutants, paint), '', summary(record, paint));
  return lines;
}

function matrix(mutants: readonly MutantRecord[], paint: Paint): string[] {
  return table(
    [
      { title: 'id' },
      { title: 'outcome' },
      { title: 'rung' },
      { title: 'expected' },
      { title: 'seeds to kill', align: 'right' },
      { title: 'CPU seconds', align: 'right' },
      { title: '' },
    ],
    mutants.map((mutant) => [
      mutant.id,
      (isRight(mutant) ? paint.good : paint.bad)(mutant.status),
      mutant.rung ?? '-',
      mutant.control ? 'survives' : mutant.expected.join(','),
      mutant.seedsToKill === undefined ? '-' : count(mutant.seedsToKill),
      short(mutant.cpuMs / 1_000),
      mutant.title,
    ]),
  );
}

/** A bug is to be killed, a harmless change to survive. */
export function isRight(mutant: MutantRecord): boolean {
  return mutant.status === (mutant.control ? 'survived' : 'killed');
}

/** Whether a mutant was killed by a rung that its header does not list. */
export function isElsewhere(mutant: MutantRecord): boolean {
  return mutant.status === 'killed' && !mutant.expected.includes(mutant.rung ?? '');
}

function summary(record: MutantsRecord, paint: Paint): string {
  const bugs = record.mutants.filter((mutant) => !mutant.control);
  const killed = bugs.filter(isRight).length;
  const controls = record.mutants.filter((mutant) => mutant.control);
  const spared = controls.filter(isRight).length;
  const elsewhere = bugs.filter(isElsewhere).map((mutant) => mutant.id);
  const parts = [`${count(killed)} of ${plural(bugs.length, 'mutant')} killed`];
  if (controls.length > 0) {
    parts.push(`${count(spared)} of ${plural(controls.length, 'control')} survived`);
  }
  if (elsewhere.length > 0) parts.push(`by a rung that was not expected: ${elsewhere.join(', ')}`);
  if (record.stopped) parts.push('ended early');
  const good = killed === bugs.length && spared === controls.length;
  return (good ? paint.good : paint.bad)(parts.join('; '));
}
