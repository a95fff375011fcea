import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
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
 * Reads the patches of a folder, in order of their names.
 *
 * @param folder `mutants/<system>` of a checkout, or any folder of `.patch` or `.diff` files
 * @param own whether they are of this project: then their headers must be whole
 * @throws UsageError when there is no such folder, a header lacks something or an id comes twice
 */
export function readMutants(folder: string, system: string, own: boolean): readonly MutantPatch[] {
  let files: string[];
  try {
    files = readdirSync(folder).filter((name) => /\.(patch|diff)$/.test(name));
  } catch {
    const hint = own ? knownSystems(dirname(folder), system) : 'give a folder of .patch files';
    throw new UsageError(`there are no mutants of ${system}`, folder, hint);
  }
  const mutants = files.sort().map((name) => readMutant(join(folder, name), system, own));
  const seen = new Set<string>();
  for (const { id, file } of mutants) {
    if (seen.has(id)) throw new UsageError(`another mutant has the id ${id} too`, file);
    seen.add(id);
  }
  return mutants;
}

function knownSystems(folder: string, system: string): string {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
    return didYouMean(system, names);
  } catch {
    return 'mutants are patches in mutants/<system>/ of a source checkout';
  }
}

/**
 * Reads one patch file.
 * @param own false: what the header lacks is made up, for a stranger's diff needs none
 * @throws UsageError when its header or its diff lacks something
 */
export function readMutant(file: string, system: string, own: boolean = true): MutantPatch {
  const lines = readFileSync(file, 'utf8').split(/\r?\n/);
  const begin = lines.findIndex((line) => line.startsWith('diff ') || line.startsWith('--- '));
  if (begin < 0) throw new UsageError('there is no diff in this file', file);
  const header = readHeader(lines.slice(0, begin));
  const needed = (key: string, otherwise: string): string => {
    const text = header.get(key) ?? '';
    if (text === '' && own) throw new UsageError(`the header lacks "# ${key}: ..."`, file);
    return text === '' ? otherwise : text;
  };
  const yes = (key: string): boolean => /^(yes|true)$/i.test(header.get(key) ?? '');
  const control = yes('control') || /^(equivalent|control)\b/i.test(header.get('kind') ?? '');
  const rungs = (control ? (header.get('rung') ?? '') : needed('rung', '')).split(/[\s,]+/);
  return {
    id: needed('id', basename(file).replace(/\.\w+$/, '')),
    title: needed('title', header.get('subject') ?? ''),
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

/** `# field: text`, or the same without the sign as mails have it. */
function readHeader(lines: readonly string[]): ReadonlyMap<string, string> {
  const header = new Map<string, string>();
  for (const line of lines) {
    const match = /^(?:#\s*)?([A-Za-z][\w-]*)\s*:\s*(.*?)\s*$/.exec(line);
    if (match !== null) header.set(match[1]!.toLowerCase(), match[2]!);
  }
  return header;
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
 * Those that a person selected: by id, by the letters that the ids of a family begin with, or by
 * the words `canary` and `controls`.
 * @throws UsageError on a name that nobody has
 */
export function selectMutants(
  mutants: readonly MutantPatch[],
  only: readonly string[] | undefined,
): readonly MutantPatch[] {
  if (only === undefined) return mutants;
  const chosen = new Set<MutantPatch>();
  for (const name of only) {
    const matches = matching(mutants, name.toLowerCase());
    if (matches.length === 0 && name !== 'canary' && name !== 'controls') {
      const ids = mutants.map((mutant) => mutant.id);
      throw new UsageError(`there is no mutant ${name}`, '--only', didYouMean(name, ids));
    }
    for (const mutant of matches) chosen.add(mutant);
  }
  return mutants.filter((mutant) => chosen.has(mutant));
}

function matching(mutants: readonly MutantPatch[], name: string): readonly MutantPatch[] {
  const exact = mutants.filter(({ id }) => id.toLowerCase() === name);
  if (exact.length > 0) return exact;
  if (name === 'canary') return mutants.filter((mutant) => mutant.canary);
  if (name === 'controls') return mutants.filter((mutant) => mutant.control);
  if (!/^[a-z]+$/.test(name)) return [];
  return mutants.filter(({ id }) => /^[a-z]*/.exec(id.toLowerCase())![0] === name);
}
