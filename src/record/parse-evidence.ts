import * as v from 'valibot';
import type { EvidenceLine } from './evidence-line.ts';
import { lineComplaint, readJsonLines } from './json-lines.ts';

const text = v.string();
const number = v.number();
const counts = v.record(v.string(), number);
const hashes = v.record(v.string(), text);
const optionalText = v.optional(text);
const commit = v.nullable(v.pipe(text, v.regex(/^[0-9a-f]{7,64}$/)));

const base = {
  schema: v.literal('seedstorm-evidence/2'),
  at: text,
  by: text,
  command: text,
  commit,
  harness: v.nullable(text),
  hashes,
  void: optionalText,
};

const second = v.variant('kind', [
  v.looseObject({
    ...base,
    kind: v.literal('sweep'),
    scenario: text,
    settings: v.nullable(v.record(v.string(), v.unknown())),
    from: number,
    to: number,
    broken: number,
    inconclusive: number,
    verdict: v.picklist(['held', 'broken', 'inconclusive', 'fault']),
    reasons: v.array(text),
    rungs: counts,
    brokenRungs: counts,
    probes: counts,
    failures: v.array(v.looseObject({ seed: number, rung: text })),
  }),
  v.looseObject({
    ...base,
    kind: v.literal('doctor'),
    scenario: text,
    settings: v.record(v.string(), v.unknown()),
    from: number,
    to: number,
    events: number,
    differences: v.array(number),
  }),
  v.looseObject({
    ...base,
    kind: v.literal('mutants'),
    system: text,
    all: v.array(text),
    results: v.record(
      v.string(),
      v.looseObject({ status: text, control: v.boolean(), right: v.boolean(), seeds: number }),
    ),
  }),
  v.looseObject({
    ...base,
    kind: v.literal('command'),
    run: text,
    exitCode: v.nullable(number),
    output: text,
  }),
]);

/** As lines were before settings and the harness were kept: sweeps alone. */
const first = v.looseObject({
  schema: v.literal('seedstorm-evidence/1'),
  at: text,
  commit,
  hashes,
  scenario: text,
  from: number,
  to: number,
  broken: number,
  inconclusive: number,
  verdict: v.picklist(['held', 'broken', 'inconclusive']),
  reasons: v.array(text),
  rungs: counts,
});

/**
 * Reads the lines of `runs.jsonl`. What a writer that was cut off left at the very end is passed over.
 *
 * @param file where they come from, for errors
 * @throws UsageError that names file, line and field
 */
export function parseEvidence(content: string, file: string): readonly EvidenceLine[] {
  return readJsonLines(content, file, 'a line of evidence', evidenceOf);
}

function evidenceOf(value: unknown, where: string): EvidenceLine {
  const isFirst = (value as { schema?: unknown } | null)?.schema === 'seedstorm-evidence/1';
  if (isFirst) {
    const result = v.safeParse(first, value);
    if (!result.success) throw lineComplaint(result.issues[0], where, 'evidence');
    return fromFirst(value as First);
  }
  const result = v.safeParse(second, value);
  if (!result.success) throw lineComplaint(result.issues[0], where, 'evidence');
  return value as EvidenceLine;
}

type Sweep = Extract<EvidenceLine, { kind: 'sweep' }>;
type First = Omit<Sweep, 'schema' | 'kind' | 'settings' | 'harness' | 'by' | 'command'>;

/** What the first layout did not keep is unknown: such a line never vouches for a tree of today. */
function fromFirst(line: First): EvidenceLine {
  return {
    ...line,
    schema: 'seedstorm-evidence/2',
    kind: 'sweep',
    by: 'sweep',
    command: `seedstorm sweep ${line.scenario} --seeds ${line.from}..${line.to}`,
    harness: null,
    settings: null,
    brokenRungs: {},
    probes: {},
    faults: {},
    failures: [],
  };
}
