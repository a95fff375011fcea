import type { GateRecord } from '../record/gate-record.ts';
import { appendEvidence } from '../run/evidence.ts';

/**
 * Leaves one line of evidence for each sweep of a gate.
 * @throws UsageError when it cannot be written
 */
export function keepGateEvidence(output: string, record: GateRecord): void {
  for (const part of record.parts) {
    if (part.kind === 'sweep' && part.record !== undefined) appendEvidence(output, part.record);
  }
}
