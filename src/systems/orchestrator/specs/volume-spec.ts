import { type Field, flag, integer, oneOf, structure, text } from '../../common/fields.ts';
import { FaultList, type SpecFault } from './fault.ts';
import { checkLabels, type Labels, labelsField } from './labels.ts';
import { checkName } from './names.ts';

/**
 * Where a volume is.
 * - `local`: a directory of one node; its tasks may only ever run there.
 * - `shared`: storage that any node can reach.
 */
export const volumeDrivers = ['local', 'shared'] as const;
export type VolumeDriver = (typeof volumeDrivers)[number];

export interface VolumeSpec {
  readonly name: string;
  readonly labels: Labels;
  readonly driver: VolumeDriver;
  /** One open mount at most, with an epoch that the storage checks; else any number. */
  readonly exclusive: boolean;
  /** Name of the node of a local volume; empty: where the first task that uses it is placed. */
  readonly node: string;
  /** 0: whatever there is. */
  readonly sizeBytes: number;
}

export function volumeSpec(
  name: string,
  given: Partial<Omit<VolumeSpec, 'name'>> = {},
): VolumeSpec {
  return { name, labels: [], driver: 'local', exclusive: false, node: '', sizeBytes: 0, ...given };
}

export const volumeField: Field<VolumeSpec> = structure<VolumeSpec>({
  name: text,
  labels: labelsField,
  driver: oneOf(volumeDrivers),
  exclusive: flag,
  node: text,
  sizeBytes: integer,
});

export function volumeFaults(spec: VolumeSpec): readonly SpecFault[] {
  const faults = new FaultList();
  checkName(faults, 'metadata.name', spec.name);
  checkLabels(faults, 'metadata.labels', spec.labels);
  if (spec.node !== '') checkName(faults, 'spec.node', spec.node);
  if (spec.node !== '' && spec.driver === 'shared') {
    faults.add('spec.node', 'a shared volume is on no node', 'no node, or the driver local');
  }
  faults.range('spec.size', spec.sizeBytes, 0, 2 ** 50);
  return faults.faults;
}
