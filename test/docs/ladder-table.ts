import { orchestratorOwnLadder } from '../../invariants/orchestrator/ladder.ts';
import { raftLadder } from '../../invariants/raft/ladder.ts';
import { storageOwnLadder } from '../../invariants/storage/ladder.ts';
import type { Ladder, RungInfo } from '../../src/checkers/ladder-contract.ts';

/** Guides with the table of a ladder. */
const tables: Readonly<Record<string, Ladder>> = {
  'docs/ladder.md': raftLadder,
  'docs/storage.md': storageOwnLadder,
  'docs/orchestrator.md': orchestratorOwnLadder,
};

/** The guides that have one. */
export const guidesWithLadder: readonly string[] = Object.keys(tables);

const begin = '<!-- ladder: written by test/docs/refresh.ts -->';
const end = '<!-- end -->';

/** The table that a guide is to have: the rungs of its own system, in the ladder's order. */
export function ladderTable(guide: string): string | undefined {
  const own = tables[guide];
  if (own === undefined) return undefined;
  const rows = own.rungs.map(
    ({ id, kind, owedUnder, statement, title }: RungInfo) =>
      `| ${id} | ${title} | ${statement} | ${kind} | ${owedUnder} |`,
  );
  return ['| Rung | | Law | Kind | Owed under |', '| --- | --- | --- | --- | --- |', ...rows].join(
    '\n',
  );
}

/** The document with the table of today between the marks. */
export function withLadderTable(document: string, table: string | undefined): string {
  const from = document.indexOf(begin);
  const to = document.indexOf(end, from);
  if (table === undefined || from < 0 || to < 0) return document;
  return `${document.slice(0, from)}${begin}\n\n${table}\n\n${document.slice(to)}`;
}
