import type { StatusRecord } from '../record/status-record.ts';
import { foldStatus } from '../status/fold.ts';

/** Where claims and evidence are. */
export interface StatusPlace {
  readonly root: string;
  /** Name of the file with the claims, in `root`. */
  readonly name: string;
  readonly logs: string;
}

/** The status as it is now, the files that it belongs in, and how old its evidence is. */
export interface ComputedStatus {
  readonly record: StatusRecord;
  readonly files: readonly string[];
  /** By commit: how many commits ago it was; only of those that this history has. */
  readonly ages: ReadonlyMap<string, number>;
}

/** Reads claims, evidence and tree and folds them. @throws UsageError */
export async function computed({ root, name, logs }: StatusPlace): Promise<ComputedStatus> {
  const { agesOf, gatherStatus } = await import('../run/gather-status.ts');
  const { claims, evidence, tree, asserted } = gatherStatus(root, name, logs);
  const record = foldStatus(claims, evidence, tree, asserted);
  const commits = record.claims.flatMap((one) => one.evidence?.commit ?? []);
  return { record, files: claims.files, ages: agesOf(root, commits) };
}
