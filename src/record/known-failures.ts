import type { Finding, GatePart, KnownFailure, KnownReport } from './gate-record.ts';

/**
 * What the list says of a failure. An entry that is still in force wins over one that has expired.
 *
 * @param today `YYYY-MM-DD`; an entry is in force on its last day
 */
export function judgeKnown(
  finding: Pick<Finding, 'scenario' | 'rung' | 'fingerprint'>,
  list: readonly KnownFailure[],
  today: string,
): { readonly known?: KnownFailure; readonly expired?: KnownFailure } {
  const entries = list.filter((entry) => covers(entry, finding));
  const known = entries.find(({ until }) => until >= today);
  if (known !== undefined) return { known };
  const [expired] = entries;
  return expired === undefined ? {} : { expired };
}

function covers(
  entry: KnownFailure,
  { scenario, rung, fingerprint }: Pick<Finding, 'scenario' | 'rung' | 'fingerprint'>,
): boolean {
  return (
    entry.rung === rung &&
    (entry.scenario ?? scenario) === scenario &&
    (entry.fingerprint ?? fingerprint) === fingerprint
  );
}

/** What came of each entry of the list. */
export function knownReports(
  list: readonly KnownFailure[],
  parts: readonly GatePart[],
): readonly KnownReport[] {
  const findings = parts.flatMap((part) => part.findings);
  return list.map((entry) => {
    const count = (of: readonly Finding[]): number => of.reduce((sum, one) => sum + one.count, 0);
    const tolerated = count(findings.filter(({ known }) => isSame(known, entry)));
    const late = count(findings.filter(({ expired }) => isSame(expired, entry)));
    const state = tolerated > 0 ? 'met' : late > 0 ? 'expired' : 'not met';
    return { entry, state, count: tolerated + late };
  });
}

/** By content: entries that came through a file are other objects. */
function isSame(one: KnownFailure | undefined, other: KnownFailure): boolean {
  return one !== undefined && textOf(one) === textOf(other);
}

function textOf({ scenario, rung, fingerprint, until, reason }: KnownFailure): string {
  return JSON.stringify([scenario, rung, fingerprint, until, reason]);
}
