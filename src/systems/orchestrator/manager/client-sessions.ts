import { type Leadership, proposeAgainUs } from './leadership.ts';

/**
 * When each client was last heard, on this leader's monotonic clock: a new leader gives all of them
 * their whole time again. One whose time is over is ended by an entry, unless one of its own comes first.
 */
export class ClientSessions {
  private readonly lead: Leadership;
  private readonly untilUs: Map<number, number> = new Map();

  constructor(lead: Leadership) {
    this.lead = lead;
  }

  begin(): void {
    for (const session of this.lead.state.sessions.keys(0)) this.renewed(session);
  }

  /** An entry of the session was applied, or ended it. */
  renewed(session: number): void {
    const { lead } = this;
    if (lead.state.sessions.get(0, session) === undefined) {
      this.untilUs.delete(session);
      return;
    }
    const lengthUs = lead.timings.sessionLeaseUs;
    const isNew = !this.untilUs.has(session);
    this.untilUs.set(session, lead.nowUs + lengthUs);
    // The alarm finds out by itself that there was something new.
    if (isNew) lead.alarms.after(lengthUs, () => this.due(session));
  }

  private due(session: number): void {
    const { lead } = this;
    const untilUs = this.untilUs.get(session);
    const row = lead.state.sessions.get(0, session);
    if (untilUs === undefined || row === undefined) return;
    if (untilUs > lead.nowUs) {
      lead.alarms.after(untilUs - lead.nowUs, () => this.due(session));
      return;
    }
    const { activeIndex } = row;
    lead.propose({ kind: 'expire-session', expired: session, activeIndex }, () =>
      lead.alarms.after(proposeAgainUs, () => this.due(session)),
    );
  }
}
