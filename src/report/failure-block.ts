import type { RunRecord, ViolationRecord } from '../record/run-record.ts';
import type { ShrinkRecord } from '../record/shrink-record.ts';
import { eventLine } from './event-line.ts';
import { clip, count, instant, value } from './format.ts';
import { type Paint, plainPaint } from './paint.ts';
import { sizeText } from './shrink-report.ts';
import { wrap } from './table.ts';

/** How to print a failure. */
export interface FailureBlockOptions {
  readonly paint?: Paint;
  /** Columns of the screen; default 100. */
  readonly width?: number;
  /** The command that runs it again: the last line. */
  readonly replay: string;
  /** What shrinking made of it. */
  readonly shrunk?: ShrinkRecord | undefined;
}

const label = (name: string): string => `  ${name.padEnd(10)}`;
const eventsShown = 10;

/**
 * The last lines of a failure: rung and statement, when, what disagreed, what led to it, digest,
 * and the command that replays it. A record without violation has no failure block.
 */
export function failureBlock(record: RunRecord, options: FailureBlockOptions): string[] {
  const { violation, aftermath } = record;
  if (violation === undefined) return [];
  const paint = options.paint ?? plainPaint;
  const width = options.width ?? 100;
  const indent = ' '.repeat(12);
  const lines = [
    `${paint.bad('broken')}  ${paint.strong(`${violation.rung} ${violation.title}`)}`,
    ...labelled('law', wrap(violation.statement, width, indent)),
    `${label('when')}${instant(violation.virtualUs)} of virtual time, step ${count(violation.step)}`,
  ];
  if (violation.nodes.length > 0) lines.push(`${label('where')}${violation.nodes.join(', ')}`);
  lines.push(...labelled('disagree', disagreement(violation, width, indent)));
  if (aftermath !== undefined) {
    lines.push(...labelled('later', consequences(violation, aftermath, indent)));
    const events = aftermath.events.slice(-eventsShown);
    if (events.length > 0) {
      lines.push(`${label('led to it')}the last causally related events, oldest first`);
      lines.push(...events.map((event) => paint.faint(eventLine(event, width))));
    }
  }
  lines.push(...shrunkLines(options.shrunk));
  lines.push(`${label('digest')}${record.digest}`);
  if (record.case !== undefined) lines.push(`${label('case file')}${record.case}`);
  lines.push(`${label('replay')}${paint.strong(options.replay)}`);
  return lines;
}

function shrunkLines(shrunk: ShrinkRecord | undefined): string[] {
  if (shrunk?.shrunk === undefined) return [];
  const { minimal, before, after } = shrunk;
  const how = minimal ? 'minimal' : 'the smallest found in the time given';
  return [
    `${label('shrunk')}${shrunk.shrunk}`,
    `${' '.repeat(12)}${sizeText(after)}, ${how}; it had ${sizeText(before)}`,
    `${label('explain')}seedstorm explain ${shrunk.shrunk}`,
  ];
}

/** Puts a name before the first of some indented lines. */
function labelled(name: string, lines: readonly string[]): string[] {
  return lines.map((line, index) => (index === 0 ? label(name) + line.slice(12) : line));
}

function disagreement(violation: ViolationRecord, width: number, indent: string): string[] {
  const entries = Object.entries(violation.values);
  const widest = entries.reduce((most, [name]) => Math.max(most, name.length), 0);
  // Some values are whole logs: two screen lines of each say enough, --json has all of it.
  const room = 2 * (width - indent.length) - widest;
  return entries.map(
    ([name, of]) => `${indent}${name.padEnd(widest)}  ${clip(value(of), Math.max(40, room))}`,
  );
}

/** What else broke when the run went on, and what a client would have seen first. */
function consequences(
  headline: ViolationRecord,
  aftermath: NonNullable<RunRecord['aftermath']>,
  indent: string,
): string[] {
  const lines = aftermath.violations
    .filter((other) => other.rung !== headline.rung)
    .slice(0, 5)
    .map((other) => `${indent}${other.rung} ${other.title}, at ${instant(other.virtualUs)}`);
  const seen = aftermath.firstClientVisible;
  if (seen !== undefined && seen.rung !== headline.rung) {
    lines.push(`${indent}a client sees it first as ${seen.rung}, at ${instant(seen.virtualUs)}`);
  }
  return lines;
}
