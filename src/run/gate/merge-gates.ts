import { readFileSync } from 'node:fs';
import type {
  Finding,
  GatePart,
  GatePlan,
  GateRecord,
  KnownFailure,
  SweepPart,
} from '../../record/gate-record.ts';
import { UsageError } from '../../record/usage-error.ts';
import { fileError } from '../case-store.ts';
import { findScenario, loadScenario } from '../loader.ts';
import { SweepCensus } from '../sweep-census.ts';
import { gateRecord } from './make-record.ts';
import { sweepOutcome } from './sweep-outcome.ts';

const examples = 10;

/** One shard's record, and the file that it came from. */
export interface Blob {
  readonly path: string;
  readonly record: GateRecord;
}

/**
 * Reads what the reporter `blob` has written.
 * @throws UsageError that names the file when it is something else, or cut off
 */
export function readBlob(path: string): Blob {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw fileError(error, path, 'read');
  }
  const hint = 'expected what seedstorm ci --shard i/n writes: blob-i-n.json';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError('not a whole JSON document', path, 'was the job killed while it wrote?');
  }
  const record = value as Partial<GateRecord> | null;
  if (record?.schema !== 'seedstorm-gate/1')
    throw new UsageError('no record of a gate', path, hint);
  if (record.shard === undefined || record.parts === undefined) {
    throw new UsageError('the record of a whole gate, not of a shard', path, hint);
  }
  return { path, record: record as GateRecord };
}

/**
 * Adds up the shards of a gate: the record that one machine would have left, but for times. A shard
 * that is missing leaves every sweep inconclusive.
 *
 * @throws UsageError when the blobs are of different gates, or two are of the same shard
 */
export async function mergeGates(blobs: readonly Blob[], cwd: string): Promise<GateRecord> {
  const sorted = blobs.toSorted((a, b) => indexOf(a) - indexOf(b));
  checkTogether(sorted);
  const [first] = sorted;
  const { commit, dirty, firstSeed, at } = first!.record;
  const { count } = first!.record.shard!;
  const there = new Set(sorted.map(indexOf));
  const missing = Array.from({ length: count }, (_, at) => at + 1).filter((at) => !there.has(at));
  const all = sorted.flatMap(({ record }) => record.parts.map((part) => ({ part, record })));
  const parts: GatePart[] = [];
  for (const { part, record } of all.filter((one) => one.part.kind === 'doctor')) {
    parts.push({ ...part, name: `${part.name}, shard ${record.shard!.index}` });
  }
  parts.push(...all.map(({ part }) => part).filter(({ kind }) => kind === 'case'));
  const sweeps = all.map(({ part }) => part).filter((part) => part.kind === 'sweep');
  for (const name of new Set(sweeps.map((part) => part.name))) {
    parts.push(
      await mergedSweep(
        sweeps.filter((part) => part.name === name),
        missing,
        cwd,
      ),
    );
  }
  parts.push(...all.map(({ part }) => part).filter(({ kind }) => kind === 'canary'));
  if (missing.length > 0 && sweeps.length === 0) throw missingShards(missing, first!.path);
  const plan: GatePlan = { of: 'merge', parts, commit, dirty, firstSeed };
  const end = {
    at,
    // They ran side by side.
    wallMs: Math.max(...sorted.map(({ record }) => record.wallMs)),
    interrupted: sorted.some(({ record }) => record.interrupted),
  };
  return gateRecord(plan, parts, knownOf(sorted), end);
}

function indexOf({ record }: Blob): number {
  return record.shard!.index;
}

function checkTogether(sorted: readonly Blob[]): void {
  const [first, ...others] = sorted;
  for (const [at, { path, record }] of others.entries()) {
    const before = sorted[at]!;
    if (indexOf(before) === record.shard!.index) {
      throw new UsageError(`the same shard as ${before.path}`, path, 'give each shard once');
    }
    const fields = ['commit', 'firstSeed', 'version'] as const;
    const other = fields.find((field) => record[field] !== first!.record[field]);
    if (other === undefined && record.shard!.count === first!.record.shard!.count) continue;
    const what = other ?? 'number of shards';
    throw new UsageError(`a shard of another gate than ${first!.path}: its ${what} differs`, path);
  }
}

function missingShards(missing: readonly number[], path: string): UsageError {
  return new UsageError(`shards are missing: ${missing.join(', ')}`, path);
}

/** All shards read the same list. */
function knownOf(sorted: readonly Blob[]): readonly KnownFailure[] {
  return sorted[0]!.record.known.map(({ entry }) => entry);
}

async function mergedSweep(
  parts: readonly SweepPart[],
  missing: readonly number[],
  cwd: string,
): Promise<SweepPart> {
  const [first] = parts;
  const { name, scenario: given, requiredProbes, wanted } = first!;
  const scenario = await loadScenario(findScenario(given, cwd));
  const census = new SweepCensus();
  for (const part of parts) if (part.census !== undefined) census.absorb(part.census);
  const wallMs = Math.max(...parts.map((part) => part.wallMs));
  const ranges = joined(parts.flatMap((part) => part.ranges));
  const stopped = parts.some((part) => part.census === undefined || part.census.stopped);
  const from = ranges[0]?.[0] ?? 0;
  const record = census.record(scenario, { name: given, from, wallMs, stopped });
  const findings = mergedFindings(parts.flatMap((part) => part.findings));
  const outcome = sweepOutcome({ record, findings, requiredProbes, wanted, isShard: false });
  const faults = parts.filter(({ verdict }) => verdict === 'fault');
  const open = [
    ...faults.flatMap(({ reasons }) => reasons),
    ...parts.filter(({ verdict }) => verdict === 'not run').flatMap(({ reasons }) => reasons),
    ...missing.map((index) => `shard ${index} is missing`),
  ];
  const isOpen = open.length > 0 && outcome.verdict === 'held';
  const verdict = faults.length > 0 ? 'fault' : isOpen ? 'inconclusive' : outcome.verdict;
  const reasons = [...open, ...outcome.reasons];
  const { notes } = outcome;
  const base = { kind: 'sweep', name, scenario: given, ranges, requiredProbes, record } as const;
  const asked = wanted === undefined ? {} : { wanted };
  return { ...base, ...asked, findings, verdict, reasons, notes, wallMs };
}

/** Ranges that follow each other are one. */
function joined(
  ranges: readonly (readonly [number, number])[],
): readonly (readonly [number, number])[] {
  const result: [number, number][] = [];
  for (const [from, to] of ranges) {
    const last = result.at(-1);
    if (last !== undefined && last[1] + 1 === from) last[1] = to;
    else result.push([from, to]);
  }
  return result;
}

/** Findings of one cause are one, whichever shards met it; the lowest seed tells its story. */
function mergedFindings(findings: readonly Finding[]): readonly Finding[] {
  const byKey = new Map<string, Finding>();
  for (const finding of findings) {
    const name = `${finding.rung} ${finding.key}`;
    const before = byKey.get(name);
    if (before === undefined) {
      byKey.set(name, finding);
      continue;
    }
    const seeds = [...before.seeds, ...finding.seeds].slice(0, examples);
    byKey.set(name, { ...before, count: before.count + finding.count, seeds });
  }
  return [...byKey.values()];
}
