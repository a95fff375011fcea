import type { Address } from '../../../sim/message.ts';
import { givenForUs } from '../timings.ts';
import { type Leadership, proposeAgainUs } from './leadership.ts';

/**
 * The leases of sessions and the write leases of chunks, timed by this leader on its own monotonic
 * clock. All of them begin anew with the term, so that a failover ends none. When one has run out the
 * leader proposes its end; a session that was renewed on the way survives that.
 */
export class LeaseClock {
  private readonly lead: Leadership;
  /** When each session runs out, unless it is renewed. */
  private readonly sessions: Map<number, number> = new Map();
  private readonly addresses: Map<number, Address> = new Map();
  private readonly grants: Map<number, { fence: number; untilUs: number }> = new Map();

  constructor(lead: Leadership) {
    this.lead = lead;
  }

  /** Begins the term: every lease that the tables know begins now. */
  begin(): void {
    for (const session of this.lead.state.sessions.keys()) this.renewed(session);
    for (const chunk of this.lead.indexes.granted) this.grantChanged(chunk);
  }

  // ---------------------------------------------------------------- sessions

  /** Where a session was last heard from. */
  readonly addressOf = (session: number): Address | undefined => this.addresses.get(session);

  /** A message of a session came from here. */
  heard(session: number, from: Address): void {
    if (session !== 0) this.addresses.set(session, from);
  }

  /** An entry of the session was applied: its lease begins anew. */
  renewed(session: number): void {
    const { lead } = this;
    const row = lead.state.sessions.get(session);
    if (row === undefined) {
      this.sessions.delete(session);
      this.addresses.delete(session);
      return;
    }
    const lengthUs = givenForUs(row.leaseUs, lead.timings.driftBoundPpm);
    const isNew = !this.sessions.has(session);
    this.sessions.set(session, lead.nowUs + lengthUs);
    // The alarm finds out by itself that the lease was renewed.
    if (isNew) lead.alarms.after(lengthUs, () => this.sessionDue(session));
  }

  private sessionDue(session: number): void {
    const { lead } = this;
    const untilUs = this.sessions.get(session);
    const row = lead.state.sessions.get(session);
    if (untilUs === undefined || row === undefined) return;
    if (untilUs > lead.nowUs) {
      lead.alarms.after(untilUs - lead.nowUs, () => this.sessionDue(session));
      return;
    }
    const { renewals } = row;
    lead.env.probe('a session expired');
    lead.propose({ kind: 'expire-session', expired: session, renewals }, () =>
      lead.alarms.after(proposeAgainUs, () => this.sessionDue(session)),
    );
  }

  // ---------------------------------------------------------------- write leases

  /** The grant of a chunk may have begun, changed or ended. */
  grantChanged(chunk: number): void {
    const grant = this.lead.state.chunks.get(chunk)?.grant ?? null;
    if (grant === null) this.grants.delete(chunk);
    else if (this.grants.get(chunk)?.fence !== grant.fence) this.extend(chunk, grant.fence);
  }

  /** The holder counts its lease from something that came just now. */
  extend(chunk: number, fence: number): void {
    const { lead } = this;
    const lengthUs = givenForUs(lead.timings.writeLeaseUs, lead.timings.driftBoundPpm);
    const known = this.grants.get(chunk);
    const untilUs = lead.nowUs + lengthUs;
    if (known?.fence === fence) {
      known.untilUs = untilUs;
      return;
    }
    this.grants.set(chunk, { fence, untilUs });
    lead.alarms.after(lengthUs, () => this.grantDue(chunk, fence));
  }

  /** Whether the holder may still count on its lease. */
  inForce(chunk: number, fence: number): boolean {
    const known = this.grants.get(chunk);
    return known?.fence === fence && known.untilUs > this.lead.nowUs;
  }

  private grantDue(chunk: number, fence: number): void {
    const { lead } = this;
    const known = this.grants.get(chunk);
    if (known?.fence !== fence) return;
    if (known.untilUs > lead.nowUs) {
      lead.alarms.after(known.untilUs - lead.nowUs, () => this.grantDue(chunk, fence));
      return;
    }
    // A recovery is the leader's own: it ends by itself.
    if (lead.state.chunks.get(chunk)?.grant?.session === 0) return;
    lead.env.probe('a write lease expired');
    lead.propose({ kind: 'expire-lease', chunk, fence }, () =>
      lead.alarms.after(proposeAgainUs, () => this.grantDue(chunk, fence)),
    );
  }
}
