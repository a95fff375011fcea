import { Metrics } from '../metrics/exposition.ts';
import type { ClusterState } from '../state/state.ts';

/** What one life of a manager counts, and what a scrape of it says. */
export class ManagerCounts {
  private readonly metrics: Metrics = new Metrics();

  constructor() {
    const counters: readonly [string, string][] = [
      ['orchestrator_proposals_total', 'Commands that were proposed, by kind.'],
      ['orchestrator_entries_total', 'Entries that were applied.'],
      ['orchestrator_beats_total', 'Beats of workers that were accepted.'],
      ['orchestrator_sessions_total', 'Sessions of workers that began.'],
      ['orchestrator_assignments_total', 'Assignments that were sent, by kind.'],
      ['orchestrator_leaderships_total', 'Terms that this manager has led.'],
    ];
    const gauges: readonly [string, string][] = [
      ['orchestrator_objects', 'Rows in the store, by table.'],
      ['orchestrator_applied_index', 'The last entry that was applied.'],
      ['orchestrator_leader', 'Whether this manager leads.'],
    ];
    for (const [name, help] of counters) this.metrics.declare(name, 'counter', help);
    for (const [name, help] of gauges) this.metrics.declare(name, 'gauge', help);
  }

  proposed(kind: string): void {
    this.metrics.add('orchestrator_proposals_total', { kind });
  }

  count(what: 'entries' | 'beats' | 'sessions' | 'leaderships'): void {
    this.metrics.add(`orchestrator_${what}_total`, {});
  }

  assigned(kind: 'full' | 'delta'): void {
    this.metrics.add('orchestrator_assignments_total', { kind });
  }

  /** The text for a scrape. */
  text(state: ClusterState, leads: boolean): string {
    const tables = {
      services: state.services,
      tasks: state.tasks,
      nodes: state.nodes,
      volumes: state.volumes,
      deployments: state.deployments,
      secrets: state.secrets,
      quotas: state.quotas,
      sessions: state.sessions,
    };
    for (const [table, { size }] of Object.entries(tables)) {
      this.metrics.set('orchestrator_objects', { table }, size);
    }
    this.metrics.set('orchestrator_applied_index', {}, state.applied);
    this.metrics.set('orchestrator_leader', {}, leads ? 1 : 0);
    return this.metrics.text();
  }
}
