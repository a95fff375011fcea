import { type Field, flag, integer, structure, text } from '../../common/fields.ts';
import type { FaultList } from './fault.ts';
import { checkName } from './names.ts';

/** A secret that a task reads as a file in memory. */
export interface SecretMount {
  /** Name of the secret. */
  readonly source: string;
  /** The version; 0: the newest when the service's specification is committed. */
  readonly version: number;
  /** Absolute path in the container. */
  readonly target: string;
}

/** A volume that a task sees as a directory. */
export interface VolumeMount {
  /** Name of the volume. */
  readonly source: string;
  /** Absolute path in the container. */
  readonly target: string;
  readonly readOnly: boolean;
}

export const secretMountField: Field<SecretMount> = structure<SecretMount>({
  source: text,
  version: integer,
  target: text,
});

export const volumeMountField: Field<VolumeMount> = structure<VolumeMount>({
  source: text,
  target: text,
  readOnly: flag,
});

/** Where a secret goes when a manifest does not say. */
export function secretTarget(source: string): string {
  return `/run/secrets/${source}`;
}

/** Asks for lawful names and paths, and one thing at a path. */
export function checkMounts(
  faults: FaultList,
  secrets: readonly SecretMount[],
  volumes: readonly VolumeMount[],
): void {
  const all = [
    ...secrets.map((mount, at) => ({ mount, field: `spec.secrets[${at}]` })),
    ...volumes.map((mount, at) => ({ mount, field: `spec.volumes[${at}]` })),
  ];
  if (all.length > 256) faults.add('spec.volumes', `there are ${all.length} mounts`, 'at most 256');
  for (const { mount, field } of all) {
    checkName(faults, `${field}.source`, mount.source);
    faults.length(`${field}.target`, mount.target, 1_024);
    const parts = mount.target.split('/');
    if (parts[0] !== '' || parts.slice(1).some((part) => /^\.{0,2}$/.test(part))) {
      faults.add(`${field}.target`, 'it is no plain absolute path', 'a path such as /var/lib/data');
    }
  }
  for (const [at, { version }] of secrets.entries()) {
    faults.range(`spec.secrets[${at}].version`, version, 0, Number.MAX_SAFE_INTEGER);
  }
  faults.distinct(
    all.map(({ mount }) => mount.target),
    (at) => `${all[at]!.field}.target`,
  );
}
