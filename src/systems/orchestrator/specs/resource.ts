import { ByteWriter } from '../../common/bytes.ts';
import { type Field, union } from '../../common/fields.ts';
import type { SpecFault } from './fault.ts';
import { type Labels, labelsField } from './labels.ts';
import { type NodeSpec, nodeFaults, nodeField } from './node-spec.ts';
import { type QuotaSpec, quotaFaults, quotaField } from './quota-spec.ts';
import { type SecretSpec, secretFaults, secretField } from './secret-spec.ts';
import { type ServiceSpec, serviceFaults, serviceField } from './service-spec.ts';
import { type TaskTemplate, templateField } from './task-template.ts';
import { type VolumeSpec, volumeFaults, volumeField } from './volume-spec.ts';

/** A specification of any kind. A name is unique within its kind. */
export type Resource =
  | { readonly kind: 'service'; readonly spec: ServiceSpec }
  | { readonly kind: 'node'; readonly spec: NodeSpec }
  | { readonly kind: 'secret'; readonly spec: SecretSpec }
  | { readonly kind: 'volume'; readonly spec: VolumeSpec }
  | { readonly kind: 'quota'; readonly spec: QuotaSpec };

export type ResourceKind = Resource['kind'];

export const resourceKinds: readonly ResourceKind[] = [
  'service',
  'node',
  'secret',
  'volume',
  'quota',
];

export const resourceField: Field<Resource> = union<Resource>({
  service: { spec: serviceField },
  node: { spec: nodeField },
  secret: { spec: secretField },
  volume: { spec: volumeField },
  quota: { spec: quotaField },
});

/** All that is wrong with a specification by itself, in the order of its fields. */
export function specFaults(resource: Resource): readonly SpecFault[] {
  switch (resource.kind) {
    case 'service':
      return serviceFaults(resource.spec);
    case 'node':
      return nodeFaults(resource.spec);
    case 'secret':
      return secretFaults(resource.spec);
    case 'volume':
      return volumeFaults(resource.spec);
    case 'quota':
      return quotaFaults(resource.spec);
  }
}

/** The first thing that is wrong with a specification, or null. */
export function specFault(resource: Resource): SpecFault | null {
  return specFaults(resource)[0] ?? null;
}

const left: ByteWriter = new ByteWriter();
const right: ByteWriter = new ByteWriter();

/** Whether two values of a field are written alike. */
function same<T>(field: Field<T>, first: T, second: T): boolean {
  left.length = 0;
  right.length = 0;
  field.write(left, first);
  field.write(right, second);
  const a = left.written();
  const b = right.written();
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

export function sameSpec(first: Resource, second: Resource): boolean {
  return same(resourceField, first, second);
}

/** Whether tasks of one template are good for the other: then nothing has to be deployed. */
export function sameTemplate(first: TaskTemplate, second: TaskTemplate): boolean {
  return same(templateField, first, second);
}

export function sameLabels(first: Labels, second: Labels): boolean {
  return same(labelsField, first, second);
}
