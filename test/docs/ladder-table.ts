import type { RungInfo } from '../../src/checkers/ladder-contract.ts';

const begin = '<!-- raft ladder: written by test/docs/refresh.ts -->';
const end = '<!-- end -->';

/** The table of a ladder as docs/ladder.md has it. */
export function ladderTable(rungs: readonly RungInfo[]): string {
  const rows = rungs.map(
    ({ id, kind, owedUnder, statement, title }) =>
      `| ${id} | ${title} | ${statement} | ${kind} | ${owedUnder} |`,
  );
  return ['| Rung | | Law | Kind | Owed under |', '| --- | --- | --- | --- | --- |', ...rows].join(
    '\n',
  );
}

/** The document with another table between the marks. */
export function withLadderTable(document: string, table: string): string {
  const from = document.indexOf(begin);
  const to = document.indexOf(end, from);
  if (from < 0 || to < 0) return document;
  return `${document.slice(0, from)}${begin}\n\n${table}\n\n${document.slice(to)}`;
}
