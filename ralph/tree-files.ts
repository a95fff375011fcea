import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Plan } from './plan.ts';

/** Where cases that were red once are kept, unless a plan says otherwise. */
export const casesFolder = 'ralph/cases';

/** Case files that have to hold, by their paths in the tree. */
export function pinnedCases(tree: string, { cases = [casesFolder] }: Plan): readonly string[] {
  return cases.flatMap((path) => {
    const found = statSync(join(tree, path), { throwIfNoEntry: false });
    if (found === undefined) return [];
    if (!found.isDirectory()) return [path];
    const files = readdirSync(join(tree, path)).filter((file) => file.endsWith('.json'));
    return files.sort().map((file) => `${path.replace(/\/$/, '')}/${file}`);
  });
}

/** Length of a file in bytes; 0: there is none. */
export function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** Lines that were added to a file behind its first bytes. */
export function linesFrom(path: string, from: number): readonly string[] {
  if (sizeOf(path) <= from) return [];
  const lines = readFileSync(path).toString('utf8', from).split('\n');
  return lines.filter((line) => line !== '');
}
