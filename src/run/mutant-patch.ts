import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { didYouMean } from '../record/near-names.ts';
import { UsageError } from '../record/usage-error.ts';

/** A planted bug: a unified diff with lines of metadata (`# id: L1`) above it. */
export interface MutantPatch {
  readonly id: string;
  readonly title: string;
  /** Where the bug was seen: an issue, a commit, a paper. */
  readonly source: string;
  /** What has to happen for it to show. */
  readonly trigger: string;
  /** Rungs that may break: the one that states the broken law, and lower ones that shadow it. */
  readonly rungs: readonly string[];
  /** The scenario that must find it. */
  readonly scenario: string;
  /** Found in every run of the continuous integration, or the sweep is lying. */
  readonly canary: boolean;
  /** A harmless change: it must survive. */
  readonly control: boolean;
  /** Path of the patch file. */
  readonly file: string;
  /** Paths that the diff changes, relative to the root of the sources, sorted. */
  readonly paths: readonly string[];
}

/**
 * Reads `mutants/<system>/*.patch`, in order of their names.
 * @throws UsageError when there is no such folder, or a header lacks something
 */
export function readMutants(root: string, system: string): readonly MutantPatch[] {
  const folder = join(root, 'mutants', system);
  let files: string[];
  try {
    files = readdirSync(folder).filter((name) => name.endsWith('.patch'));
  } catch {
    throw new UsageError(`there are no mutants of ${system}`, folder, knownSystems(root, system));
  }
  const mutants = files.sort().map((name) => readMutant(join(folder, name), system));
  const seen = new Set<string>();
  for (const { id, file } of mutants) {
    if (seen.has(id)) throw new UsageError(`another mutant has the id ${id} too`, file);
    seen.add(id);
  }
  return mutants;
}

function knownSystems(root: string, system: string): string {
  try {
    const entries = readdirSync(join(root, 'mutants'), { withFileTypes: true });
    const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
    return didYouMean(system, names);
  } catch {
    return 'mutants are patches in mutants/<system>/ of a source checkout';
  }
}

/** Reads one patch file. @throws UsageError when its header or its diff lacks something */
export function readMutant(file: string, system: string): MutantPatch {
  const lines = readFileSync(file, 'utf8').split('\n');
  const begin = lines.findIndex((line) => line.startsWith('diff ') || line.startsWith('--- '));
  if (begin < 0) throw new UsageError('there is no diff in this file', file);
  const header = new Map<string, string>();
  for (const line of lines.slice(0, begin)) {
    const match = /^#\s*([\w-]+)\s*:\s*(.*?)\s*$/.exec(line);
    if (match !== null) header.set(match[1]!.toLowerCase(), match[2]!);
  }
  const needed = (key: string): string => {
    const text = header.get(key) ?? '';
    if (text === '') throw new UsageError(`the header lacks "# ${key}: ..."`, file);
    return text;
  };
  const yes = (key: string): boolean => /^(yes|true)$/i.test(header.get(key) ?? '');
  const control = yes('control');
  const rungs = (control ? (header.get('rung') ?? '') : needed('rung')).split(/[\s,]+/);
  return {
    id: needed('id'),
    title: needed('title'),
    source: header.get('source') ?? '',
    trigger: header.get('trigger') ?? '',
    rungs: rungs.filter((rung) => rung !== ''),
    scenario: header.get('scenario') ?? `${system}-storm`,
    canary: yes('canary'),
    control,
    file,
    paths: changedPaths(lines.slice(begin), file),
  };
}

function changedPaths(diff: readonly string[], file: string): string[] {
  const paths = new Set<string>();
  diff.forEach((line, index) => {
    // A removed line may begin with "-- " too: only a pair is a header.
    if (!line.startsWith('--- ') || diff[index + 1]?.startsWith('+++ ') !== true) return;
    for (const name of [line, diff[index + 1]!]) {
      const path = name.slice(4).split('\t')[0]!.trim();
      if (path !== '/dev/null') paths.add(path.replace(/^[ab]\//, ''));
    }
  });
  if (paths.size === 0) throw new UsageError('the diff names no file', file);
  return [...paths].sort();
}

/**
 * Those that a person selected: ids, or `canary` for those that are one.
 * @throws UsageError on an id that nobody has
 */
export function selectMutants(
  mutants: readonly MutantPatch[],
  only: readonly string[] | undefined,
): readonly MutantPatch[] {
  if (only === undefined) return mutants;
  const chosen = new Set<MutantPatch>();
  for (const name of only) {
    const matches = mutants.filter((mutant) =>
      name === 'canary' ? mutant.canary : mutant.id.toLowerCase() === name.toLowerCase(),
    );
    if (matches.length === 0 && name !== 'canary') {
      const ids = mutants.map((mutant) => mutant.id);
      throw new UsageError(`there is no mutant ${name}`, '--only', didYouMean(name, ids));
    }
    for (const mutant of matches) chosen.add(mutant);
  }
  return mutants.filter((mutant) => chosen.has(mutant));
}
