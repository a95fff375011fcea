import type { Fault, HandFaultKind } from '../../sim/fault-plan.ts';

/** Kinds that are said in other words than with the names of those whom they strike. */
type SaidOtherwise = 'disk' | 'partition' | 'membership' | 'transfer' | HandFaultKind;

const nouns: Readonly<Record<Exclude<Fault['kind'], SaidOtherwise>, string>> = {
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
  'rolling-restart': 'the rolling restart of',
  'bit-flip': 'the flipped bit on the disk of',
};

/** A fault as a noun. @param nodes whom it struck, its target first */
export function faultNoun(fault: Fault, nodes: readonly string[]): string {
  const whom = nodes.length === 0 ? 'the cluster' : listed(nodes);
  switch (fault.kind) {
    case 'disk':
      return `the ${fault.mode.replaceAll('-', ' ')} on the disk of ${whom}`;
    case 'partition':
      return fault.shape === 'isolate'
        ? `the isolation of ${nodes[0] ?? 'a node'}`
        : `the partition (${fault.shape.replaceAll('-', ' ')})`;
    case 'membership':
      return `the operator's change of members (${fault.change})`;
    case 'transfer':
      return "the operator's transfer of leadership";
    case 'restart':
      return `the restart of ${whom} by hand`;
    case 'heal':
      return 'the healing by hand';
    case 'lose-message':
      return `the message of ${nodes[0] ?? 'a node'} that was lost by hand`;
    default:
      return `${nouns[fault.kind]} ${whom}`;
  }
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(names: readonly string[]): string {
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
