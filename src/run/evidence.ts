import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EvidenceLine } from '../record/evidence-line.ts';
import type { SweepRecord } from '../record/sweep-record.ts';
import { fileError } from './case-store.ts';
import { packageUrl, packageVersion } from './running-copy.ts';

/** What a claim about a sweep rests on; each has a hash of its own in the evidence. */
const claimRoots: readonly string[] = ['src', 'invariants', 'scenarios', 'mutants'];

/**
 * Appends one line on a sweep to `runs.jsonl`: which code, which seeds, what came of them.
 *
 * @param logsDirectory made when it does not exist
 * @throws UsageError when it cannot be written
 */
export function appendEvidence(logsDirectory: string, record: SweepRecord): EvidenceLine {
  const line = evidenceOf(record);
  try {
    mkdirSync(logsDirectory, { recursive: true });
    appendFileSync(join(logsDirectory, 'runs.jsonl'), `${JSON.stringify(line)}\n`);
  } catch (error) {
    throw fileError(error, join(logsDirectory, 'runs.jsonl'), 'written');
  }
  return line;
}

/** The line itself. */
export function evidenceOf(record: SweepRecord): EvidenceLine {
  const root = fileURLToPath(packageUrl);
  const { scenario, from, to, held, broken, inconclusive, verdict, digest, steps, wallMs } = record;
  return {
    schema: 'seedstorm-evidence/1',
    at: new Date().toISOString(),
    version: packageVersion(),
    node: process.version,
    ...commitOf(root),
    hashes: hashesOf(root),
    scenario,
    from,
    to,
    held,
    broken,
    inconclusive,
    verdict,
    reasons: record.reasons,
    digest,
    steps,
    wallMs,
    newStatesPer1000: record.newStatesPer1000,
    rungs: Object.fromEntries(record.rungs.map(({ id, premise }) => [id, premise])),
  };
}

/** The commit of a checkout, and whether what claims rest on differs from it. */
export function commitOf(root: string): { commit: string | null; dirty: boolean } {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    const commit = git('rev-parse', 'HEAD').trim();
    const dirty = git('status', '--porcelain', '--', ...claimRoots).trim() !== '';
    return { commit, dirty };
  } catch {
    // An installed package, or no git at all: the hashes below say which code it was.
    return { commit: null, dirty: false };
  }
}

/** Hashes of the folders that claims are about: two levels below `src`, one below the others. */
function hashesOf(root: string): Record<string, string> {
  const hashes: Record<string, string> = {};
  for (const claim of claimRoots) {
    const top = join(root, claim);
    if (!isDirectory(top)) continue;
    for (const name of readdirSync(top).sort()) {
      const path = join(top, name);
      if (isDirectory(path)) hashes[relative(root, path)] = hashOfFolder(path);
    }
    hashes[claim] = hashOfFolder(top);
  }
  return hashes;
}

function hashOfFolder(folder: string): string {
  const hash = createHash('sha256');
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  for (const name of names) {
    const path = join(folder, name);
    if (isDirectory(path) || /\.test\.tsx?$/.test(name)) continue;
    hash
      .update(`${name.replaceAll('\\', '/')}\0`)
      .update(readFileSync(path))
      .update('\0');
  }
  return hash.digest('hex').slice(0, 16);
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
