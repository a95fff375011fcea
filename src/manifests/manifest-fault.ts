import { UsageError } from '../record/usage-error.ts';

/** What is wrong in a manifest, and where. */
export interface ManifestFault {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** For example `spec.ports[1].containerPort`; empty: what is wrong is no single field. */
  readonly field: string;
  /** In one sentence without a full stop. */
  readonly what: string;
  /** What would be right; empty: nothing to suggest. */
  readonly right: string;
}

/** A fault on one line, in the form that editors turn into a link. */
export function faultLine(fault: ManifestFault): string {
  const { file, line, column, field, what, right } = fault;
  const about = field === '' ? '' : `${field}: `;
  return `${file}:${line}:${column}: ${about}${what}${right === '' ? '' : ` (${right})`}`;
}

/** The faults of manifests, of which there is one at least, as what the command line prints. */
export function faultsError(faults: readonly ManifestFault[]): UsageError {
  const [first, ...rest] = faults;
  if (first === undefined) throw new Error('no fault, no error');
  const where = `${first.file}:${first.line}:${first.column}`;
  const what = first.field === '' ? first.what : `${first.field}: ${first.what}`;
  const others = rest.map(faultLine);
  return new UsageError(what, where, [first.right, ...others].filter((line) => line).join('\n'));
}
