import type { Finding, GatePart, GateRecord } from '../record/gate-record.ts';
import { failureBlock } from './failure-block.ts';
import { knownText, partText, seedsText } from './gate-text.ts';
import type { Reporter, ReporterOutput } from './reporter.ts';

/**
 * JUnit XML as Jenkins, GitLab and their kind read it. A part of the gate is a suite; what it checked
 * (rungs, ways of running, the case, the canary) are its tests. Broken is a failure; inconclusive, not
 * run and faults of the harness are errors, since unknown is never green; known failures are skipped,
 * with the reason and the day.
 */
export function junitReporter({ replace }: ReporterOutput): Reporter {
  return {
    onPart: (_part, soFar) => replace(junitXml(soFar)),
    onEnd: (record) => replace(junitXml(record)),
  };
}

interface Test {
  readonly name: string;
  readonly seconds?: number;
  readonly outcome?: {
    readonly kind: 'failure' | 'error' | 'skipped';
    readonly type: string;
    readonly message: string;
    readonly body?: string;
  };
}

interface Suite {
  readonly part: GatePart;
  readonly tests: readonly Test[];
}

/** The document for a record. */
export function junitXml(record: GateRecord): string {
  const suites = record.parts.map((part): Suite => ({ part, tests: testsOf(part) }));
  const lines = ['<?xml version="1.0" encoding="UTF-8"?>'];
  const all = suites.flatMap(({ tests }) => tests);
  lines.push(
    `<testsuites name="seedstorm" tests="${all.length}" failures="${number(all, 'failure')}" ` +
      `errors="${number(all, 'error')}" time="${seconds(record.wallMs)}">`,
  );
  for (const suite of suites) lines.push(...suiteLines(suite, record));
  lines.push('</testsuites>');
  return lines.join('\n');
}

function suiteLines({ part, tests }: Suite, record: GateRecord): readonly string[] {
  const counts = [
    `tests="${tests.length}"`,
    `failures="${number(tests, 'failure')}"`,
    `errors="${number(tests, 'error')}"`,
    `skipped="${number(tests, 'skipped')}"`,
  ];
  const properties: Record<string, string> = {
    verdict: part.verdict,
    did: partText(part),
    commit: record.commit ?? '',
    firstSeed: String(record.firstSeed),
  };
  return [
    `  <testsuite name="${escaped(part.name)}" ${counts.join(' ')} ` +
      `time="${seconds(part.wallMs)}" timestamp="${record.at.slice(0, 19)}">`,
    '    <properties>',
    ...Object.entries(properties).map(
      ([name, value]) => `      <property name="${name}" value="${escaped(value)}"/>`,
    ),
    '    </properties>',
    ...tests.flatMap((test) => testLines(test, part)),
    ...output(part.notes),
    '  </testsuite>',
  ];
}

function output(notes: readonly string[]): readonly string[] {
  return notes.length === 0 ? [] : [`    <system-out>${content(notes.join('\n'))}</system-out>`];
}

function testLines(test: Test, part: GatePart): readonly string[] {
  const time = test.seconds === undefined ? '' : ` time="${test.seconds.toFixed(3)}"`;
  const opening = `    <testcase classname="${escaped(part.name)}" name="${escaped(test.name)}"${time}`;
  const { outcome } = test;
  if (outcome === undefined) return [`${opening}/>`];
  const { kind, type, message, body = '' } = outcome;
  return [
    `${opening}>`,
    `      <${kind} type="${escaped(type)}" message="${escaped(message)}">${content(body)}</${kind}>`,
    '    </testcase>',
  ];
}

function testsOf(part: GatePart): readonly Test[] {
  const tests: Test[] = [];
  const whole = { name: 'verdict', seconds: part.wallMs / 1_000 };
  const isOpen = part.verdict !== 'held' && part.verdict !== 'broken';
  if (isOpen) {
    const [message = '', ...more] = part.reasons;
    const outcome = { kind: 'error', type: part.verdict, message, body: more.join('\n') } as const;
    tests.push({ ...whole, outcome });
  } else if (part.verdict === 'broken' && part.findings.length === 0) {
    const [message = ''] = part.reasons;
    tests.push({ ...whole, outcome: { kind: 'failure', type: 'broken', message } });
  } else {
    tests.push(whole);
  }
  const broken = new Set(part.findings.map(({ rung }) => rung));
  if (part.kind === 'sweep') {
    const held = (part.record?.rungs ?? []).filter(({ id }) => !broken.has(id));
    tests.push(...held.map(({ id, title }) => ({ name: `${id} ${title}` })));
  }
  if (part.kind === 'doctor') {
    for (const way of part.ways) {
      const differs = part.differences.filter((line) => line.includes(`, ${way}`));
      const [message = ''] = differs;
      const outcome = { kind: 'error', type: 'fault', message, body: differs.join('\n') } as const;
      tests.push(differs.length === 0 ? { name: way } : { name: way, outcome });
    }
  }
  return [...tests, ...part.findings.map(findingTest)];
}

function findingTest(finding: Finding): Test {
  const { rung, title, fingerprint, statement, known, count } = finding;
  const name = `${rung} ${title} [${fingerprint}]`;
  const body = bodyOf(finding);
  if (known !== undefined) {
    const message = knownText({ entry: known, state: 'met', count });
    return { name, outcome: { kind: 'skipped', type: 'known failure', message, body } };
  }
  const message = `${statement} Broken by ${seedsText(finding)}.`;
  return { name, outcome: { kind: 'failure', type: rung, message, body } };
}

function bodyOf({ record, replay, story = [], seeds }: Finding): string {
  const list = seeds.length === 0 ? [] : [`seeds     ${seeds.join(', ')}`];
  return [...story, ...list, ...failureBlock(record, { replay })].join('\n');
}

function number(tests: readonly Test[], kind: string): number {
  return tests.filter(({ outcome }) => outcome?.kind === kind).length;
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(3);
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
};

/** Text between tags, where lines may end as they do. */
function content(text: string): string {
  return escaped(text).replaceAll('&#10;', '\n');
}

/** Text for attributes. XML has no way to write most control characters. */
function escaped(text: string): string {
  return (
    text
      .toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not stand in XML
      .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      .replaceAll(/[&<>"\n\r\t]/g, (character) => entities[character]!)
  );
}
