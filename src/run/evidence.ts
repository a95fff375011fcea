import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Claims } from '../record/claims.ts';
import type { EvidenceBase, EvidenceContent, EvidenceLine } from '../record/evidence-line.ts';
import { parseClaims } from '../record/parse-claims.ts';
import { UsageError } from '../record/usage-error.ts';
import { fileError } from './case-store.ts';
import { appendLines } from './line-file.ts';
import { packageVersion } from './running-copy.ts';
import { buildBehind, harnessHash, hashesOf } from './tree-hash.ts';

/** Name of the file with the claims of a project, in its root. */
export const claimsName = 'claims.json';

/** Name of the file with the evidence, in `logs`. */
export const evidenceName = 'runs.jsonl';

/** Which code is about to be judged; taken before the work begins. */
export interface EvidenceStart {
  readonly root: string;
  readonly claims: Claims | undefined;
  readonly by: string;
  readonly command: string;
  readonly beganMs: number;
  readonly harness: string;
  readonly hashes: Readonly<Record<string, string>>;
}

/**
 * Notes which code is about to be judged. To be called before the work begins: what is read
 * afterwards may be what somebody has typed in the meantime.
 *
 * @param root the folder of the claims, where commands are typed
 * @param by the verb
 * @param words its arguments
 * @throws UsageError when there are claims and something is wrong with them
 */
export function beginEvidence(root: string, by: string, words: readonly string[]): EvidenceStart {
  const claims = readClaimsIn(root);
  const told = words.map((word) => (word.startsWith(root) ? `.${word.slice(root.length)}` : word));
  return {
    root,
    claims,
    by,
    command: ['seedstorm', ...told].join(' '),
    beganMs: performance.now(),
    harness: harnessHash(),
    hashes: hashesOf(root, claims),
  };
}

/**
 * The claims of a project; undefined when it has none.
 * @throws UsageError that names file and field
 */
export function readClaimsIn(root: string): Claims | undefined {
  return existsSync(join(root, claimsName)) ? readClaims(root, claimsName) : undefined;
}

/**
 * Reads a file of claims.
 *
 * @param name of the file, below `root`
 * @throws UsageError that names file and field
 */
export function readClaims(root: string, name: string): Claims {
  try {
    return parseClaims(readFileSync(join(root, name), 'utf8'), name);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw fileError(error, name, 'read');
  }
}

/**
 * Appends one line to `runs.jsonl`: which code, what was found.
 *
 * @param logsDirectory made when it does not exist
 * @throws UsageError when it cannot be written
 */
export function appendEvidence(
  logsDirectory: string,
  start: EvidenceStart,
  content: EvidenceContent,
  log?: EvidenceBase['log'],
): EvidenceLine {
  const line = evidenceLine(start, content, log);
  const path = join(logsDirectory, evidenceName);
  appendLines(path, [JSON.stringify(line)]);
  return line;
}

/**
 * The line itself. Where a path is no longer what it was when the work began, nobody knows what ran:
 * its hash is then no hash, and claims about it learn nothing.
 */
export function evidenceLine(
  start: EvidenceStart,
  content: EvidenceContent,
  log?: EvidenceBase['log'],
): EvidenceLine {
  const { by, command, harness } = start;
  const reason = voidReason(start);
  const base: EvidenceBase = {
    schema: 'seedstorm-evidence/2',
    at: new Date().toISOString(),
    by,
    command,
    version: packageVersion(),
    node: process.version,
    ...commitOf(start.root),
    harness,
    hashes: unchanged(start),
    ...(reason === undefined ? {} : { void: reason }),
    wallMs: Math.round(performance.now() - start.beganMs),
    ...(log === undefined ? {} : { log }),
  };
  return { ...base, ...content };
}

function voidReason({ harness }: EvidenceStart): string | undefined {
  return harnessHash() === harness ? buildBehind() : 'the harness changed while it ran';
}

function unchanged({ root, claims, hashes }: EvidenceStart): Record<string, string> {
  const after = hashesOf(root, claims);
  const told = Object.entries(hashes).map(([key, hash]) => {
    return [key, after[key] === hash ? hash : 'changed while it ran'];
  });
  return Object.fromEntries(told);
}

/** What the sources of a run can differ in from their commit. */
const sourceRoots: readonly string[] = ['src', 'invariants', 'scenarios', 'mutants'];

/**
 * The commit of a checkout, and whether what claims rest on differs from it.
 *
 * @param roots the files and folders that count, if others
 */
export function commitOf(
  root: string,
  roots: readonly string[] = sourceRoots,
): { commit: string | null; dirty: boolean } {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    const commit = git('rev-parse', 'HEAD').trim();
    const dirty = git('status', '--porcelain', '--', ...roots).trim() !== '';
    return { commit, dirty };
  } catch {
    // An installed package, or no git at all: the hashes say which code it was.
    return { commit: null, dirty: false };
  }
}
