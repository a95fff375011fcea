import type { GatePart, GatePlan, GateRecord } from '../record/gate-record.ts';
import { redFindings } from '../record/gate-verdict.ts';
import { failureBlock } from './failure-block.ts';
import { duration } from './format.ts';
import { codeText, gateText, knownText, partText, seedsText, verdictWord } from './gate-text.ts';
import { type Paint, verdictPaint } from './paint.ts';
import type { Reporter, ReporterOutput } from './reporter.ts';
import { sweepReport } from './sweep-report.ts';
import { wrap } from './table.ts';

/**
 * For people at a terminal. Of a gate a line for each part, then its failures in full; of a sweep its
 * whole census.
 */
export function prettyReporter(output: ReporterOutput): Reporter {
  const { paint, width, write } = output;
  let plan: GatePlan | undefined;
  return {
    onBegin(begun) {
      plan = begun;
      if (begun.of !== 'sweep') write(heading(begun, paint));
    },
    onFinding(finding) {
      if (plan?.of === 'sweep') return;
      const { rung, title, known } = finding;
      const tolerated = known === undefined ? '' : ', known';
      write(paint.faint(`  ${rung} ${title}: ${seedsText(finding)}${tolerated}`));
    },
    onPart(part) {
      if (plan?.of !== 'sweep') write(partLines(part, paint, width));
    },
    onEnd(record) {
      const [part] = record.parts;
      const { of } = record;
      if (of === 'sweep' && part?.kind === 'sweep' && part.record !== undefined) {
        write(sweepReport(part.record, { paint, width }));
      }
      write([...failures(record, paint, width), ...ending(record, paint, width)]);
    },
  };
}

function heading(plan: GatePlan, paint: Paint): string {
  const shard = plan.shard === undefined ? '' : `  shard ${plan.shard.index}/${plan.shard.count}`;
  return `${paint.strong(`seedstorm ${plan.of}`)}${shard}  ${codeText(plan)}`;
}

const wordWidth = 13;

function partLines(part: GatePart, paint: Paint, width: number): string[] {
  const word = part.verdict === 'fault' ? 'fault' : part.verdict;
  const painted = verdictPaint(paint, part.verdict === 'fault' ? 'broken' : part.verdict);
  const time = duration(part.wallMs * 1_000);
  const indent = ' '.repeat(wordWidth + 2);
  return [
    `  ${painted(word.padEnd(wordWidth))}${paint.strong(part.name)}  ${partText(part)}, ${time}`,
    ...part.reasons.flatMap((reason) => wrap(reason, width, indent)),
    ...part.notes.flatMap((note) => wrap(`note: ${note}`, width, indent)),
  ];
}

function failures(record: GateRecord, paint: Paint, width: number): string[] {
  return redFindings(record.parts).flatMap((finding) => {
    const block = failureBlock(finding.record, { paint, width, replay: finding.replay });
    const [head = '', ...rest] = block;
    const group = paint.faint(`  ${finding.scenario}, ${seedsText(finding)}`);
    const story = (finding.story ?? []).flatMap((line) => wrap(line, width, '  '));
    return ['', `${head}${record.of === 'sweep' ? '' : group}`, ...story, ...rest];
  });
}

function ending(record: GateRecord, paint: Paint, width: number): string[] {
  if (record.of === 'sweep') return [];
  const known = record.known.flatMap((entry) => wrap(knownText(entry), width, '  '));
  const painted = verdictPaint(paint, record.verdict === 'fault' ? 'broken' : record.verdict);
  return [
    ...(known.length === 0 ? [] : ['', paint.strong('known failures'), ...known]),
    '',
    `${painted(verdictWord(record.verdict))}  ${gateText(record)}`,
  ];
}
