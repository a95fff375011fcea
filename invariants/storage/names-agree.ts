import { trashedFrom } from './model-files.ts';
import type { MetadataOracle } from './oracle.ts';

/** Two values that should be one. */
export interface Disagreement {
  readonly what: string;
  readonly tables: unknown;
  readonly model: unknown;
}

/**
 * What the tables and the plain model say differently about inodes and names that the newest entries
 * touched, in the one or in the other. Costs what was touched.
 */
export function namesDisagreement(oracle: MetadataOracle): Disagreement | undefined {
  const { files } = oracle;
  for (const { directory, name } of files.touchedNames.values()) {
    const tables = oracle.state.dentries.get(directory, name)?.inode ?? 0;
    const model = files.lookup(directory, name) ?? 0;
    if (tables !== model) return { what: `name in directory ${directory}`, tables, model };
  }
  for (const inode of files.touchedInodes) {
    const tables = inTables(oracle, inode);
    const model = inModel(oracle, inode);
    if (tables !== model) return { what: `inode ${inode}`, tables, model };
  }
  return undefined;
}

/** What both must agree on, in one text; empty: there is no such inode. */
function inTables({ state }: MetadataOracle, inode: number): string {
  const row = state.inodes.get(inode);
  if (row === undefined) return '';
  const { kind, parents, sizeBytes, frozen, opens } = row;
  const entry = state.trash.get(inode);
  const from = entry === undefined ? '' : trashedFrom(entry.parent, entry.name, entry.sinceUs);
  const trash = `${from} until ${entry?.untilUs ?? -1}`;
  return textOf(kind, parents, sizeBytes, frozen, opens, trash, state.dentries.count(inode));
}

function inModel({ files }: MetadataOracle, inode: number): string {
  const node = files.inodes.get(inode);
  if (node === undefined) return '';
  const { kind, parents, sizeBytes, frozen, entries } = node;
  let opens = 0;
  for (const count of node.opens.values()) opens += count;
  const trash = `${node.trashedFrom} until ${node.trashedUntilUs}`;
  return textOf(kind, parents, sizeBytes, frozen, opens, trash, entries.size);
}

function textOf(
  kind: string,
  parents: readonly number[],
  sizeBytes: number,
  frozen: boolean,
  opens: number,
  trash: string,
  entries: number,
): string {
  const of = [...parents].sort((a, b) => a - b).join();
  return `${kind} in ${of}, ${sizeBytes} bytes, ${opens} opens, ${entries} entries, trash ${trash}${frozen ? ', frozen' : ''}`;
}
