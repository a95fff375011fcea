import { type Field, integer, structure, text } from '../../common/fields.ts';
import { FaultList, type SpecFault } from './fault.ts';
import { checkLabels, type Labels, labelsField } from './labels.ts';
import { checkName } from './names.ts';

/** The most that a group of services may have at a time; 0: as much as there is. */
export interface QuotaLimits {
  readonly tasks: number;
  /** Thousandths of a processor, of what is reserved. */
  readonly cpuMillis: number;
  /** Of what is reserved. */
  readonly memoryBytes: number;
}

/** What the services that have certain labels may have together. */
export interface QuotaSpec {
  readonly name: string;
  readonly labels: Labels;
  /** Services that have all of these labels are the group. */
  readonly selector: Labels;
  readonly limits: QuotaLimits;
}

export const noLimits: QuotaLimits = { tasks: 0, cpuMillis: 0, memoryBytes: 0 };

export function quotaSpec(
  name: string,
  selector: Labels,
  limits: Partial<QuotaLimits>,
  labels: Labels = [],
): QuotaSpec {
  return { name, labels, selector, limits: { ...noLimits, ...limits } };
}

export const quotaLimitsField: Field<QuotaLimits> = structure<QuotaLimits>({
  tasks: integer,
  cpuMillis: integer,
  memoryBytes: integer,
});

export const quotaField: Field<QuotaSpec> = structure<QuotaSpec>({
  name: text,
  labels: labelsField,
  selector: labelsField,
  limits: quotaLimitsField,
});

export function quotaFaults(spec: QuotaSpec): readonly SpecFault[] {
  const faults = new FaultList();
  const { selector, limits } = spec;
  checkName(faults, 'metadata.name', spec.name);
  checkLabels(faults, 'metadata.labels', spec.labels);
  checkLabels(faults, 'spec.selector', selector);
  if (selector.length === 0) {
    faults.add('spec.selector', 'it is empty', 'a label that services of the group have');
  }
  faults.range('spec.limits.tasks', limits.tasks, 0, 1_000_000);
  faults.range('spec.limits.cpu', limits.cpuMillis, 0, 2 ** 40);
  faults.range('spec.limits.memory', limits.memoryBytes, 0, 2 ** 50);
  if (limits.tasks + limits.cpuMillis + limits.memoryBytes === 0) {
    faults.add('spec.limits', 'nothing is limited', 'tasks, cpu or memory');
  }
  return faults.faults;
}
