import type { Call } from '../messages/metadata-messages.ts';
import { isWithin } from '../metadata/namespace.ts';
import { givenForUs } from '../timings.ts';
import type { Leadership } from './leadership.ts';

/** A copy that is refused comes again before so many time-outs of calls are over, or was given up. */
const askedAgainTimeouts = 4;
/** What a chunk takes to be brought into line when the lease on it has run out, in time-outs of tasks. */
const recoveryTimeouts = 4;

/** No write lease is given in a tree, for a copy of it is asked for. */
interface Quiet {
  /** Unless the copy is asked for again. */
  untilUs: number;
  /** At the latest. */
  readonly endUs: number;
  /** No other quiet of this tree begins before: writers have their turn. */
  readonly nextUs: number;
}

/**
 * A tree is copied while nothing in it is leased for writing. Under load there is always somebody who
 * writes, so calling leases back is not enough: while the copy is asked for, no new ones are given in
 * its tree. That may take as long as a lease lasts, for a writer whose last write has no known end
 * does not give its lease back. Then writers have their turn as long, so that copies that never
 * succeed hold nobody up for good.
 */
export class TreeCopies {
  private readonly lead: Leadership;
  /** By the root of the tree. */
  private readonly quiets: Map<number, Quiet> = new Map();

  constructor(lead: Leadership) {
    this.lead = lead;
  }

  /** Whether a call has to come again later. One that was carried out gets its answer. */
  mustWait({ session, sequence, command }: Call): boolean {
    if (command.kind !== 'grant-write' || this.quiets.size === 0) return false;
    if (!this.isQuietAt(command.inode)) return false;
    return this.lead.state.replies.get(session, sequence) === undefined;
  }

  private isQuietAt(inode: number): boolean {
    const { state, env } = this.lead;
    const nowUs = env.clock.monotonicUs();
    const parents = state.inodes.get(inode)?.parents ?? [];
    for (const [root, { untilUs, nextUs }] of this.quiets) {
      if (nowUs >= nextUs) this.quiets.delete(root);
      else if (nowUs < untilUs && parents.some((parent) => isWithin(state, parent, root))) {
        return true;
      }
    }
    return false;
  }

  /** Tells how a call ended. `isHeldUp`: something is leased that stands in its way. */
  ended({ command }: Call, isHeldUp: boolean): void {
    if (command.kind !== 'clone') return;
    const { source } = command;
    if (!isHeldUp) {
      this.quiets.delete(source);
      return;
    }
    if (this.lead.state.inodes.get(source)?.kind !== 'directory') return;
    const nowUs = this.lead.env.clock.monotonicUs();
    let quiet = this.quiets.get(source);
    if (quiet === undefined || nowUs >= quiet.nextUs) {
      this.lead.env.probe('writers wait for the copy of a tree');
      quiet = this.begin(nowUs);
      this.quiets.set(source, quiet);
    }
    const againUs = askedAgainTimeouts * this.lead.timings.callTimeoutUs;
    if (nowUs < quiet.endUs) quiet.untilUs = Math.min(nowUs + againUs, quiet.endUs);
  }

  /** Long enough for every lease that is out, or about to be, to end. */
  private begin(nowUs: number): Quiet {
    const { writeLeaseUs, driftBoundPpm, taskTimeoutUs, callTimeoutUs } = this.lead.timings;
    const lastsUs =
      givenForUs(writeLeaseUs, driftBoundPpm) +
      recoveryTimeouts * taskTimeoutUs +
      askedAgainTimeouts * callTimeoutUs;
    return { untilUs: nowUs, endUs: nowUs + lastsUs, nextUs: nowUs + 2 * lastsUs };
  }
}
