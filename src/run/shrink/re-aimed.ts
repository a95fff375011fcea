import type { CaseFile } from '../../record/case-file.ts';
import type { Fault } from '../../sim/fault-plan.ts';

/** How far faults are moved, in microseconds: the length of a message's way, of a sync, of a round. */
const offsetsUs: readonly number[] = [100, 300, 1_000, 3_000, 10_000, 30_000, 100_000];
const mostCases = 42;

/**
 * The case with faults that begin a little earlier or later, all together and then one by one. Where
 * it fails only because noise put the fault into a certain moment, another aim does without the noise.
 */
export function reAimed(file: CaseFile): readonly CaseFile[] {
  const aimed = file.plan.flatMap(({ when }, at) => ('atUs' in when ? [at] : []));
  if (aimed.length === 0) return [];
  const groups = aimed.length === 1 ? [aimed] : [aimed, ...aimed.map((at) => [at])];
  const moved = groups.flatMap((group) =>
    offsetsUs
      .flatMap((us) => [us, -us])
      .map((us) => ({
        ...file,
        plan: file.plan.map((fault, at) => (group.includes(at) ? later(fault, us) : fault)),
      })),
  );
  return moved.slice(0, mostCases);
}

function later(fault: Fault, byUs: number): Fault {
  const { when } = fault;
  if (!('atUs' in when)) return fault;
  return { ...fault, when: { atUs: Math.max(0, when.atUs + byUs) } };
}
