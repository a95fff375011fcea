import { Reminder } from '../../common/alarms.ts';
import { isFenced } from '../nodes/eligible.ts';
import type { NodeEdge } from '../state/command.ts';
import { fencedAfterUs } from '../timings.ts';
import { type Leadership, proposeAgainUs } from './leadership.ts';

/**
 * When each node was last heard, on this leader's monotonic clock, and what follows from silence. Every
 * leader begins anew: what it has not heard itself it knows nothing of, so each node has all of its
 * time again. Heartbeats are nowhere else.
 */
export class NodeWatch {
  private readonly lead: Leadership;
  private readonly heardUs: Map<string, number> = new Map();
  /** Nodes that an alarm is set for. */
  private readonly watched: Set<string> = new Set();
  private edges: NodeEdge[] = [];
  private readonly reminder: Reminder;

  constructor(lead: Leadership) {
    this.lead = lead;
    this.reminder = new Reminder(lead.alarms, () => this.flush());
  }

  begin(): void {
    for (const node of this.lead.state.nodes.keys()) this.heard(node);
  }

  /** A beat or a registration of the node was accepted. */
  heard(node: string): void {
    this.heardUs.set(node, this.lead.nowUs);
    this.watch(node);
  }

  /** The status of a node may have changed. */
  nodeChanged(node: string): void {
    if (this.lead.state.nodes.get(node) === undefined) this.heardUs.delete(node);
    else if (!this.heardUs.has(node)) this.heard(node);
    else this.watch(node);
  }

  private watch(node: string): void {
    if (this.watched.has(node)) return;
    const dueUs = this.dueUs(node);
    if (dueUs === null) return;
    this.watched.add(node);
    // A node that was heard meanwhile is found to be not due.
    this.lead.alarms.after(dueUs - this.lead.nowUs, () => {
      this.watched.delete(node);
      this.due(node);
    });
  }

  /** When silence makes the next edge; null when there is none to come. */
  private dueUs(node: string): number | null {
    const { lead } = this;
    const status = lead.state.nodes.get(node)?.status;
    const heardUs = this.heardUs.get(node);
    if (heardUs === undefined) return null;
    if (status === 'up') return heardUs + lead.timings.downUs;
    if (status === 'down') return heardUs + fencedAfterUs(lead.timings, this.stopGraceUs(node));
    return null;
  }

  /** The longest that a task of the node takes to stop when its lease has ended. */
  private stopGraceUs(node: string): number {
    const { state } = this.lead;
    let longestUs = 0;
    for (const id of state.index.loads.get(node)?.tasks ?? []) {
      const task = state.tasks.get(id)!;
      if (!isFenced(state, task)) continue;
      const { spec } = state.revisions.get(task.service, task.revision)!;
      longestUs = Math.max(longestUs, spec.template.stopGraceUs);
    }
    return longestUs;
  }

  private due(node: string): void {
    const dueUs = this.dueUs(node);
    if (dueUs === null) return;
    if (dueUs > this.lead.nowUs) {
      this.watch(node);
      return;
    }
    const { registration, status } = this.lead.state.nodes.get(node)!;
    this.edges.push({ node, registration, status: status === 'up' ? 'down' : 'fenced' });
    this.reminder.within(0);
  }

  private flush(): void {
    const { lead } = this;
    const { batch } = lead.state.settings;
    const edges = this.edges.splice(0, batch);
    if (edges.length === 0) return;
    lead.env.probe('a node was silent');
    lead.propose({ kind: 'node-edges', edges }, (reply) => {
      // What took effect has changed its row, and waits for its next edge already.
      const againUs = reply === null ? proposeAgainUs : 0;
      lead.alarms.after(againUs, () => {
        for (const { node } of edges) this.watch(node);
      });
    });
    if (this.edges.length > 0) this.reminder.within(0);
  }
}
