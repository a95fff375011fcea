import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { CaseFile } from '../record/case-file.ts';
import { parseCase } from '../record/parse-case.ts';
import { UsageError } from '../record/usage-error.ts';
import { hashText } from '../sim/hash.ts';
import { caseText } from './case-text.ts';

/**
 * Reads a case file.
 * @throws UsageError that names file and field when it cannot be read or is no case file
 */
export function readCase(path: string): CaseFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw fileError(error, path, 'read');
  }
  return parseCase(text, path);
}

/**
 * Writes a case file under a name made of scenario, rung and seed, whole or not at all.
 *
 * @param cap files that are kept of one failure key
 * @returns its path; undefined when the directory holds `cap` others of the same key
 * @throws UsageError when the directory cannot be written
 */
export function writeCase(directory: string, file: CaseFile, cap: number): string | undefined {
  const { group, name } = nameOf(file);
  const path = join(directory, name);
  try {
    mkdirSync(directory, { recursive: true });
    const others = readdirSync(directory).filter(
      (other) =>
        other.startsWith(`${group}-`) &&
        other.endsWith('.json') &&
        !other.endsWith(shrunkSuffix) &&
        other !== name,
    );
    if (others.length >= cap) return undefined;
    writeWhole(path, caseText(file));
  } catch (error) {
    throw fileError(error, directory, 'written');
  }
  return path;
}

/** Where `writeCase` puts a file, whether or not it may write one more of its key. */
export function casePath(directory: string, file: CaseFile): string {
  return join(directory, nameOf(file).name);
}

function nameOf(file: CaseFile): { readonly group: string; readonly name: string } {
  const { outcome, choices } = file;
  const what = outcome?.rung ?? outcome?.verdict ?? 'case';
  const group = `${slug(file.scenario)}-${slug(what)}-${fingerprint(outcome?.key ?? what)}`;
  const seed = choices.kind === 'seed' ? `seed-${choices.seed}` : 'calm';
  const forks = choices.kind === 'seed' && choices.forks.length > 0 ? '-fork' : '';
  return { group, name: `${group}-${seed}${forks}.json` };
}

const shrunkSuffix = '.min.json';

/** Where the shrunk form of a case goes: beside it. */
export function shrunkPath(path: string): string {
  return path.endsWith(shrunkSuffix) ? path : path.replace(/(\.json)?$/, shrunkSuffix);
}

/**
 * Writes a case file under a name of one's own, whole or not at all.
 * @throws UsageError when it cannot be written
 */
export function writeCaseTo(path: string, file: CaseFile): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeWhole(path, caseText(file));
  } catch (error) {
    throw fileError(error, path, 'written');
  }
}

/** Writes a file so that a reader sees the old content or the new one, never a part. */
export function writeWhole(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, text);
  renameSync(temporary, path);
}

/** An error of the file system as a complaint to the person. */
export function fileError(error: unknown, path: string, verb: string): UsageError {
  const { code } = error as { code?: string };
  const why: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file',
    EACCES: 'permission denied',
    EROFS: 'the file system is read-only',
    EISDIR: 'it is a directory',
    ENOTDIR: 'a part of the path is a file',
    EEXIST: 'a file stands where a directory should be',
    ENOSPC: 'no space left on the device',
  };
  const reason = (code === undefined ? undefined : why[code]) ?? String(error);
  return new UsageError(`cannot be ${verb}: ${reason}`, path);
}

function slug(text: string): string {
  const cut = text.replace(/\.[mc]?[jt]s$/, '').replace(/^.*[\\/]/, '');
  return cut.replace(/[^A-Za-z0-9._]+/g, '-').slice(0, 40) || 'case';
}

/** Eight hexadecimal digits that stand for a failure key in file names and reports. */
export function fingerprint(text: string): string {
  return (hashText(text) >>> 0).toString(16).padStart(8, '0');
}
