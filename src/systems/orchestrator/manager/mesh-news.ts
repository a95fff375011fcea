import { Reminder } from '../../common/alarms.ts';
import type { RootRow } from '../identity/root-rotation.ts';
import type { Membership } from '../mesh/mesh.ts';
import type { ClusterState } from '../state/state.ts';
import { membershipOf } from '../trust/membership.ts';
import { heldRoots } from '../trust/roots.ts';
import type { Leadership } from './leadership.ts';
import type { WorkerSession } from './worker-session.ts';

/** The roots as everybody may know them: without what they sign with. */
export function publicRoots(state: ClusterState): RootRow[] {
  return heldRoots(state).map(({ id, publicKey, state: standing }) => ({
    ...{ id, publicKey },
    state: standing,
  }));
}

/** Tells all workers who is in the mesh and which roots are good, some time's changes together. */
export class MeshNews {
  private readonly lead: Leadership;
  private readonly sessions: () => Iterable<WorkerSession>;
  private readonly reminder: Reminder;
  private readonly late: Set<WorkerSession> = new Set();
  private changed = false;

  constructor(lead: Leadership, sessions: () => Iterable<WorkerSession>) {
    this.lead = lead;
    this.sessions = sessions;
    this.reminder = new Reminder(lead.alarms, () => this.flush());
  }

  /** The membership or the roots are others now. */
  observe(): void {
    this.changed = true;
    this.reminder.within(this.lead.timings.batchUs);
  }

  sendTo(session: WorkerSession): void {
    this.late.add(session);
    this.reminder.within(0);
  }

  heard(session: WorkerSession, known: number, trusts: number): void {
    const { state, nowUs, timings } = this.lead;
    const roots = state.roots.keys();
    // A root that signs by now, of which a worker has not heard, is one of its certificate's to come.
    const issuer = state.members.get(session.node)?.issuer;
    const isOutdated = issuer !== undefined && state.roots.get(issuer)?.state === 'going';
    const isBehind =
      isOutdated || known < (state.mesh.get(0)?.revision ?? 0) || trusts < (roots.at(-1) ?? 0);
    if (isBehind && nowUs - session.meshAtUs >= timings.callTimeoutUs) this.sendTo(session);
  }

  private flush(): void {
    const { lead } = this;
    const membership: Membership = membershipOf(lead.state);
    const roots = publicRoots(lead.state);
    for (const session of this.sessions()) {
      if (!this.changed && !this.late.has(session)) continue;
      session.meshAtUs = lead.nowUs;
      lead.send(session.address, { kind: 'mesh', session: session.name, membership, roots });
    }
    this.changed = false;
    this.late.clear();
  }
}
