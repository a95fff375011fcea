import type { ClaimStatus } from '../../record/status-record.ts';
import type { Found } from './audit.ts';
import type { Tracker } from './tracker.ts';

/**
 * What is called done and shows nothing for it. Where the project has a claim of that id, its state
 * decides; else a command, a file, a commit or a seed on the line, or indented below it, will do.
 */
export function doneWithoutEvidence({ entries }: Tracker, claims: readonly ClaimStatus[]): Found[] {
  const states = new Map(claims.map(({ claim, state }) => [claim.id, state]));
  const seen = new Set<string>();
  return entries.flatMap(({ id, name, state, line, hasEvidence }) => {
    const shown = id ?? `"${name}"`;
    if (state !== 'done' || seen.has(shown)) return [];
    seen.add(shown);
    const claim = id === undefined ? undefined : states.get(id);
    if (claim === 'HELD' || (claim === undefined && hasEvidence)) return [];
    const what =
      claim === undefined
        ? `${shown} is done, and nothing on the line shows it`
        : `${shown} is done, but the claim of that id is ${claim}`;
    return [{ kind: 'no evidence', what, lines: [line] }];
  });
}
