import type { DiskFaultMode } from '../../fault-plan.ts';
import { type FaultFamily, type FaultOf, named, targetAlone } from '../strike.ts';

const whatFails: Readonly<Record<DiskFaultMode, string>> = {
  'read-error': 'reads fail',
  'write-error': 'writes fail',
  'sync-error': 'syncs fail once and drop what was dirty',
  full: 'there is no room',
  stall: 'operations wait',
  slow: 'operations are slow',
  'lying-sync': 'syncs succeed and keep nothing',
  'phantom-write': 'writes are acknowledged and missing',
  'misdirected-write': 'writes land elsewhere',
};

/** Trouble of a disk while it lasts. */
export const disk: FaultFamily<FaultOf<'disk'>> = {
  nodes: targetAlone,
  begin(fault, [target], tools) {
    const { mode, perMillion, file } = fault;
    const end = tools.world.troubleDisk(target!, { mode, perMillion, file });
    const share = shareText(perMillion);
    const which = file === '' ? '' : ` (files with '${file}' in their name)`;
    return {
      text: `the disk of ${named(target!, tools)}: ${whatFails[mode]}${share}${which}`,
      endText: `the disk of ${tools.world.nodeId(target!)} works again`,
      end,
    };
  },
};

/** With no share at all, only those are hit that a case names one by one. */
function shareText(perMillion: number): string {
  if (perMillion >= 1_000_000) return '';
  return perMillion === 0 ? ', only named ones' : `, ${perMillion / 10_000} % of them`;
}
