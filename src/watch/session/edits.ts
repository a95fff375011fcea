import type { CaseFile } from '../../record/case-file.ts';
import type { Fault } from '../../sim/fault-plan.ts';
import type { PlanEdit } from '../commands.ts';
import { faultText } from './plan-lines.ts';

/** A case with one fault of its plan changed. */
export interface EditedCase {
  readonly caseFile: CaseFile;
  /** The change in words. */
  readonly text: string;
  /** How many faults at the end of the plan were added by hand. */
  readonly handmade: number;
}

/** Changes one fault of a plan, or says why it cannot be. */
export function editedCase(
  { outcome: _, ...caseFile }: CaseFile,
  edit: PlanEdit,
  handmade: number,
): EditedCase | { readonly refused: string } {
  const { plan } = caseFile;
  const fault = plan[edit.fault];
  if (fault === undefined) return { refused: `the plan has no fault ${edit.fault + 1}` };
  // People count from 1, here as in stories.
  const name = `fault ${edit.fault + 1} (${faultText(fault)})`;
  if (edit.kind === 'remove') {
    const isByHand = edit.fault >= plan.length - handmade;
    return {
      caseFile: { ...caseFile, plan: plan.filter((_one, at) => at !== edit.fault) },
      text: `without ${name}`,
      handmade: isByHand ? handmade - 1 : handmade,
    };
  }
  const moved = plan.map((one, at) => (at === edit.fault ? later(one, edit.byUs) : one));
  const way = edit.byUs < 0 ? 'earlier' : 'later';
  return {
    caseFile: { ...caseFile, plan: moved },
    text: `with ${name} ${Math.abs(edit.byUs) / 1_000} ms ${way}`,
    handmade,
  };
}

/** A fault that waits for a meaning begins so much longer after it, but never before it. */
function later(fault: Fault, byUs: number): Fault {
  const { when } = fault;
  const moved =
    'atUs' in when
      ? { atUs: Math.max(0, Math.round(when.atUs + byUs)) }
      : { ...when, afterUs: Math.max(0, Math.round(when.afterUs + byUs)) };
  return { ...fault, when: moved };
}
