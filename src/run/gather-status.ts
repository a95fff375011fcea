import { execFileSync, type StdioOptions } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Claims } from '../record/claims.ts';
import type { EvidenceLine } from '../record/evidence-line.ts';
import type { TreeHashes } from '../record/status-record.ts';
import { readClaims } from './evidence.ts';
import { readEvidence } from './read-evidence.ts';
import { treeNow } from './tree-hash.ts';

/** All that the status of a project is folded from. */
export interface StatusSources {
  readonly claims: Claims;
  readonly evidence: readonly EvidenceLine[];
  readonly tree: TreeHashes;
  /** Ids of claims that documents assert. */
  readonly asserted: ReadonlySet<string>;
}

/**
 * Reads claims, evidence and the tree.
 *
 * @param root the folder of the claims
 * @param name of the file of the claims, below `root`
 * @throws UsageError when one of them cannot be read, or is not as it must be
 */
export function gatherStatus(root: string, name: string, logsDirectory: string): StatusSources {
  const claims = readClaims(root, name);
  return {
    claims,
    evidence: readEvidence(logsDirectory),
    tree: treeNow(root, claims, name),
    asserted: assertedIn(root, claims),
  };
}

/** Claims whose words stand in the document that is said to assert them; spaces do not matter. */
function assertedIn(root: string, { claims }: Claims): ReadonlySet<string> {
  const texts = new Map<string, string>();
  const textOf = (file: string): string => {
    const path = join(root, file);
    const text = texts.get(file) ?? (existsSync(path) ? readFileSync(path, 'utf8') : '');
    texts.set(file, text);
    return text.replaceAll(/\s+/g, ' ');
  };
  const asserted = claims.filter(({ saidIn = [] }) =>
    saidIn.some(({ file, words }) => textOf(file).includes(words.replaceAll(/\s+/g, ' '))),
  );
  return new Set(asserted.map(({ id }) => id));
}

/** How many commits ago each commit was; those that this history does not have are left out. */
export function agesOf(root: string, commits: Iterable<string>): ReadonlyMap<string, number> {
  const ages = new Map<string, number>();
  for (const commit of new Set(commits)) {
    try {
      const words = ['rev-list', '--count', `${commit}..HEAD`];
      const stdio: StdioOptions = ['ignore', 'pipe', 'ignore'];
      ages.set(commit, Number(execFileSync('git', words, { cwd: root, encoding: 'utf8', stdio })));
    } catch {
      // A shallow clone, another branch, no git: its name alone has to do.
    }
  }
  return ages;
}
