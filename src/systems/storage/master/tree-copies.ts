import type { Call } from '../messages/metadata-messages.ts';
import type { Leadership } from './leadership.ts';

/** How long no write lease is given, and afterwards how long they are again, in time-outs of calls. */
const quietTimeouts = 2;

/**
 * A tree is copied while nothing in it is leased for writing. Under load there is always somebody who
 * writes, so calling leases back is not enough: while a copy waits no new ones are given for a while.
 * Then writers have their turn as long, so that copies that never succeed hold nobody up for good.
 */
export class TreeCopies {
  private readonly lead: Leadership;
  private quietUntilUs: number = 0;
  private nextQuietUs: number = 0;

  constructor(lead: Leadership) {
    this.lead = lead;
  }

  /** Whether a call has to come again later. One that was carried out gets its answer. */
  mustWait({ session, sequence, command }: Call): boolean {
    const { lead } = this;
    if (command.kind !== 'grant-write' || lead.env.clock.monotonicUs() >= this.quietUntilUs) {
      return false;
    }
    return lead.state.replies.get(session, sequence) === undefined;
  }

  /** Tells how a call ended. `isHeldUp`: something is leased that stands in its way. */
  ended({ command }: Call, isHeldUp: boolean): void {
    if (command.kind !== 'clone') return;
    const { lead } = this;
    if (!isHeldUp) {
      this.quietUntilUs = 0;
      return;
    }
    if (lead.state.inodes.get(command.source)?.kind !== 'directory') return;
    const nowUs = lead.env.clock.monotonicUs();
    if (nowUs < this.nextQuietUs) return;
    lead.env.probe('writers wait for the copy of a tree');
    const forUs = quietTimeouts * lead.timings.callTimeoutUs;
    this.quietUntilUs = nowUs + forUs;
    this.nextQuietUs = this.quietUntilUs + forUs;
  }
}
