import type { Address } from '../../../sim/message.ts';
import type { Ask } from '../messages/metadata-messages.ts';
import type { StorageMessage } from '../messages/storage-codec.ts';
import type { Cell } from '../metadata/table.ts';
import type { StorageClass } from '../placement/storage-class.ts';
import { CacheLeases } from './cache-leases.ts';
import { Calls } from './calls.ts';
import { found } from './founding.ts';
import type { Leadership } from './leadership.ts';
import { LeaseClock } from './lease-clock.ts';
import { Recoveries } from './recoveries.ts';
import { Reforms } from './reforms.ts';
import { Servers } from './servers.ts';
import { Tasks } from './tasks.ts';
import { keysOfQuery } from './touched-keys.ts';
import { WriteGrants } from './write-grants.ts';

/**
 * The leader's shell: what it believes and does beyond the tables, in one term. All of it is lost with
 * the leadership and found again by the next leader.
 */
export class Leader {
  readonly lead: Leadership;
  readonly tasks: Tasks;
  readonly servers: Servers;
  readonly leases: LeaseClock;
  readonly cache: CacheLeases;
  readonly grants: WriteGrants;
  readonly reforms: Reforms;
  readonly recoveries: Recoveries;
  private readonly calls: Calls;

  constructor(lead: Leadership) {
    this.lead = lead;
    this.tasks = new Tasks(lead);
    this.servers = new Servers(lead, { changed: () => {} });
    this.leases = new LeaseClock(lead);
    this.cache = new CacheLeases(lead, this.leases.addressOf);
    this.grants = new WriteGrants(this);
    this.reforms = new Reforms(this, this.grants);
    this.recoveries = new Recoveries(this);
    this.calls = new Calls(this);
  }

  begin(classes: readonly StorageClass[]): void {
    this.servers.begin();
    this.leases.begin();
    this.recoveries.begin();
    found(this.lead, classes);
  }

  end(): void {
    this.lead.end();
  }

  /** An entry has changed these rows. */
  changed(cells: readonly Cell[]): void {
    for (const { table, group, key } of cells) {
      if (table === 'chunks') {
        this.leases.grantChanged(key as number);
        this.recoveries.chunkChanged(key as number);
      } else if (table === 'sessions') {
        this.leases.renewed(key as number);
      } else if (table === 'replies') {
        this.leases.renewed(group);
      }
    }
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
      case 'version-set':
      case 'task-done':
        this.tasks.answered(message);
        return;
      default:
    }
  }
}
