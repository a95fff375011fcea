import { DueQueue } from '../../common/due-queue.ts';
import type { Deployment } from '../deployments/deployment.ts';
import { isIdle, reconcileSlot } from '../services/reconcile.ts';
import { activeDeployment, compareSlots } from '../services/slots.ts';
import type { SlotName } from '../state/command.ts';
import type { Service } from '../state/rows.ts';
import type { ClusterState } from '../state/state.ts';

/** What of a service and its deployment all its slots depend on. */
interface Seen {
  readonly service: string;
  readonly deployment: string;
}

/**
 * Finds the slots that need an entry. It looks at those that something has changed about and those
 * that time has come for, and at no others.
 */
export class SlotController {
  private readonly state: ClusterState;
  private readonly dirty: Map<string, Set<string>> = new Map();
  private readonly due: DueQueue<string> = new DueQueue();
  private readonly seen: Map<string, Seen> = new Map();

  constructor(state: ClusterState) {
    this.state = state;
  }

  get nextUs(): number | null {
    return this.due.nextUs;
  }

  mark(service: string, slot: string): void {
    const slots = this.dirty.get(service) ?? new Set();
    this.dirty.set(service, slots.add(slot));
  }

  /** The service or its deployment has changed: all its slots are to be looked at, or few. */
  serviceChanged(id: string): void {
    const service = this.state.services.get(id);
    if (service === undefined) {
      this.seen.delete(id);
      return;
    }
    const deployment = activeDeployment(this.state, service);
    const now: Seen = { service: shapeOf(service), deployment: phaseOf(service, deployment) };
    const before = this.seen.get(id);
    this.seen.set(id, now);
    if (before?.service === now.service && before.deployment === now.deployment) {
      for (const slot of deployment?.batch ?? []) this.mark(id, slot);
      return;
    }
    const { mode } = service.spec;
    if (mode.kind === 'replicated') {
      for (let slot = 1; slot <= mode.replicas; slot++) this.mark(id, String(slot));
    } else for (const node of this.state.nodes.keys()) this.mark(id, node);
    for (const slot of this.state.index.services.get(id)?.slots.keys() ?? []) this.mark(id, slot);
  }

  /** The slots that need an entry at `nowUs`. They are looked at again until they need none. */
  pass(nowUs: number): SlotName[] {
    for (let due = this.due.pop(nowUs); due !== null; due = this.due.pop(nowUs)) {
      const [service, slot] = due.key.split('/') as [string, string];
      this.mark(service, slot);
    }
    const found: SlotName[] = [];
    for (const service of [...this.dirty.keys()].sort()) {
      const slots = this.dirty.get(service)!;
      for (const slot of [...slots].sort(compareSlots)) {
        const actions = reconcileSlot(this.state, service, slot, nowUs);
        if (!isIdle(actions)) {
          found.push({ service, slot });
          continue;
        }
        slots.delete(slot);
        if (actions.dueUs !== null) this.due.push(actions.dueUs, `${service}/${slot}`);
      }
      if (slots.size === 0) this.dirty.delete(service);
    }
    return found;
  }
}

function shapeOf({ spec, revision, removing, deployment }: Readonly<Service>): string {
  const replicas = spec.mode.kind === 'replicated' ? spec.mode.replicas : -1;
  return `${replicas} ${revision} ${removing} ${deployment}`;
}

/** A batch concerns its own slots, all else about a deployment may concern every slot. */
function phaseOf(service: Readonly<Service>, deployment: Readonly<Deployment> | null): string {
  if (deployment === null) return '';
  const { strategy, spec } = { strategy: deployment.strategy, spec: service.spec.update.strategy };
  const steps = spec.kind === 'canary' ? spec.steps.map(({ weight }) => weight).join() : spec.kind;
  return `${deployment.phase} ${deployment.stage} ${strategy} ${steps}`;
}
