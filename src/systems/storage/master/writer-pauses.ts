import type { Call } from '../messages/metadata-messages.ts';
import { recallWriter } from './recall-writer.ts';
import type { Standing } from './redundancy.ts';
import { type ChunkWork, placeChunk } from './write-grants.ts';

/** How long a pause lasts at most, in time-outs of tasks. */
const pausedTimeouts = 4;
/** Writers have their turn for so many leases of a server before the next pause of the same chunk. */
const turnLeases = 2;

interface Pause {
  readonly untilUs: number;
  /** The last grant that was called back. */
  askedFence: number;
}

/**
 * What is being written cannot be copied, so a chunk that somebody writes all the time would never get
 * back the replica that it lost. Its writer is asked to let go, and until the repair has ended, or for
 * a while at most, nobody gets a lease on it.
 */
export class WriterPauses {
  private readonly work: ChunkWork;
  private readonly standing: (chunk: number) => Standing | null;
  private readonly pauses: Map<number, Pause> = new Map();

  constructor(work: ChunkWork, standing: (chunk: number) => Standing | null) {
    this.work = work;
    this.standing = standing;
  }

  /** Whether a call has to come again later. One that was carried out gets its answer. */
  mustWait({ session, sequence, command }: Call): boolean {
    if (command.kind !== 'grant-write' || this.pauses.size === 0) return false;
    const { lead } = this.work;
    const { state } = lead;
    const chunk = state.slots.get(command.inode, command.index)?.chunk ?? 0;
    const pause = this.pauses.get(chunk);
    if (pause === undefined || pause.untilUs <= lead.nowUs) return false;
    // A holder that asks once more is called back when it has the answer.
    if (state.chunks.get(chunk)?.grant?.session === session) return false;
    return state.replies.get(session, sequence) === undefined;
  }

  /** A chunk, or what is known of its servers, has changed. */
  look(chunk: number): void {
    const { lead } = this.work;
    const row = lead.state.chunks.get(chunk);
    const grant = row?.grant ?? null;
    let pause = this.pauses.get(chunk);
    if (pause === undefined && grant === null) return;
    if (row === undefined || !this.canBeMended(chunk)) {
      this.pauses.delete(chunk);
      return;
    }
    if (grant === null || !grant.open) return;
    if (pause === undefined) {
      lead.env.probe('a writer pauses for a repair');
      pause = this.begin(chunk);
    }
    if (pause.askedFence === grant.fence || pause.untilUs <= lead.nowUs) return;
    pause.askedFence = grant.fence;
    this.ask(chunk, pause);
  }

  private begin(chunk: number): Pause {
    const { lead } = this.work;
    const { taskTimeoutUs, serverLeaseUs } = lead.timings;
    const lastsUs = pausedTimeouts * taskTimeoutUs;
    const pause: Pause = { untilUs: lead.nowUs + lastsUs, askedFence: 0 };
    this.pauses.set(chunk, pause);
    lead.alarms.after(lastsUs + turnLeases * serverLeaseUs, () => {
      if (this.pauses.get(chunk) !== pause) return;
      this.pauses.delete(chunk);
      this.look(chunk);
    });
    return pause;
  }

  /** Asks the writer, again while it does not answer. */
  private ask(chunk: number, pause: Pause): void {
    const { lead, leases } = this.work;
    const grant = lead.state.chunks.get(chunk)?.grant ?? null;
    if (this.pauses.get(chunk) !== pause || grant?.fence !== pause.askedFence) return;
    if (pause.untilUs <= lead.nowUs) return;
    recallWriter(lead, leases, chunk);
    lead.alarms.after(lead.timings.taskTimeoutUs / 2, () => this.ask(chunk, pause));
  }

  /** Whether a replica is missing for which there is a place. Stripes are written anew as a whole. */
  private canBeMended(chunk: number): boolean {
    const { lead } = this.work;
    const row = lead.state.chunks.get(chunk)!;
    const storageClass = lead.state.classes.get(row.classId)!;
    if (storageClass.redundancy.kind !== 'replicated') return false;
    const standing = this.standing(chunk);
    if (standing === null || standing.margin < 0) return false;
    const position = standing.missing[0];
    if (position === undefined) return false;
    const held = row.members.map((member, at) => (standing.missing.includes(at) ? 0 : member));
    const plans = lead.state.plans.keys(chunk).map((id) => lead.state.plans.get(chunk, id)!);
    if (plans.some(({ kind }) => kind === 'move')) return true;
    // Who must still erase a fragment of the chunk cannot get it.
    const excluded = [...row.members, ...plans.map(({ server }) => server)];
    return (placeChunk(this.work, storageClass, chunk, held, excluded)[position] ?? 0) !== 0;
  }
}
