import type { Finding, GateRecord } from '../record/gate-record.ts';
import { redFindings } from '../record/gate-verdict.ts';
import { instant, value } from './format.ts';
import { gateText, knownText, partText, seedsText, verdictWord } from './gate-text.ts';
import type { Reporter, ReporterOutput } from './reporter.ts';

/**
 * A few lines for programs that read text: the verdict first, then only what is not green, each
 * failure with the law, the values that disagree and the command that shows it again.
 */
export function agentReporter({ write }: ReporterOutput): Reporter {
  return { onEnd: (record) => write(agentLines(record)) };
}

const mostFindings = 5;

function agentLines(record: GateRecord): readonly string[] {
  const red = redFindings(record.parts);
  const rest = red.length - mostFindings;
  return [
    `${verdictWord(record.verdict)}: ${gateText(record)}`,
    ...record.parts
      .filter(({ verdict, notes }) => verdict !== 'held' || notes.length > 0)
      .flatMap((part) => [
        `${part.verdict} ${part.name}: ${partText(part)}`,
        ...[...part.reasons, ...part.notes].map((line) => `  ${line}`),
      ]),
    ...red.slice(0, mostFindings).flatMap(findingLines),
    ...(rest > 0 ? [`and ${rest} other failures: the reporter json has them all`] : []),
    ...record.known.map((entry) => `known ${knownText(entry)}`),
  ];
}

function findingLines(finding: Finding): readonly string[] {
  const { rung, title, fingerprint, statement, scenario, record, story, replay } = finding;
  const { violation } = record;
  const lines = [
    `failure ${rung} ${title}, fingerprint ${fingerprint}, ${scenario}, ${seedsText(finding)}`,
    `  law: ${statement}`,
  ];
  if (violation !== undefined) {
    const where = violation.nodes.length === 0 ? '' : ` at ${violation.nodes.join(', ')}`;
    lines.push(`  when: step ${violation.step}, ${instant(violation.virtualUs)}${where}`);
    const values = Object.entries(violation.values).map(([name, of]) => `${name}=${value(of)}`);
    lines.push(`  disagree: ${values.join(' ').slice(0, 400)}`);
  }
  lines.push(...(story ?? []).map((line) => `  ${line}`));
  if (finding.case !== undefined) lines.push(`  case: ${finding.case}`);
  return [...lines, `  replay: ${replay}`];
}
