import { Reminder } from '../../common/alarms.ts';
import type { PlacedPart } from '../messages/fragment.ts';
import { fragmentBytes, isBusy, partAt, presentCount } from '../metadata/chunk-life.ts';
import type { Chunk, Inode } from '../metadata/rows.ts';
import { neededParts, type Redundancy, type StorageClass } from '../placement/storage-class.ts';
import { proposeAgainUs } from './leadership.ts';
import type { Standing } from './redundancy.ts';
import type { TaskAnswer } from './tasks.ts';
import { Throttle } from './throttle.ts';
import { type ChunkWork, placeChunk } from './write-grants.ts';

/** Conversions under way at a time. */
const mostAtOnce = 4;
const ordersGiven = 12;
/** Chunks that are looked at in one go, and the time between. */
const sliceChunks = 32;
const sliceUs = 2_000;

/**
 * Gives chunks the code of their file's class, once nobody has written them for a while: their parts
 * of the next generation are made beside what is there, and only when all are durable, and nothing has
 * changed since, they are the chunk.
 */
export class Conversions {
  private readonly work: ChunkWork;
  private readonly standing: (chunk: number) => Standing | null;
  /** When each candidate may be looked at, in that order. */
  private readonly due: Map<number, number> = new Map();
  private readonly running: Set<number> = new Set();
  /** Classes of the inodes that have changed in this term and are there still. */
  private readonly classes: Map<number, number> = new Map();
  /** Beside that of repairs, so that these never wait for a conversion; of the same rate. */
  private readonly throttle: Throttle;
  private readonly reminder: Reminder;

  constructor(work: ChunkWork, standing: (chunk: number) => Standing | null) {
    this.work = work;
    this.standing = standing;
    this.throttle = new Throttle(work.lead);
    this.reminder = new Reminder(work.lead.alarms, () => this.next());
  }

  /** Chunks that may be of another class than their file, and conversions under way. */
  get size(): number {
    return this.due.size + this.running.size;
  }

  begin(): void {
    const { indexes } = this.work.lead;
    // What an earlier leader began is begun anew: nobody knows how far it came.
    for (const chunk of indexes.converting) this.abort(chunk);
    this.slice(indexes.placesOf.keys());
  }

  private slice(chunks: Iterator<number, undefined>): void {
    for (let left = sliceChunks; left > 0; left--) {
      const { done, value: chunk } = chunks.next();
      if (done === true) return;
      this.consider(chunk);
    }
    this.work.lead.alarms.after(sliceUs, () => this.slice(chunks));
  }

  /**
   * The row of a file has changed: all its chunks may be of another class than it now. Of a file that
   * has not changed in this term before nobody knows what class it had, and any of its chunks may be
   * of the class that it has now.
   */
  inodeChanged(inode: number, row: Readonly<Inode>): void {
    const before = this.classes.get(inode);
    this.classes.set(inode, row.classId);
    if (before !== row.classId && row.kind === 'file') this.slice(this.chunksOf(inode));
  }

  private *chunksOf(inode: number): Generator<number, undefined> {
    const { lead } = this.work;
    for (const index of lead.state.slots.keys(inode)) {
      const slot = lead.state.slots.get(inode, index);
      if (slot !== undefined) yield slot.chunk;
    }
  }

  /** An inode is no more: nothing is kept of it. */
  inodeGone(inode: number): void {
    this.classes.delete(inode);
  }

  /** Puts a chunk in line if it has another class than its file. It waits until it is left alone. */
  consider(chunk: number): void {
    if (this.targetOf(chunk) === null) {
      this.due.delete(chunk);
      return;
    }
    const { lead } = this.work;
    // To the end of the line: all wait equally long.
    this.due.delete(chunk);
    this.due.set(chunk, lead.nowUs + lead.timings.sealAfterUs);
    this.next();
  }

  /** The class that the file of a chunk has and the chunk has not. */
  private targetOf(chunk: number): StorageClass | null {
    const { state, indexes } = this.work.lead;
    const row = state.chunks.get(chunk);
    if (row === undefined || row.version === 0) return null;
    const at = indexes.placeOf(state, chunk);
    if (at === undefined) return null;
    const classId = state.inodes.get(at.inode)?.classId ?? row.classId;
    return classId === row.classId ? null : (state.classes.get(classId) ?? null);
  }

  private next(): void {
    const { lead } = this.work;
    for (const [chunk, dueUs] of this.due) {
      if (this.running.size >= mostAtOnce) return;
      if (dueUs > lead.nowUs) {
        this.reminder.within(dueUs - lead.nowUs);
        return;
      }
      this.due.delete(chunk);
      this.start(chunk);
    }
  }

  private start(chunk: number): void {
    const { lead } = this.work;
    const target = this.targetOf(chunk);
    const row = lead.state.chunks.get(chunk);
    if (target === null || row === undefined || row.references !== 1) return;
    if (isBusy(row)) return;
    const members = placeChunk(this.work, target, chunk, [], []);
    const standing = this.standing(chunk);
    if (presentCount(members) < members.length || members.length === 0) {
      lead.env.probe('a conversion found no place');
      this.consider(chunk);
      return;
    }
    if (standing === null || standing.margin < 0) {
      this.consider(chunk);
      return;
    }
    if (!this.hasTokens(row, standing, target, members)) {
      lead.env.probe('a conversion waits for its turn');
      this.consider(chunk);
      return;
    }
    this.running.add(chunk);
    const { version } = row;
    const classId = target.id;
    lead.propose({ kind: 'convert-begin', chunk, version, classId, members }, (reply) => {
      if (reply?.kind === 'conversion') this.encode(chunk);
      else this.over(chunk);
    });
  }

  /** One server reads the whole chunk, and puts all parts of the new code. */
  private hasTokens(
    { classId }: Readonly<Chunk>,
    { sources }: Standing,
    target: StorageClass,
    members: readonly number[],
  ): boolean {
    const { state } = this.work.lead;
    const before = state.classes.get(classId)!;
    const givers = sources.filter((server) => server !== 0);
    const [encoder] = givers;
    if (encoder === undefined) return true;
    const servers = givers.slice(0, neededParts(before.redundancy));
    const reads = { servers, bytes: fragmentBytes(state, before) };
    const puts = { servers: members, bytes: fragmentBytes(state, target) };
    return this.throttle.takeThrough(encoder, reads, puts);
  }

  private encode(chunk: number): void {
    const { lead, tasks } = this.work;
    const row = lead.state.chunks.get(chunk);
    const conversion = row?.conversion ?? null;
    const sources = this.standing(chunk)?.sources ?? [];
    const encoder = sources.find((server) => server !== 0);
    if (row === undefined || conversion === null || encoder === undefined) {
      this.abort(chunk);
      return;
    }
    const { version, generation: oldGeneration } = row;
    const { generation, fence, members } = conversion;
    const before = lead.state.classes.get(row.classId)!;
    const after = lead.state.classes.get(conversion.classId)!;
    const [oldDataParts, oldParityParts] = partsOf(before.redundancy);
    const [dataParts, parityParts] = partsOf(after.redundancy);
    const order = {
      ...{ kind: 'encode' as const, chunk, version, generation, fence },
      ...{ oldGeneration, oldDataParts, oldParityParts, dataParts, parityParts },
      sources: this.parts(before, sources),
      targets: this.parts(after, members),
    };
    tasks.give(encoder, order, ordersGiven, (answer) => this.encoded(chunk, generation, answer));
  }

  private parts(storageClass: StorageClass, servers: readonly number[]): readonly PlacedPart[] {
    const parts: PlacedPart[] = [];
    servers.forEach((server, position) => {
      if (server === 0) return;
      parts.push({ node: this.work.lead.nodeOf(server), part: partAt(storageClass, position) });
    });
    return parts;
  }

  private encoded(chunk: number, generation: number, answer: TaskAnswer): void {
    const { lead } = this.work;
    const row: Readonly<Chunk> | undefined = lead.state.chunks.get(chunk);
    const isDone = answer?.kind === 'task-done' && answer.fault === null;
    if (!isDone || answer.failed.length > 0) {
      if (row?.conversion?.generation === generation) this.abort(chunk);
      else this.over(chunk);
      return;
    }
    lead.propose({ kind: 'convert-commit', chunk, generation }, (reply) => {
      if (reply?.kind === 'done') lead.env.probe('a chunk was converted');
      if (reply === null || (reply.kind === 'error' && reply.errno !== 'ESTALE')) {
        this.abort(chunk);
      } else this.over(chunk);
    });
  }

  private abort(chunk: number): void {
    const { lead } = this.work;
    this.running.add(chunk);
    const conversion = lead.state.chunks.get(chunk)?.conversion ?? null;
    if (conversion === null) {
      this.over(chunk);
      return;
    }
    lead.env.probe('a conversion was given up');
    const { generation } = conversion;
    lead.propose({ kind: 'convert-abort', chunk, generation }, (reply) => {
      if (reply === null) lead.alarms.after(proposeAgainUs, () => this.abort(chunk));
      else this.over(chunk);
    });
  }

  private over(chunk: number): void {
    this.running.delete(chunk);
    this.consider(chunk);
    this.next();
  }
}

/** Data and parity parts, 1 and 0 for replicas. */
function partsOf(redundancy: Redundancy): readonly [number, number] {
  return redundancy.kind === 'replicated' ? [1, 0] : [redundancy.dataParts, redundancy.parityParts];
}
