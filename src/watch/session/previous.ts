import type { JumpCommand, StepCommand } from '../commands.ts';
import type { NumberedMoment } from './chronicle.ts';
import type { Place } from './past.ts';
import type { Trail } from './trail.ts';

/**
 * The n-th last step before one that is meant, as far back as the ring of a run goes.
 * @param trail a run that stands at the step or not far beyond
 */
export function previousStep(
  trail: Trail | undefined,
  step: number,
  { by, node, count = -1 }: StepCommand,
): number | undefined {
  if (trail === undefined) return undefined;
  const { world } = trail.run;
  let left = -count;
  for (let at = step - 1; at > 0; at--) {
    const traced = world.trace.step(at);
    if (traced === undefined) return undefined;
    if (node !== undefined && world.nodeId(traced.node) !== node) continue;
    if (by === 'message' && traced.cause !== 'message') continue;
    if (--left === 0) return at;
  }
  return undefined;
}

/** The last notable moment of a kind before a place. */
export function previousMoment(
  trail: Trail | undefined,
  place: Place,
  kind: JumpCommand['to'],
): NumberedMoment | undefined {
  return trail?.chronicle.moments.findLast((moment) => {
    if (moment.kind !== kind && !(kind === 'role' && moment.kind === 'leader')) return false;
    if (moment.timeUs > place.timeUs || moment.step > place.step) return false;
    return moment.step < place.step || moment.timeUs < place.timeUs;
  });
}
