import { blob, type Field, structure, text } from '../../common/fields.ts';
import { FaultList, type SpecFault } from './fault.ts';
import { checkLabels, type Labels, labelsField } from './labels.ts';
import { checkName } from './names.ts';

/** What may be known of a secret: never its value. */
export interface SecretSpec {
  readonly name: string;
  readonly labels: Labels;
  /**
   * A keyed digest of the value, 32 bytes: says whether a value is the one that is there. The key is
   * the managers', or anybody who reads the state could try words until one fits.
   */
  readonly fingerprint: Uint8Array;
}

export const fingerprintBytes = 32;
/** The longest value of a secret. */
export const maxSecretBytes: number = 500 * 1_024;

export const secretField: Field<SecretSpec> = structure<SecretSpec>({
  name: text,
  labels: labelsField,
  fingerprint: blob,
});

export function secretFaults(spec: SecretSpec): readonly SpecFault[] {
  const faults = new FaultList();
  checkName(faults, 'metadata.name', spec.name);
  checkLabels(faults, 'metadata.labels', spec.labels);
  if (spec.fingerprint.length !== fingerprintBytes) {
    faults.add('spec.data', 'its digest has another length', `${fingerprintBytes} bytes`);
  }
  return faults.faults;
}
