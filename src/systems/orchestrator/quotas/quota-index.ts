import { type Labels, labelValue } from '../specs/labels.ts';
import type { QuotaLimits } from '../specs/quota-spec.ts';
import type { Resources } from '../specs/task-template.ts';

/** What some tasks add up to. */
export type Usage = { -readonly [Amount in keyof QuotaLimits]: number };

/** Amounts that a quota may limit. */
export const amounts = ['tasks', 'cpuMillis', 'memoryBytes'] as const;

const none: readonly string[] = [];

/** Whether a service with such labels belongs to a group. */
export function isSelected(selector: Labels, labels: Labels): boolean {
  return selector.every(({ key, value }) => labelValue(labels, key) === value);
}

/**
 * What the wanted tasks that are on nodes add up to, by quota. Kept up task by task like the rest of
 * `TaskIndex`; a change of labels or of a quota costs the services.
 */
export class QuotaIndex {
  /** By service. */
  private readonly held: Map<string, Usage> = new Map();
  private readonly labels: Map<string, Labels> = new Map();
  private readonly selectors: Map<string, Labels> = new Map();
  private readonly used: Map<string, Usage> = new Map();
  private readonly groups: Map<string, readonly string[]> = new Map();

  /** The quotas that a service counts for. */
  of(service: string): readonly string[] {
    return this.groups.get(service) ?? none;
  }

  /** What counts for a quota now. */
  usage(quota: string): Readonly<Usage> {
    return this.used.get(quota) ?? nothing();
  }

  /** What counts of a service now. */
  heldBy(service: string): Readonly<Usage> {
    return this.held.get(service) ?? nothing();
  }

  /** A task counts from now on, or no more. */
  count(service: string, reserved: Resources, sign: 1 | -1): void {
    let held = this.held.get(service);
    if (held === undefined) {
      held = nothing();
      this.held.set(service, held);
    }
    add(held, { tasks: 1, ...reserved }, sign);
    if (held.tasks === 0) this.held.delete(service);
    for (const quota of this.of(service))
      add(this.used.get(quota)!, { tasks: 1, ...reserved }, sign);
  }

  /** A service came, or has other labels now. */
  serviceChanged(service: string, labels: Labels): void {
    if (this.labels.get(service) === labels) return;
    this.labels.set(service, labels);
    this.regroup(service);
  }

  /** A service is gone, with all of its tasks. */
  serviceGone(service: string): void {
    this.labels.delete(service);
    this.regroup(service);
  }

  /** A quota came. Its selector never changes. */
  quotaCame(quota: string, selector: Labels): void {
    this.selectors.set(quota, selector);
    this.used.set(quota, nothing());
    for (const service of this.labels.keys()) this.regroup(service);
  }

  quotaGone(quota: string): void {
    this.selectors.delete(quota);
    for (const service of this.labels.keys()) this.regroup(service);
    this.used.delete(quota);
  }

  private regroup(service: string): void {
    const held = this.heldBy(service);
    for (const quota of this.of(service)) add(this.used.get(quota)!, held, -1);
    const labels = this.labels.get(service);
    const quotas =
      labels === undefined
        ? none
        : [...this.selectors.keys()].filter((id) => isSelected(this.selectors.get(id)!, labels));
    for (const quota of quotas) add(this.used.get(quota)!, held, 1);
    if (quotas.length === 0) this.groups.delete(service);
    else this.groups.set(service, quotas);
  }
}

export function nothing(): Usage {
  return { tasks: 0, cpuMillis: 0, memoryBytes: 0 };
}

/** Adds amounts to others, or takes them away. */
export function add(to: Usage, some: Readonly<Usage>, sign: 1 | -1): void {
  for (const amount of amounts) to[amount] += sign * some[amount];
}
