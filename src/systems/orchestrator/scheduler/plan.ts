import { portKey } from '../allocator/leases.ts';
import { add, nothing, type Usage } from '../quotas/quota-index.ts';
import type { Resources } from '../specs/task-template.ts';
import type { HostPort } from '../state/rows.ts';

interface PlannedNode {
  cpuMillis: number;
  memoryBytes: number;
  tasks: number;
  readonly slots: Map<string, Set<string>>;
  readonly ports: Set<string>;
}

const nobody: ReadonlySet<string> = new Set();

/**
 * What a pass of the scheduler has given out so far and no entry has carried yet. Every filter and
 * every score looks at the store and at this: otherwise the second task of a pass would be placed as
 * if the first were not there.
 */
export class Plan {
  private readonly nodes: Map<string, PlannedNode> = new Map();
  /** Local volumes that this plan ties to a node, and exclusive ones that it gives out. */
  readonly ties: Map<string, string> = new Map();
  readonly claims: Set<string> = new Set();
  /** What it gives out, by quota. */
  readonly groups: Map<string, Usage> = new Map();

  of(node: string): Readonly<PlannedNode> | undefined {
    return this.nodes.get(node);
  }

  slots(node: string, service: string): ReadonlySet<string> {
    return this.nodes.get(node)?.slots.get(service) ?? nobody;
  }

  /** One more task of services that quotas are about. */
  charge(quotas: readonly string[], reserved: Resources): void {
    for (const quota of quotas) {
      const planned = this.groups.get(quota) ?? nothing();
      add(planned, { tasks: 1, ...reserved }, 1);
      this.groups.set(quota, planned);
    }
  }

  place(
    node: string,
    service: string,
    slot: string,
    reserved: Resources,
    ports: readonly HostPort[],
  ): void {
    let planned = this.nodes.get(node);
    if (planned === undefined) {
      planned = { cpuMillis: 0, memoryBytes: 0, tasks: 0, slots: new Map(), ports: new Set() };
      this.nodes.set(node, planned);
    }
    planned.cpuMillis += reserved.cpuMillis;
    planned.memoryBytes += reserved.memoryBytes;
    planned.tasks += 1;
    const slots = planned.slots.get(service) ?? new Set();
    planned.slots.set(service, slots.add(slot));
    for (const { hostPort, protocol } of ports) planned.ports.add(portKey(hostPort, protocol));
  }
}
