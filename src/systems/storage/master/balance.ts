import { beyondCaps, fragmentBytes, isBusy } from '../metadata/chunk-life.ts';
import type { Chunk } from '../metadata/rows.ts';
import type { RepairQueue } from './repair-queue.ts';
import type { ChunkWork } from './write-grants.ts';

/** How much fuller than the emptiest a server may be, as a share of its capacity. */
const threshold = 0.2;
/** Chunks of a server that are tried in one go. */
const tried = 16;

/**
 * Moves parts from servers that are much fuller than the emptiest to that one, one at a time, while
 * nothing has to be repaired. Servers that are alike within the threshold are left alone.
 */
export class Balance {
  private readonly work: ChunkWork;
  private readonly repairs: RepairQueue;
  private turn = 0;

  constructor(work: ChunkWork, repairs: RepairQueue) {
    this.work = work;
    this.repairs = repairs;
  }

  /** Plans a move, if loads are uneven. */
  look(): void {
    if (this.repairs.size > 0) return;
    const { state } = this.work.lead;
    const shares: [server: number, share: number][] = [];
    let emptiest = 0;
    let least = 2;
    const unfit = this.work.servers.unfit();
    for (const server of state.servers.keys()) {
      const row = state.servers.get(server)!;
      if (row.state !== 'up' || row.capacityBytes === 0 || unfit.includes(server)) continue;
      const share = row.usedBytes / row.capacityBytes;
      shares.push([server, share]);
      if (row.weight > 0 && share < least) [emptiest, least] = [server, share];
    }
    if (emptiest === 0) return;
    const full = shares.filter(([, share]) => share - least > threshold);
    if (full.length === 0) return;
    // By turns, as the caps of classes may let nothing go from one of them to there.
    const [from] = full[this.turn++ % full.length]!;
    this.move(from, emptiest);
  }

  private move(from: number, to: number): void {
    const { lead } = this.work;
    let left = tried;
    for (const chunk of lead.indexes.chunksOf.get(from) ?? []) {
      if (left-- === 0) return;
      const row = lead.state.chunks.get(chunk)!;
      if (row.members.includes(to) || lead.state.plans.count(chunk) > 0) continue;
      if (isBusy(row)) continue;
      const position = row.members.indexOf(from);
      if (this.breaksCaps(row, position, to)) continue;
      const bytes = fragmentBytes(lead.state, lead.state.classes.get(row.classId)!);
      // Else it would only be the other one that is full, and the part would go back.
      if (this.shareWith(to, bytes) > this.shareWith(from, -bytes)) continue;
      if (!this.repairs.throttle.take(to, [from], bytes, false)) {
        lead.env.probe('evening the load waits for its turn');
        return;
      }
      lead.env.probe('a part moves to an emptier server');
      lead.propose({ kind: 'plan-move', chunk, position, to });
      return;
    }
  }

  private shareWith(server: number, moreBytes: number): number {
    const { usedBytes, capacityBytes } = this.work.lead.state.servers.get(server)!;
    return (usedBytes + moreBytes) / capacityBytes;
  }

  /**
   * An even load is not worth a place that the class of a chunk does not want: nor another such place
   * for a part that is beyond a cap where it lies, for that one is to go to a better one.
   */
  private breaksCaps(row: Readonly<Chunk>, position: number, to: number): boolean {
    const { state } = this.work.lead;
    const storageClass = state.classes.get(row.classId)!;
    const beyond = (member: number) =>
      beyondCaps(state, storageClass, row.members.with(position, member));
    return beyond(to) > beyond(0);
  }
}
