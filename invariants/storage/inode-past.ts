import type { MetadataState } from '../../src/systems/storage/metadata/state.ts';

/** What stat(2) tells of an inode, as far as a cache may keep it. */
export interface InodeFacts {
  readonly kind: string;
  readonly mode: number;
  readonly sizeBytes: number;
  readonly classId: number;
  readonly frozen: boolean;
}

interface Stretch extends InodeFacts {
  /** The first index of which it is true. */
  readonly from: number;
}

/** What was true of each inode, from which entry on. */
export class InodePast {
  readonly #stretches: Map<number, Stretch[]> = new Map();

  /** An entry is applied. */
  follow(state: MetadataState, index: number): void {
    for (const { table, key } of state.changed) {
      const row = table === 'inodes' ? state.inodes.get(key as number) : undefined;
      if (row === undefined) continue;
      const { kind, mode, sizeBytes, classId, frozen } = row;
      const facts = { kind, mode, sizeBytes, classId, frozen };
      const past = this.#stretches.get(key as number);
      if (past === undefined) this.#stretches.set(key as number, [{ ...facts, from: index }]);
      else if (!isSame(past[past.length - 1]!, facts)) past.push({ ...facts, from: index });
    }
  }

  /** Whether that was true of an inode at some index from `from` on; undefined: it is not known. */
  wasTrue(inode: number, facts: InodeFacts, from: number): boolean | undefined {
    const past = this.#stretches.get(inode);
    if (past === undefined) return undefined;
    for (let at = past.length - 1; at >= 0; at -= 1) {
      if (isSame(past[at]!, facts)) return true;
      if (past[at]!.from <= from) return false;
    }
    return undefined;
  }
}

function isSame(a: InodeFacts, b: InodeFacts): boolean {
  return (
    a.sizeBytes === b.sizeBytes &&
    a.mode === b.mode &&
    a.classId === b.classId &&
    a.frozen === b.frozen &&
    a.kind === b.kind
  );
}
