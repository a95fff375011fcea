import type { GatePart, GatePlan, GateRecord, KnownFailure } from '../../record/gate-record.ts';
import { verdictOfParts } from '../../record/gate-verdict.ts';
import { knownReports } from '../../record/known-failures.ts';
import { packageVersion } from '../running-copy.ts';

/** When a gate ran and how it ended. */
export type GateEnd = Pick<GateRecord, 'at' | 'wallMs' | 'interrupted'>;

/** The record of parts that were run, or were to be. */
export function gateRecord(
  plan: GatePlan,
  parts: readonly GatePart[],
  known: readonly KnownFailure[],
  end: GateEnd,
): GateRecord {
  const { parts: _, ...rest } = plan;
  return {
    schema: 'seedstorm-gate/1',
    ...rest,
    version: packageVersion(),
    node: process.version,
    ...end,
    verdict: verdictOfParts(parts),
    parts,
    known: knownReports(known, parts),
  };
}
