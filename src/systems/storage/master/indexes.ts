import type { Chunk, Grant, Plan, Slot } from '../metadata/rows.ts';
import type { MetadataCell, MetadataState } from '../metadata/state.ts';

/** What the indexes remember of a chunk, to take it out again. */
interface KnownChunk {
  members: readonly number[];
  grant: Grant | null;
}

export interface PlannedWork {
  readonly chunk: number;
  readonly id: number;
  readonly plan: Plan;
}

/** The place of a chunk in a file. */
export interface FilePlace {
  readonly inode: number;
  readonly index: number;
}

/**
 * What the tables say, the other way round. Follows each entry at the price of what it changed; built
 * anew when a snapshot took the place of the state. The same on every master.
 */
export class Indexes {
  /** Chunks of which a server is a committed member. */
  readonly chunksOf: Map<number, Set<number>> = new Map();
  /** Chunks with a committed version and a part on no server. */
  readonly lacking: Set<number> = new Set();
  readonly unsettled: Set<number> = new Set();
  /** Chunks that exceed the caps of their class. */
  readonly degraded: Set<number> = new Set();
  readonly granted: Set<number> = new Set();
  readonly converting: Set<number> = new Set();
  /** Chunks of a file that are leased for writing. */
  readonly grantsOf: Map<number, Set<number>> = new Map();
  readonly plans: Map<number, PlannedWork> = new Map();
  /** Plans that a server is to carry out, by id. */
  readonly plansOf: Map<number, Map<number, PlannedWork>> = new Map();
  /** Of each chunk, the index that it has or had in each file, by inode. */
  readonly placesOf: Map<number, Map<number, number>> = new Map();
  private readonly known: Map<number, KnownChunk> = new Map();
  private state: MetadataState | null = null;

  /** Follows an entry that was applied to `state`. */
  follow(state: MetadataState): void {
    if (state !== this.state) {
      this.build(state);
      return;
    }
    for (const cell of state.changed) this.take(cell);
  }

  /** Builds all of it anew, unless it is of this state. */
  attach(state: MetadataState): void {
    if (state !== this.state) this.build(state);
  }

  private take(cell: MetadataCell): void {
    if (cell.table === 'chunks') {
      this.chunk(cell.key as number, cell.gone ? null : (cell.row as Chunk));
    } else if (cell.table === 'plans') {
      this.plan(cell.group, cell.key as number, cell.row as Plan, cell.gone);
    } else if (cell.table === 'slots' && !cell.gone) {
      this.slot(cell.group, cell.key as number, cell.row as Slot);
    }
  }

  private build(state: MetadataState): void {
    this.state = state;
    for (const part of [
      this.chunksOf,
      this.lacking,
      this.unsettled,
      this.degraded,
      this.granted,
      this.converting,
      this.grantsOf,
      this.plans,
      this.plansOf,
      this.placesOf,
      this.known,
    ]) {
      part.clear();
    }
    for (const chunk of state.chunks.keys()) this.chunk(chunk, state.chunks.get(chunk)!);
    for (const inode of state.slots.groupKeys()) {
      for (const index of state.slots.keys(inode)) {
        this.slot(inode, index, state.slots.get(inode, index)!);
      }
    }
    for (const chunk of state.plans.groupKeys()) {
      for (const id of state.plans.keys(chunk)) {
        this.plan(chunk, id, state.plans.get(chunk, id)!, false);
      }
    }
  }

  private slot(inode: number, index: number, { chunk }: Slot): void {
    if (chunk === 0) return;
    const places = this.placesOf.get(chunk);
    if (places === undefined) this.placesOf.set(chunk, new Map([[inode, index]]));
    else places.set(inode, index);
  }

  /** A place of a chunk in a file. Those that it has no more are forgotten on the way. */
  placeOf(state: MetadataState, chunk: number): FilePlace | undefined {
    const places = this.placesOf.get(chunk);
    for (const [inode, index] of places ?? []) {
      if (state.slots.get(inode, index)?.chunk === chunk) return { inode, index };
      places!.delete(inode);
    }
    return undefined;
  }

  private plan(chunk: number, id: number, plan: Plan, gone: boolean): void {
    const { server } = plan;
    const ofServer = this.plansOf.get(server);
    if (gone) {
      this.plans.delete(id);
      ofServer?.delete(id);
      if (ofServer?.size === 0) this.plansOf.delete(server);
      return;
    }
    const work: PlannedWork = { chunk, id, plan };
    this.plans.set(id, work);
    if (ofServer === undefined) this.plansOf.set(server, new Map([[id, work]]));
    else ofServer.set(id, work);
  }

  private chunk(chunk: number, row: Readonly<Chunk> | null): void {
    const before = this.known.get(chunk);
    if (before?.members !== row?.members) this.members(chunk, before?.members, row?.members);
    if (before?.grant !== row?.grant) this.grant(chunk, before?.grant ?? null, row?.grant ?? null);
    if (row === null) {
      this.known.delete(chunk);
      this.placesOf.delete(chunk);
    } else if (before === undefined) {
      this.known.set(chunk, { members: row.members, grant: row.grant });
    } else {
      before.members = row.members;
      before.grant = row.grant;
    }
    keep(this.lacking, chunk, row !== null && row.version > 0 && row.members.includes(0));
    keep(this.unsettled, chunk, row?.unsettled ?? false);
    keep(this.degraded, chunk, row?.degraded ?? false);
    keep(this.granted, chunk, (row?.grant ?? null) !== null);
    keep(this.converting, chunk, (row?.conversion ?? null) !== null);
  }

  private members(
    chunk: number,
    before: readonly number[] = [],
    after: readonly number[] = [],
  ): void {
    for (const server of before) {
      if (server === 0 || after.includes(server)) continue;
      const chunks = this.chunksOf.get(server)!;
      chunks.delete(chunk);
      if (chunks.size === 0) this.chunksOf.delete(server);
    }
    for (const server of after) {
      if (server === 0) continue;
      const chunks = this.chunksOf.get(server);
      if (chunks === undefined) this.chunksOf.set(server, new Set([chunk]));
      else chunks.add(chunk);
    }
  }

  private grant(chunk: number, before: Grant | null, after: Grant | null): void {
    if (before !== null) {
      const chunks = this.grantsOf.get(before.inode);
      chunks?.delete(chunk);
      if (chunks?.size === 0) this.grantsOf.delete(before.inode);
    }
    if (after === null) return;
    const chunks = this.grantsOf.get(after.inode);
    if (chunks === undefined) this.grantsOf.set(after.inode, new Set([chunk]));
    else chunks.add(chunk);
  }
}

function keep(set: Set<number>, member: number, wanted: boolean): void {
  if (wanted) set.add(member);
  else set.delete(member);
}
