import { existsSync, readFileSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { orchestratorOwnLadder } from '../../invariants/orchestrator/ladder.ts';
import { raftLadder } from '../../invariants/raft/ladder.ts';
import { storageOwnLadder } from '../../invariants/storage/ladder.ts';
import { statusPage } from '../../src/report/status-page.ts';
import { gatherStatus } from '../../src/run/gather-status.ts';
import { foldStatus } from '../../src/status/fold.ts';

const root = resolve(import.meta.dirname, '../..');
const { claims, evidence, tree, asserted } = gatherStatus(root, 'claims.json', join(root, 'logs'));

describe('the claims of seedstorm', () => {
  test('have the status that their evidence gives them, none typed by hand', () => {
    const record = foldStatus(claims, evidence, tree, asserted);
    expect(claims.files).toContain('docs/status.md');
    for (const file of claims.files) {
      const format = extname(file).slice(1) as 'md' | 'json' | 'html';
      const hint = `npx seedstorm status (or npx node src/cli/main.ts status) writes ${file} anew`;
      expect(readFileSync(join(root, file), 'utf8') === statusPage(record, format), hint).toBe(
        true,
      );
    }
  });

  test.each([
    ['raft', raftLadder],
    ['storage', storageOwnLadder],
    ['orchestrator', orchestratorOwnLadder],
  ])('are about every rung of %s, each once', (system, { rungs }) => {
    const named = claims.claims.flatMap(({ check }) =>
      check.kind === 'sweep' && check.scenario.startsWith(`${system}-`) ? (check.rungs ?? []) : [],
    );
    expect(named.toSorted()).toEqual(rungs.map(({ id }) => id).toSorted());
  });

  test('are about scenarios and mutants that exist', () => {
    const missing = claims.claims.filter(({ check }) => {
      if (check.kind === 'command') return false;
      const { kind } = check;
      const path =
        kind === 'mutants' ? `mutants/${check.system}` : `scenarios/${check.scenario}.ts`;
      return !existsSync(join(root, path));
    });
    expect(missing).toEqual([]);
  });
});
