import { createHash } from 'node:crypto';
import { commitOf } from '../evidence.ts';
import { freshSeeds, hashOfSources } from '../source-hash.ts';

/** Which code a gate judges, and the first of the seeds that belong to it. */
export interface JudgedCode {
  readonly commit: string | null;
  readonly dirty: boolean;
  readonly firstSeed: number;
}

/** Where build servers say which commit they check out, for machines without git. */
const variables: readonly string[] = [
  'GITHUB_SHA',
  'CI_COMMIT_SHA',
  'BUILDKITE_COMMIT',
  'GIT_COMMIT',
];

/**
 * Derives fresh seeds from the commit: each commit has seeds that nobody has tuned anything on, and
 * whoever runs the gate again on it meets the same ones. Without any commit the sources decide.
 *
 * @param given first seed that a person asks for instead
 */
export function judgedCode(
  cwd: string,
  environment: Readonly<Record<string, string | undefined>>,
  given: number | undefined,
): JudgedCode {
  const found = commitOf(cwd);
  const told = variables
    .map((name) => environment[name])
    .find((sha) => /^[0-9a-f]{7,}$/i.test(sha ?? ''));
  const commit = found.commit ?? told ?? null;
  if (given !== undefined) return { commit, dirty: found.dirty, firstSeed: given };
  const name = commit ?? hashOfSources(cwd);
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 16);
  return { commit, dirty: found.dirty, firstSeed: freshSeeds(hash) };
}
