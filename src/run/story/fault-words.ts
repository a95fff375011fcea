import type { Fault } from '../../sim/fault-plan.ts';

const nouns: Readonly<Record<Fault['kind'], string>> = {
  partition: 'the partition around',
  degrade: 'the bad links of',
  clog: 'the clog on the links of',
  kill: 'the kill of',
  'power-loss': 'the power loss of',
  'zone-power-loss': 'the power loss of',
  'whole-cluster': 'the loss of',
  'restart-loop': 'the restart loop of',
  stall: 'the stall of',
  suspend: 'the suspension of',
  slow: 'the slowness of',
  wipe: 'the wipe of',
  'clock-step': 'the step of the wall clock of',
  'clock-freeze': 'the frozen wall clock of',
  'clock-drift': 'the drift of the clock of',
  disk: 'the trouble with the disk of',
  membership: 'the change of membership of',
  transfer: 'the transfer of leadership to',
  'rolling-restart': 'the rolling restart of',
  'bit-flip': 'the flipped bit on the disk of',
};

/** A fault as a noun. @param nodes whom it struck */
export function faultNoun(fault: Fault, nodes: readonly string[]): string {
  const whom = nodes.length === 0 ? 'the cluster' : listed(nodes);
  if (fault.kind === 'disk') return `the ${fault.mode.replaceAll('-', ' ')} on the disk of ${whom}`;
  return `${nouns[fault.kind]} ${whom}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(names: readonly string[]): string {
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
