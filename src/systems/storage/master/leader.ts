import type { Address } from '../../../sim/message.ts';
import type { Ask, Located } from '../messages/metadata-messages.ts';
import type { StorageMessage } from '../messages/storage-codec.ts';
import type { Inode, Plan } from '../metadata/rows.ts';
import type { MetadataCell } from '../metadata/state.ts';
import type { StorageClass } from '../placement/storage-class.ts';
import { BadFragments } from './bad-fragments.ts';
import { Balance } from './balance.ts';
import { CacheLeases } from './cache-leases.ts';
import { Calls } from './calls.ts';
import { Conversions } from './conversions.ts';
import { Deletions } from './deletions.ts';
import { found } from './founding.ts';
import type { Leadership } from './leadership.ts';
import { LeaseClock } from './lease-clock.ts';
import { Moves } from './moves.ts';
import { PassedOver } from './passed-over.ts';
import { recallWriter } from './recall-writer.ts';
import { Recoveries } from './recoveries.ts';
import { Reforms } from './reforms.ts';
import { RepairQueue } from './repair-queue.ts';
import { Reports } from './reports.ts';
import { Servers } from './servers.ts';
import { Spread } from './spread.ts';
import { Tasks } from './tasks.ts';
import { keysOfQuery } from './touched-keys.ts';
import { WriteGrants } from './write-grants.ts';
import { WriterPauses } from './writer-pauses.ts';

/**
 * The leader's shell: what it believes and does beyond the tables, in one term. All of it is lost with
 * the leadership and found again by the next leader.
 */
export class Leader {
  readonly lead: Leadership;
  readonly tasks: Tasks;
  readonly servers: Servers;
  readonly leases: LeaseClock;
  readonly passedOver: PassedOver = new PassedOver();
  readonly cache: CacheLeases;
  readonly grants: WriteGrants;
  readonly reforms: Reforms;
  readonly recoveries: Recoveries;
  readonly bad: BadFragments;
  readonly repairs: RepairQueue;
  readonly pauses: WriterPauses;
  readonly moves: Moves;
  readonly deletions: Deletions;
  readonly reports: Reports;
  readonly conversions: Conversions;
  private readonly balance: Balance;
  private readonly spread: Spread;
  /** What the tables said of each server when they were looked at last. */
  private readonly states: Map<number, string> = new Map();
  private readonly calls: Calls;

  constructor(lead: Leadership) {
    this.lead = lead;
    this.tasks = new Tasks(lead);
    this.servers = new Servers(lead, { changed: (server) => this.serverChanged(server) });
    this.leases = new LeaseClock(lead);
    this.cache = new CacheLeases(lead, this.leases.addressOf);
    this.grants = new WriteGrants(this);
    this.reforms = new Reforms(this, this.grants);
    this.recoveries = new Recoveries(this);
    this.bad = new BadFragments(this, (chunk) => this.repairs.look(chunk));
    const standing = (chunk: number) => this.repairs.standing(chunk);
    this.pauses = new WriterPauses(this, standing);
    this.repairs = new RepairQueue(this, this.bad, this.pauses);
    this.moves = new Moves(this, standing, (work) => this.repairs.failed(work));
    this.deletions = new Deletions(this);
    this.reports = new Reports(this, this.bad);
    this.conversions = new Conversions(this, standing);
    this.balance = new Balance(this, this.repairs);
    this.spread = new Spread(this, this.repairs);
    this.calls = new Calls(this);
  }

  begin(classes: readonly StorageClass[]): void {
    const { servers } = this.lead.state;
    for (const server of servers.keys()) this.states.set(server, servers.get(server)!.state);
    this.servers.begin();
    this.leases.begin();
    this.recoveries.begin();
    this.repairs.begin();
    for (const work of this.lead.indexes.plans.values()) {
      this.moves.added(work);
      this.deletions.added(work);
    }
    this.deletions.begin();
    this.conversions.begin();
    const { alarms, timings } = this.lead;
    alarms.every(Math.max(1, Math.floor(timings.scrubCycleUs / 8)), () => {
      this.balance.look();
      this.spread.look();
    });
    found(this.lead, classes);
  }

  end(): void {
    this.lead.end();
  }

  /** An entry has changed these rows. */
  changed(cells: readonly MetadataCell[]): void {
    for (const cell of cells) {
      const { table, group } = cell;
      const key = cell.key as number;
      if (table === 'chunks') this.chunkChanged(key);
      else if (table === 'sessions') this.leases.renewed(key);
      else if (table === 'replies') this.leases.renewed(group);
      else if (table === 'plans') this.planChanged(group, key, cell.row as Plan, cell.gone);
      else if (table === 'servers') this.stateChanged(key);
      else if (table === 'inodes') {
        if (cell.gone) this.conversions.inodeGone(key);
        else this.conversions.inodeChanged(key, cell.row as Inode);
      }
    }
  }

  private chunkChanged(chunk: number): void {
    this.leases.grantChanged(chunk);
    this.reforms.chunkChanged(chunk);
    this.recoveries.chunkChanged(chunk);
    this.bad.chunkChanged(chunk);
    this.repairs.look(chunk);
    this.conversions.consider(chunk);
  }

  private planChanged(chunk: number, id: number, plan: Plan, gone: boolean): void {
    if (gone) this.moves.removed(id);
    else {
      const work = { chunk, id, plan };
      this.moves.added(work);
      this.deletions.added(work);
    }
    if (plan.kind === 'move') this.repairs.look(chunk);
  }

  /** The row of a server has changed: only another state concerns what it has. */
  private stateChanged(server: number): void {
    const now = this.lead.state.servers.get(server)?.state;
    const before = this.states.get(server);
    if (now === before) return;
    if (now === undefined) this.states.delete(server);
    else this.states.set(server, now);
    if (before !== undefined || now === 'draining') this.repairs.serverChanged(server);
  }

  /** A server was heard again, or is silent. */
  private serverChanged(server: number): void {
    this.repairs.serverChanged(server);
    this.deletions.serverChanged(server);
    this.moves.serverChanged(server);
    if (this.servers.isAlive(server)) return;
    const { alarms, timings } = this.lead;
    alarms.after(timings.downGraceUs, () => this.repairs.serverChanged(server));
  }

  /** How long a session may keep an answer, from when it asked. */
  leaseFor({ session, wantsLease, query }: Ask): number {
    if (!wantsLease) return 0;
    const { state, indexes } = this.lead;
    const isWrittenByOthers = (inode: number): boolean => {
      for (const chunk of indexes.grantsOf.get(inode) ?? []) {
        if (state.chunks.get(chunk)?.grant?.session !== session) return true;
      }
      return false;
    };
    return this.cache.lease(session, keysOfQuery(state, query), isWrittenByOthers);
  }

  /** Somebody wants to read there: who writes a chunk whose replicas may differ lets go of it. */
  told(place: Located | null): void {
    if (place?.unsettled === true) recallWriter(this.lead, this.leases, place.chunk);
  }

  message(from: Address, message: StorageMessage): void {
    switch (message.kind) {
      case 'call':
        this.leases.heard(message.session, from);
        this.calls.take(from, message);
        return;
      case 'ask':
        this.leases.heard(message.session, from);
        return;
      case 'recalled':
        this.cache.recalled(message);
        return;
      case 'parts-ready':
        this.leases.heard(message.session, from);
        this.calls.partsReady(from, message);
        return;
      case 'write-failed':
        this.leases.heard(message.session, from);
        this.calls.writeFailed(from, message);
        return;
      case 'beat':
        this.servers.beat(message);
        return;
      case 'report':
        this.reports.take(message);
        return;
      case 'fragment-bad':
        this.bad.told(message);
        this.reports.bad(message);
        return;
      case 'version-set':
      case 'task-done':
        this.tasks.answered(message);
        return;
      default:
    }
  }
}
