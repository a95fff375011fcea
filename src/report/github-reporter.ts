import type { Finding, GatePart, GateRecord } from '../record/gate-record.ts';
import { redFindings } from '../record/gate-verdict.ts';
import { failureBlock } from './failure-block.ts';
import { duration } from './format.ts';
import { codeText, gateText, knownText, partText, seedsText, verdictWord } from './gate-text.ts';
import type { Reporter, ReporterOutput } from './reporter.ts';

/** GitHub shows ten annotations of each level for a step and drops the others without a word. */
const mostAnnotations = 10;
/** A job summary beyond one mebibyte is refused as a whole. */
const mostSummaryBytes = 1_048_576;

/**
 * Workflow commands, one annotation for each distinct failure, and a summary of the job below
 * `GITHUB_STEP_SUMMARY`. What does not fit GitHub's limits is counted in the last annotation.
 */
export function githubReporter({ write, environment, appendTo }: ReporterOutput): Reporter {
  return {
    onEnd(record) {
      write(annotations(record));
      const path = environment.GITHUB_STEP_SUMMARY;
      if (path !== undefined && path !== '') appendTo(path, summaryOf(record));
    },
  };
}

const unwrapped = 1_000;

interface Annotation {
  readonly level: 'error' | 'warning' | 'notice';
  readonly title: string;
  readonly message: string;
  readonly file?: string | undefined;
}

/** The workflow commands for a record. */
export function annotations(record: GateRecord): readonly string[] {
  const all = [
    ...redFindings(record.parts).map(findingAnnotation),
    ...record.parts.flatMap(partAnnotations),
    ...record.known.map(
      (entry): Annotation => ({
        level: entry.state === 'met' ? 'warning' : 'notice',
        title: `known failure ${entry.entry.rung}`,
        message: knownText(entry),
      }),
    ),
  ];
  return (['error', 'warning', 'notice'] as const).flatMap((level) =>
    limited(all.filter((one) => one.level === level)).map(commandOf),
  );
}

function limited(all: readonly Annotation[]): readonly Annotation[] {
  if (all.length <= mostAnnotations) return all;
  const shown = all.slice(0, mostAnnotations - 1);
  const { level } = all[0]!;
  const message = `and ${all.length - shown.length} more: the job summary and the other reports have them`;
  return [...shown, { level, title: 'more of these', message }];
}

function findingAnnotation(finding: Finding): Annotation {
  const { rung, title, statement, record, replay, file, expired } = finding;
  const late = expired === undefined ? [] : [`It was tolerated until ${expired.until}.`];
  // Wide, so that each item is one line and the law, which stands first, can be left out.
  const [, ...block] = failureBlock(record, { replay, width: unwrapped });
  const lines = [statement, ...late, ...block.filter((line) => !line.startsWith('  law'))];
  return {
    level: 'error',
    title: `${rung} ${title}, ${seedsText(finding)}`,
    message: lines.join('\n'),
    file,
  };
}

function partAnnotations(part: GatePart): readonly Annotation[] {
  const { name, verdict, reasons, notes, findings } = part;
  const told = notes.map((note): Annotation => ({ level: 'notice', title: name, message: note }));
  const isTold = verdict === 'held' || (verdict === 'broken' && findings.length > 0);
  if (isTold) return told;
  const level = verdict === 'not run' ? 'warning' : 'error';
  const title = `${name}: ${verdictWord(verdict)}`;
  return [{ level, title, message: reasons.join('\n') }, ...told];
}

function commandOf({ level, title, message, file }: Annotation): string {
  const properties = [
    ...(file === undefined ? [] : [`file=${property(file)}`, 'line=1']),
    `title=${property(title)}`,
  ];
  return `::${level} ${properties.join(',')}::${data(message)}`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

const icons: Readonly<Record<GatePart['verdict'], string>> = {
  held: ':white_check_mark:',
  broken: ':x:',
  inconclusive: ':grey_question:',
  fault: ':boom:',
  'not run': ':no_entry_sign:',
};

/** The job summary, in Markdown, cut at GitHub's limit. */
export function summaryOf(record: GateRecord): string {
  const lines = [
    `## ${icons[record.verdict]} seedstorm: ${verdictWord(record.verdict)}`,
    '',
    `${gateText(record)}; ${codeText(record)}`,
    '',
    '| | part | what | time |',
    '|---|---|---|---:|',
    ...record.parts.map((part) => {
      const words = [partText(part), ...part.reasons, ...part.notes].map(cell).join('<br>');
      const time = duration(part.wallMs * 1_000);
      return `| ${icons[part.verdict]} ${part.verdict} | ${cell(part.name)} | ${words} | ${time} |`;
    }),
    ...knownLines(record),
    '',
  ];
  const sections = redFindings(record.parts).map(sectionOf);
  return withinLimit(lines.join('\n'), sections);
}

function withinLimit(head: string, sections: readonly string[]): string {
  const sizeBytes = (text: string): number => new TextEncoder().encode(text).length;
  const room = mostSummaryBytes - 200;
  let text = head;
  let bytes = sizeBytes(head);
  for (const [at, section] of sections.entries()) {
    bytes += sizeBytes(section);
    if (bytes > room) return `${text}\n${sections.length - at} more failures do not fit here.\n`;
    text += section;
  }
  return text;
}

function knownLines({ known }: GateRecord): readonly string[] {
  if (known.length === 0) return [];
  return ['', '### Known failures', '', ...known.map((entry) => `- ${cell(knownText(entry))}`)];
}

function sectionOf(finding: Finding): string {
  const { rung, title, statement, scenario, fingerprint, record, replay, story = [] } = finding;
  const block = failureBlock(record, { replay }).join('\n').replaceAll('```', "'''");
  return [
    `\n### ${rung} ${cell(title)}`,
    '',
    cell(statement),
    '',
    `\`${scenario}\`, ${seedsText(finding)}, fingerprint \`${fingerprint}\``,
    ...(story.length === 0 ? [] : ['', ...story.map(cell)]),
    '',
    '```text',
    block,
    '```',
    '',
  ].join('\n');
}

/** Text that stays within a table cell and is no markup. */
function cell(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('|', '\\|')
    .replaceAll('\n', '<br>');
}
