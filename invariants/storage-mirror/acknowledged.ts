import { isChange, type MirrorOperation } from './history.ts';
import type { Tree } from './trees.ts';

function changesByPath(
  operations: readonly MirrorOperation[],
): ReadonlyMap<string, readonly MirrorOperation[]> {
  const byPath = new Map<string, MirrorOperation[]>();
  for (const operation of operations) {
    if (!isChange(operation)) continue;
    const list = byPath.get(operation.path) ?? [];
    list.push(operation);
    byPath.set(operation.path, list);
  }
  return byPath;
}

/**
 * What a tree lacks, or has too much, of what clients were told about a region up to an index; null:
 * nothing.
 */
export function whatIsMissing(
  operations: readonly MirrorOperation[],
  tree: Tree,
  side: 0 | 1,
  index: number,
): string | null {
  for (const [path, changes] of changesByPath(operations)) {
    const sure = lastSure(changes, side, index);
    if (sure === undefined) continue;
    const found = tree.get(path);
    if (sure.does === 'delete' && found !== undefined) {
      return `${path} was deleted at ${sure.lastIndex}`;
    }
    const isThere =
      sure.does === 'put'
        ? found?.sizeBytes === sure.sizeBytes
        : found !== undefined && found.sizeBytes >= sure.sizeBytes;
    if (sure.does !== 'delete' && !isThere) {
      return `${path} was put at ${sure.lastIndex}, ${sure.sizeBytes} bytes, not ${found?.sizeBytes}`;
    }
  }
  return null;
}

/**
 * What a region acknowledged behind an index and up to another one, as far as that is what its tree
 * had in the end; null: nothing that is sure.
 */
export function whatIsBehind(
  operations: readonly MirrorOperation[],
  side: 0 | 1,
  from: number,
  to: number,
): string | null {
  for (const [path, changes] of changesByPath(operations)) {
    const sure = lastSure(changes, side, to);
    if (sure !== undefined && sure.lastIndex > from) return `${path}, at ${sure.lastIndex}`;
  }
  return null;
}

/** The last change that was acknowledged up to an index, if no other can have changed the file by then. */
function lastSure(
  changes: readonly MirrorOperation[],
  side: 0 | 1,
  index: number,
): MirrorOperation | undefined {
  const at = changes.findLastIndex(
    (one) =>
      one.side === side && one.outcome === 'ok' && one.lastIndex > 0 && one.lastIndex <= index,
  );
  if (at < 0) return undefined;
  const settled = changes.slice(at + 1).every((one) => one.side === side && one.firstIndex > index);
  return settled ? changes[at] : undefined;
}
