import type { Finding, GatePart, GateRecord, PartVerdict } from './gate-record.ts';

/** From the gravest on. */
const order: readonly PartVerdict[] = ['fault', 'broken', 'inconclusive', 'not run', 'held'];

/** The verdict of several parts: the gravest. What was not run, or nothing at all, is inconclusive. */
export function verdictOfParts(parts: readonly GatePart[]): GateRecord['verdict'] {
  const worst = order.find((verdict) => parts.some((part) => part.verdict === verdict));
  return worst === undefined || worst === 'not run' ? 'inconclusive' : worst;
}

/** Failures that turn the gate red: those that no entry in force of the known-failures list covers. */
export function redFindings(parts: readonly GatePart[]): readonly Finding[] {
  return parts.flatMap((part) => part.findings).filter(({ known }) => known === undefined);
}

/**
 * The verdict of runs that broke something or left something open.
 * @param open why nothing could be called held even if nothing had broken
 */
export function verdictOf(
  findings: readonly Finding[],
  open: readonly string[],
): 'held' | 'broken' | 'inconclusive' {
  if (findings.some(({ known }) => known === undefined)) return 'broken';
  return open.length > 0 ? 'inconclusive' : 'held';
}
