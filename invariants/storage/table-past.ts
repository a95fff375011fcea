import type { Chunk, Slot, Trashed } from '../../src/systems/storage/metadata/rows.ts';
import type { MetadataState } from '../../src/systems/storage/metadata/state.ts';
import { Stretches } from './stretches.ts';

/** What a place in a file meant: no chunk is 0. */
export interface SlotWas {
  readonly chunk: number;
  readonly validBytes: number;
}

/** What a location tells of a chunk. */
export interface ChunkWas {
  readonly version: number;
  readonly generation: number;
  readonly unsettled: boolean;
  readonly members: readonly number[];
}

const nothing: SlotWas = { chunk: 0, validBytes: 0 };
const gone: ChunkWas = { version: 0, generation: 0, unsettled: false, members: [] };

/** What names, places in files and chunks were, from which entry on: what questions are about. */
export class TablePast {
  /** The inode of a name in a directory, by `nameIn`; 0: there was none. */
  readonly names: Stretches<string, number> = new Stretches(isEqual);
  /** Of a directory, and of the attributes of an inode: the last entry that changed one of them. */
  readonly listings: Stretches<number, number> = new Stretches(isEqual);
  readonly attributes: Stretches<number, number> = new Stretches(isEqual);
  /** By inode; null: it is not in the trash. */
  readonly trash: Stretches<number, Readonly<Trashed> | null> = new Stretches(isSameTrash);
  /** What is made of a server; empty: it is not known. */
  readonly servers: Stretches<number, string> = new Stretches(isEqual);
  /** By `placeIn`. */
  readonly slots: Stretches<string, SlotWas> = new Stretches(
    (a, b) => a.chunk === b.chunk && a.validBytes === b.validBytes,
  );
  readonly chunks: Stretches<number, ChunkWas> = new Stretches(
    (a, b) =>
      a.version === b.version &&
      a.generation === b.generation &&
      a.unsettled === b.unsettled &&
      a.members.length === b.members.length &&
      a.members.every((member, at) => member === b.members[at]),
  );

  /** An entry is applied. */
  follow(state: MetadataState, index: number): void {
    for (const { table, group, key } of state.changed) {
      if (table === 'dentries') {
        const name = key as string;
        const inode = state.dentries.get(group, name)?.inode ?? 0;
        this.names.note(nameIn(group, name), inode, index);
        this.listings.note(group, index, index);
      } else if (table === 'slots') {
        const slot: Readonly<Slot> | undefined = state.slots.get(group, key as number);
        const { chunk, validBytes } = slot === undefined || slot.chunk === 0 ? nothing : slot;
        this.slots.note(placeIn(group, key as number), { chunk, validBytes }, index);
      } else if (table === 'trash') {
        const inode = key as number;
        this.trash.note(inode, state.trash.get(inode) ?? null, index);
      } else if (table === 'servers') {
        this.servers.note(key as number, state.servers.get(key as number)?.state ?? '', index);
      } else if (table === 'attributes') this.attributes.note(group, index, index);
      else if (table === 'chunks') {
        const row: Readonly<Chunk> | undefined = state.chunks.get(key as number);
        const { version, generation, unsettled, members } = row ?? gone;
        this.chunks.note(key as number, { version, generation, unsettled, members }, index);
      }
    }
  }
}

function isEqual<Value>(a: Value, b: Value): boolean {
  return a === b;
}

/** Whether two say the same of a file's stay in the trash. */
export function isSameTrash(a: Readonly<Trashed> | null, b: Readonly<Trashed> | null): boolean {
  if (a === null || b === null) return a === b;
  return (
    a.sinceUs === b.sinceUs && a.untilUs === b.untilUs && a.parent === b.parent && a.name === b.name
  );
}

export function nameIn(directory: number, name: string): string {
  return `${directory}/${name}`;
}

export function placeIn(inode: number, index: number): string {
  return `${inode}:${index}`;
}
