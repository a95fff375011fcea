import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { raftLadder } from '../../invariants/raft/ladder.ts';
import { MutantCopy } from '../../src/run/mutant-copy.ts';
import { readMutants } from '../../src/run/mutant-patch.ts';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[/\\]$/, '');
const mutants = readMutants(join(root, 'mutants', 'raft'), 'raft', true);

let folder: string;
let copy: MutantCopy;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'seedstorm-patches-'));
  copy = new MutantCopy(root, join(folder, 'copy'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('mutants of raft', () => {
  it('are many of every family, ten controls and one canary', () => {
    const bugs = mutants.filter((mutant) => !mutant.control);
    expect(bugs.length).toBeGreaterThanOrEqual(90);
    for (const family of 'ELSMQDP') {
      expect(bugs.filter(({ id }) => id.startsWith(family)).length).toBeGreaterThanOrEqual(5);
    }
    expect(mutants.filter((mutant) => mutant.control).length).toBeGreaterThanOrEqual(10);
    expect(mutants.filter((mutant) => mutant.canary)).toHaveLength(1);
  });

  it.each(mutants.map((mutant) => [mutant.id, mutant] as const))(
    '%s changes the sources of today, and nothing that it does not name',
    (_, mutant) => {
      try {
        // It throws when the patch does not apply, or does something else than it says.
        copy.plant(mutant);
      } finally {
        copy.restore();
      }
      expect(mutant.paths.every((path) => path.startsWith('src/systems/raft/'))).toBe(true);
    },
  );

  it.each(mutants.map((mutant) => [mutant.id, mutant] as const))(
    '%s says where it comes from, what finds it and which law it breaks',
    (id, mutant) => {
      expect(basename(mutant.file)).toMatch(new RegExp(`^${id}-[a-z0-9-]+\\.patch$`));
      expect(mutant.source).not.toBe('');
      expect(mutant.trigger).not.toBe('');
      expect(existsSync(join(root, 'scenarios', `${mutant.scenario}.ts`))).toBe(true);
      const laws = raftLadder.rungs.map((rung) => rung.id);
      expect(laws).toEqual(expect.arrayContaining([...mutant.rungs]));
    },
  );
});
