import { Reminder } from '../../common/alarms.ts';
import type { Cell } from '../../common/table.ts';
import type { Deployment } from '../deployments/deployment.ts';
import type { NetworkTable } from '../messages/worker-messages.ts';
import type { ServiceTable } from '../network/service-table.ts';
import { trafficOf } from '../services/traffic.ts';
import type { Service, Task } from '../state/rows.ts';
import type { Leadership } from './leadership.ts';
import type { WorkerSession } from './worker-session.ts';

/**
 * Where requests go, for all workers. A table is made anew for the services that something has changed
 * about, some time's changes together, and sent when it says something else than before.
 */
export class NameTables {
  private readonly lead: Leadership;
  private readonly sessions: () => Iterable<WorkerSession>;
  /** Names of services to be looked at. */
  private readonly dirty: Set<string> = new Set();
  /** Names by the id of the service: a row that is gone has none to be found by. */
  private readonly names: Map<string, string> = new Map();
  /** The newest tables by name of the service and network. */
  private readonly tables: Map<string, Map<string, ServiceTable>> = new Map();
  private readonly reminder: Reminder;
  private readonly late: Set<WorkerSession> = new Set();

  constructor(lead: Leadership, sessions: () => Iterable<WorkerSession>) {
    this.lead = lead;
    this.sessions = sessions;
    this.reminder = new Reminder(lead.alarms, () => this.flush());
  }

  begin(): void {
    const { services } = this.lead.state;
    for (const id of services.keys()) this.mark(id, services.get(id)!.spec.name);
    this.reminder.within(0);
  }

  observe({ table, key, row }: Cell): void {
    if (table === 'services') this.mark(String(key), (row as Service).spec.name);
    else if (table === 'tasks') this.mark((row as Task).service);
    else if (table === 'deployments') this.mark((row as Deployment).service);
    else return;
    this.reminder.within(this.lead.timings.batchUs);
  }

  private mark(id: string, name: string | undefined = this.names.get(id)): void {
    if (name === undefined) return;
    this.dirty.add(name);
    if (this.lead.state.services.get(id) === undefined) this.names.delete(id);
    else this.names.set(id, name);
  }

  /** A worker has nothing yet, or has lost something. */
  sendAll(session: WorkerSession): void {
    this.late.add(session);
    this.reminder.within(0);
  }

  heard(session: WorkerSession, known: number): void {
    const { nowUs, timings } = this.lead;
    // Changes may come so often that the last one is always young: what counts is whether it gets on.
    if (known > session.tablesKnown) {
      session.tablesKnown = known;
      session.tablesAtUs = nowUs;
    }
    if (known === session.tablesTo) return;
    if (nowUs - session.tablesAtUs >= timings.callTimeoutUs) this.sendAll(session);
  }

  private flush(): void {
    const changed: NetworkTable[] = [];
    for (const name of [...this.dirty].sort()) this.renew(name, changed);
    this.dirty.clear();
    const all = this.late.size > 0 ? this.all() : [];
    for (const session of this.sessions()) {
      if (this.late.has(session)) this.send(session, true, all);
      else if (changed.length > 0) this.send(session, false, changed);
    }
    this.late.clear();
  }

  /** Works out the tables of a service; those that say something new are the ones to be sent. */
  private renew(name: string, changed: NetworkTable[]): void {
    const { state } = this.lead;
    const before = this.tables.get(name) ?? new Map<string, ServiceTable>();
    const now = new Map<string, ServiceTable>();
    const id = state.named('service', name);
    if (id !== undefined) {
      for (const network of state.services.get(id)!.spec.endpoint.networks) {
        now.set(network, trafficOf(state, id, network)!);
      }
    }
    for (const [network, table] of before) {
      if (now.has(network) || table.gone) continue;
      now.set(network, { ...table, revision: state.applied, sides: [], gone: true });
    }
    for (const [network, table] of now) {
      const known = before.get(network);
      if (known !== undefined && sameTable(known, table)) now.set(network, known);
      else changed.push({ network, table });
    }
    // One that is gone is told once; who has missed it gets all that there is.
    for (const [network, { gone }] of now) if (gone) now.delete(network);
    if (now.size > 0) this.tables.set(name, now);
    else this.tables.delete(name);
  }

  private all(): NetworkTable[] {
    return [...this.tables.keys()]
      .sort()
      .flatMap((name) =>
        [...this.tables.get(name)!].map(([network, table]) => ({ network, table })),
      );
  }

  private send(session: WorkerSession, full: boolean, tables: readonly NetworkTable[]): void {
    const { lead } = this;
    const from = full ? 0 : session.tablesTo;
    const to = lead.state.applied;
    if (full || session.tablesKnown === from) session.tablesAtUs = lead.nowUs;
    session.tablesTo = to;
    lead.send(session.address, { kind: 'tables', session: session.name, full, from, to, tables });
  }
}

/** Whether two tables send requests the same way. */
function sameTable(a: ServiceTable, b: ServiceTable): boolean {
  if (a.vip !== b.vip || a.mode !== b.mode || a.gone !== b.gone) return false;
  return (
    a.sides.length === b.sides.length &&
    a.sides.every((side, at) => {
      const other = b.sides[at]!;
      const isLike = side.specVersion === other.specVersion && side.weight === other.weight;
      return (
        isLike &&
        side.backends.length === other.backends.length &&
        side.backends.every((backend, place) => {
          const { task, slot, address } = other.backends[place]!;
          return backend.task === task && backend.slot === slot && backend.address === address;
        })
      );
    })
  );
}
