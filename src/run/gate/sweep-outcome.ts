import type { Finding, SweepPart } from '../../record/gate-record.ts';
import { verdictOf } from '../../record/gate-verdict.ts';
import { plainReasons } from '../../record/sweep-reasons.ts';
import type { SweepRecord } from '../../record/sweep-record.ts';

/** Sweeps below this size are not judged by premises and probes: see `judge`. */
const judgedFrom = 200;

/** What is known at the end of a sweep, or of all its shards. */
export interface SweepEnding {
  readonly record: SweepRecord;
  readonly findings: readonly Finding[];
  readonly requiredProbes: readonly string[];
  /** Seeds that were to be judged; undefined: as many as time allowed. */
  readonly wanted: number | undefined;
  /** What one shard alone did not reach another one may: only their sum is judged for that. */
  readonly isShard: boolean;
}

/** Verdict, reasons and notes of a sweep. */
export function sweepOutcome(
  ending: SweepEnding,
): Pick<SweepPart, 'verdict' | 'reasons' | 'notes'> {
  const { record, findings, requiredProbes, wanted, isShard } = ending;
  const judged = record.held + record.broken + record.inconclusive;
  const open = isShard ? [...ownReasons(record)] : [...plainReasons(record)];
  if (!isShard) open.push(...missingProbes(requiredProbes, record.probes));
  if (wanted !== undefined && judged > 0 && judged < wanted) {
    open.push(`it ended after ${judged} of ${wanted} seeds`);
  }
  const few = `fewer than ${judgedFrom} seeds: premises, probes and fault families are not judged`;
  const later = 'a shard: premises, probes and fault families are judged when all are merged';
  return {
    verdict: verdictOf(findings, open),
    reasons: [...brokenReasons(findings), ...open],
    notes: isShard ? [later] : judged < judgedFrom ? [few] : [],
  };
}

/** What seeds of this shard left open themselves; the census puts that before its other reasons. */
function ownReasons(record: SweepRecord): readonly string[] {
  const judged = record.held + record.broken + record.inconclusive;
  return record.inconclusive > 0 || judged === 0 ? plainReasons(record).slice(0, 1) : [];
}

/** Probes that a configuration requires and no seed reached. */
function missingProbes(
  required: readonly string[],
  probes: Readonly<Record<string, number>>,
): readonly string[] {
  return required
    .filter((probe) => (probes[probe] ?? 0) === 0)
    .map((probe) => `probe "${probe}" was never reached`);
}

/** One sentence for each finding that turns a part red. */
export function brokenReasons(findings: readonly Finding[]): readonly string[] {
  return findings
    .filter(({ known }) => known === undefined)
    .map(({ rung, title, count, fingerprint, expired }) => {
      const times = count === 1 ? 'once' : `${count} times`;
      const late = expired === undefined ? '' : `; it was tolerated until ${expired.until}`;
      return `${rung} (${title}) broke ${times}, fingerprint ${fingerprint}${late}`;
    });
}
