import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { orchestratorLadder } from '../../invariants/orchestrator/ladder.ts';
import { raftLadder } from '../../invariants/raft/ladder.ts';
import { storageLadder } from '../../invariants/storage/ladder.ts';
import { mirrorLadder } from '../../invariants/storage-mirror/ladder.ts';
import { MutantCopy } from '../../src/run/mutant-copy.ts';
import { type MutantPatch, readMutants } from '../../src/run/mutant-patch.ts';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[/\\]$/, '');
const mutantsOf = (system: string): readonly MutantPatch[] =>
  readMutants(join(root, 'mutants', system), system, true);
const ofRaft = mutantsOf('raft');
const ofStorage = mutantsOf('storage');
const ofOrchestrator = mutantsOf('orchestrator');
const storageRungs = [...storageLadder.rungs, ...mirrorLadder.rungs];
const systems = [
  { name: 'raft', system: 'raft', mutants: ofRaft, rungs: raftLadder.rungs },
  { name: 'storage', system: 'storage', mutants: ofStorage, rungs: storageRungs },
  {
    name: 'storage without a protection',
    system: 'storage',
    mutants: mutantsOf('storage-protections'),
    rungs: storageRungs,
  },
  {
    name: 'orchestrator',
    system: 'orchestrator',
    mutants: ofOrchestrator,
    rungs: orchestratorLadder.rungs,
  },
] as const;

let folder: string;
let copy: MutantCopy;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'seedstorm-patches-'));
  copy = new MutantCopy(root, join(folder, 'copy'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('mutants of raft', () => {
  it('are many of every family, ten controls and one canary', () => {
    const bugs = ofRaft.filter((mutant) => !mutant.control);
    expect(bugs.length).toBeGreaterThanOrEqual(90);
    for (const family of 'ELSMQDP') {
      expect(bugs.filter(({ id }) => id.startsWith(family)).length).toBeGreaterThanOrEqual(5);
    }
    expect(ofRaft.filter((mutant) => mutant.control).length).toBeGreaterThanOrEqual(10);
    expect(ofRaft.filter((mutant) => mutant.canary)).toHaveLength(1);
  });
});

describe('mutants of the storage system', () => {
  it('are many of every mechanism, some controls and one canary', () => {
    const numbers = ofStorage.flatMap(({ id }) => /^B(\d+)/.exec(id)?.[1] ?? []).map(Number);
    for (const [from, to, least] of mechanisms) {
      const within = numbers.filter((number) => number >= from && number <= to);
      expect(within.length).toBeGreaterThanOrEqual(least);
    }
    for (let nth = 1; nth <= 8; nth++) expect(ofStorage.map(({ id }) => id)).toContain(`NG${nth}`);
    expect(ofStorage.filter((mutant) => mutant.control).length).toBeGreaterThanOrEqual(5);
    expect(ofStorage.filter((mutant) => mutant.canary)).toHaveLength(1);
  });
});

describe('mutants of the orchestrator', () => {
  it('are many of every family, some controls and one canary', () => {
    const bugs = ofOrchestrator.filter((mutant) => !mutant.control);
    expect(bugs.length).toBeGreaterThanOrEqual(60);
    for (const [family, least] of families) {
      expect(bugs.filter(({ id }) => id.startsWith(family)).length).toBeGreaterThanOrEqual(least);
    }
    expect(ofOrchestrator.filter((mutant) => mutant.control).length).toBeGreaterThanOrEqual(5);
    expect(ofOrchestrator.filter((mutant) => mutant.canary)).toHaveLength(1);
  });
});

/** Families of the orchestrator's mutants, and how many of each there are at least. */
const families = [
  ['W', 15],
  ['K', 15],
  ['N', 8],
  ['B', 6],
  ['M', 3],
  ['X', 10],
] as const;

/** First and last number of a mechanism, and how many bugs of it there are at least. */
const mechanisms = [
  [1, 19, 10],
  [21, 40, 10],
  [42, 51, 7],
  [52, 68, 10],
  [70, 80, 6],
  [81, 99, 12],
] as const;

describe.each(systems)('mutants of $name', ({ system, mutants, rungs }) => {
  it.each(mutants.map((mutant) => [mutant.id, mutant] as const))(
    '%s changes the sources of today, and nothing that it does not name',
    (_, mutant) => {
      try {
        // It throws when the patch does not apply, or does something else than it says.
        copy.plant(mutant);
      } finally {
        copy.restore();
      }
      // What several systems share may be where a mistake of one of them shows.
      const own = mutant.paths.map((path) => path.split('/')[2]);
      expect([system, 'common', 'raft']).toEqual(expect.arrayContaining(own));
    },
  );

  it.each(mutants.map((mutant) => [mutant.id, mutant] as const))(
    '%s says where it comes from, what finds it and which law it breaks',
    (id, mutant) => {
      expect(basename(mutant.file)).toMatch(new RegExp(`^${id}-[a-z0-9-]+\\.patch$`));
      expect(mutant.source).not.toBe('');
      expect(mutant.trigger).not.toBe('');
      expect(existsSync(join(root, 'scenarios', `${mutant.scenario}.ts`))).toBe(true);
      const laws = rungs.map((rung) => rung.id);
      expect(laws).toEqual(expect.arrayContaining([...mutant.rungs]));
    },
  );
});
