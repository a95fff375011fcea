import type { MetadataState } from '../../src/systems/storage/metadata/state.ts';
import { Stretches } from './stretches.ts';

/** What stat(2) tells of an inode, as far as a cache may keep it. */
export interface InodeFacts {
  readonly kind: string;
  readonly mode: number;
  readonly sizeBytes: number;
  readonly classId: number;
  readonly frozen: boolean;
}

/** What was true of each inode, from which entry on; null: there was none. */
export class InodePast {
  readonly stretches: Stretches<number, InodeFacts | null> = new Stretches(isSame);

  /** An entry is applied. */
  follow(state: MetadataState, index: number): void {
    for (const { table, key } of state.changed) {
      if (table !== 'inodes') continue;
      const row = state.inodes.get(key as number);
      if (row === undefined) {
        this.stretches.note(key as number, null, index);
        continue;
      }
      const { kind, mode, sizeBytes, classId, frozen } = row;
      this.stretches.note(key as number, { kind, mode, sizeBytes, classId, frozen }, index);
    }
  }

  /**
   * Whether that was true of an inode at some moment that was not over: a change after it, or one of
   * those behind that, is not over. Undefined: it is not known.
   */
  wasTrue(
    inode: number,
    facts: InodeFacts,
    isOver: (index: number) => boolean,
  ): boolean | undefined {
    const past = this.stretches.of(inode);
    for (let at = past.length - 1; at >= 0; at -= 1) {
      if (isSame(past[at]!.value, facts)) return true;
      if (isOver(past[at]!.from)) return false;
    }
    return undefined;
  }
}

function isSame(a: InodeFacts | null, b: InodeFacts | null): boolean {
  if (a === null || b === null) return a === b;
  return (
    a.sizeBytes === b.sizeBytes &&
    a.mode === b.mode &&
    a.classId === b.classId &&
    a.frozen === b.frozen &&
    a.kind === b.kind
  );
}
