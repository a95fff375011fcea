import { FaultList, type SpecFault } from './fault.ts';
import { type Resource, sameLabels } from './resource.ts';

/** What a specification may not become when it is another one already. */
export function changeFaults(before: Resource, after: Resource): readonly SpecFault[] {
  const faults = new FaultList();
  const again = 'the old value, or remove it and create it again';
  if (before.kind === 'service' && after.kind === 'service') {
    const { kind } = before.spec.mode;
    if (kind !== after.spec.mode.kind) faults.add('spec.mode', `it is ${kind} already`, again);
  }
  if (before.kind === 'volume' && after.kind === 'volume') {
    const { driver, node, exclusive } = before.spec;
    if (driver !== after.spec.driver) faults.add('spec.driver', `it is ${driver} already`, again);
    if (node !== after.spec.node && node !== '') {
      faults.add('spec.node', `the volume is on ${node}`, again);
    }
    // Those who hold it now were not counted, or counted as the only ones.
    if (exclusive !== after.spec.exclusive) {
      faults.add('spec.exclusive', `it is ${exclusive} already`, again);
    }
  }
  if (before.kind === 'quota' && after.kind === 'quota') {
    if (!sameLabels(before.spec.selector, after.spec.selector)) {
      faults.add('spec.selector', 'it is another one already', again);
    }
  }
  return faults.faults;
}
