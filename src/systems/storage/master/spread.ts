import { beyondCaps, fragmentBytes, isBusy } from '../metadata/chunk-life.ts';
import type { RepairQueue } from './repair-queue.ts';
import { type ChunkWork, placeChunk } from './write-grants.ts';

/** Chunks that are tried in one go, and moves that are planned. */
const tried = 16;
const mostAtOnce = 4;

/**
 * Makes good what was placed while servers were away: of chunks that are flagged because they exceed
 * the caps of their class, parts move to where the caps are kept, as soon as there is such a place.
 */
export class Spread {
  private readonly work: ChunkWork;
  private readonly repairs: RepairQueue;
  /** The chunk that was tried last. */
  private last = 0;

  constructor(work: ChunkWork, repairs: RepairQueue) {
    this.work = work;
    this.repairs = repairs;
  }

  /** Plans moves, if there is anything to make good. */
  look(): void {
    const chunks = [...this.work.lead.indexes.degraded].sort((a, b) => a - b);
    const from = chunks.findIndex((chunk) => chunk > this.last);
    const start = from < 0 ? 0 : from;
    let planned = 0;
    for (let at = 0; at < Math.min(tried, chunks.length) && planned < mostAtOnce; at++) {
      const chunk = chunks[(start + at) % chunks.length]!;
      this.last = chunk;
      if (this.move(chunk)) planned += 1;
    }
  }

  /** Plans to move one part of a chunk to a better place; false when there is none, or it has to wait. */
  private move(chunk: number): boolean {
    const { lead, servers } = this.work;
    const { state } = lead;
    const row = state.chunks.get(chunk);
    if (row === undefined || row.version === 0 || row.members.includes(0)) return false;
    if (isBusy(row)) return false;
    // What lies on a server that is lost, or is bad, is made anew first.
    if (this.repairs.standing(chunk)?.missing.length !== 0) return false;
    const plans = state.plans.keys(chunk).map((id) => state.plans.get(chunk, id)!);
    if (plans.some(({ kind }) => kind === 'move')) return false;
    // Who must still erase a fragment of the chunk cannot get it again before that is done.
    const excluded = [...row.members, ...plans.map(({ server }) => server)];
    const storageClass = state.classes.get(row.classId)!;
    const beyond = (members: readonly number[]) => beyondCaps(state, storageClass, members);
    const before = beyond(row.members);
    for (const [position, from] of row.members.entries()) {
      const held = row.members.with(position, 0);
      if (beyond(held) >= before || !servers.isAlive(from)) continue;
      const to = placeChunk(this.work, storageClass, chunk, held, excluded)[position] ?? 0;
      if (to === 0 || beyond(row.members.with(position, to)) >= before) continue;
      const bytes = fragmentBytes(state, storageClass);
      if (!this.repairs.throttle.take(to, [from], bytes, false)) return false;
      lead.env.probe('a part moves to a better place');
      lead.propose({ kind: 'plan-move', chunk, position, to });
      return true;
    }
    return false;
  }
}
