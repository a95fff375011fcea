import type { Env } from '../../../sim/env.ts';
import type { Granted } from '../messages/metadata-messages.ts';
import type { StorageWireMessage } from '../messages/storage-codec.ts';
import { AsyncLocks } from './async-locks.ts';
import type { ClientSession, Done } from './client-session.ts';
import type { ClientSettings } from './client-settings.ts';
import { FileError } from './file-error.ts';
import type { MasterLink } from './master-link.ts';
import { Operation } from './operation.ts';

/** The right to write one chunk of a file. */
export class WriteLease {
  readonly inode: number;
  readonly index: number;
  granted: Granted;
  /** On the monotonic clock: counted from before the leader heard of it, it ends before the leader's. */
  untilUs: number;
  /** Of the last write that all replicas acknowledged under this fence. */
  sequence: number = 0;
  /** How much of the chunk is content. */
  validBytes: number;
  usedUs: number = 0;

  constructor(inode: number, index: number, granted: Granted, untilUs: number) {
    this.inode = inode;
    this.index = index;
    this.granted = granted;
    this.untilUs = untilUs;
    this.validBytes = granted.validBytes;
  }

  /** The leader gave another fence: writes are numbered anew. */
  renew(granted: Granted, untilUs: number): void {
    // Under the fence that it had the count goes on: from 1 again a write would pass for one that is
    // there already, and be acknowledged by who has not got it.
    if (granted.fence !== this.granted.fence) this.sequence = 0;
    this.granted = granted;
    this.untilUs = untilUs;
    this.validBytes = Math.max(this.validBytes, granted.validBytes);
  }
}

function keyOf(inode: number, index: number): string {
  return `${inode}/${index}`;
}

/** The write leases of a client: taken when needed, used one write at a time, given back. */
export class WriteLeases {
  private readonly env: Env<StorageWireMessage>;
  private readonly settings: ClientSettings;
  private readonly link: MasterLink;
  private readonly session: ClientSession;
  private readonly leases: Map<string, WriteLease> = new Map();
  private readonly locks: AsyncLocks = new AsyncLocks();
  /** The leader wants these back. */
  private readonly recalled: Set<string> = new Set();

  constructor(
    env: Env<StorageWireMessage>,
    settings: ClientSettings,
    link: MasterLink,
    session: ClientSession,
  ) {
    this.env = env;
    this.settings = settings;
    this.link = link;
    this.session = session;
  }

  /** Does something under the lease of a chunk, alone on this client. */
  async use<T>(
    operation: Operation,
    inode: number,
    index: number,
    body: (lease: WriteLease) => Promise<T>,
  ): Promise<T> {
    const key = keyOf(inode, index);
    await this.locks.lock(key);
    try {
      const lease = await this.hold(operation, inode, index);
      const result = await body(lease);
      lease.usedUs = this.env.clock.monotonicUs();
      return result;
    } finally {
      this.leave(key);
    }
  }

  /** Lets the next one in; before that, gives back what was recalled, without making anybody wait. */
  private leave(key: string): void {
    const lease = this.leases.get(key);
    if (!this.recalled.delete(key) || lease === undefined) this.locks.unlock(key);
    else void this.giveBack(lease).then(() => this.locks.unlock(key));
  }

  /** The lease with time left for a write, or a new one. */
  private async hold(operation: Operation, inode: number, index: number): Promise<WriteLease> {
    const key = keyOf(inode, index);
    const known = this.leases.get(key);
    const leastUs = 2 * this.settings.timings.dataTimeoutUs;
    const isStripe = known !== undefined && this.isStripe(known.granted);
    const leftUs = (known?.untilUs ?? 0) - this.env.clock.monotonicUs();
    if (known !== undefined && !isStripe && leftUs > leastUs) return known;
    this.leases.delete(key);
    for (let nth = 0; ; nth++) {
      // Members are for the leader to say.
      const command = { kind: 'grant-write', inode, index, members: [] } as const;
      const done = await this.session.callWhenFree(operation, command);
      const lease = this.leaseOf(inode, index, done);
      if (lease !== null && lease.untilUs > this.env.clock.monotonicUs()) {
        this.leases.set(key, lease);
        return lease;
      }
      operation.check();
      await this.link.backOff(nth, operation.leftUs);
    }
  }

  private leaseOf(inode: number, index: number, { done, sentUs }: Done): WriteLease | null {
    const { granted } = done;
    if (granted === null) return null;
    const untilUs = this.session.heldUntilUs(sentUs, granted.leaseUs);
    return new WriteLease(inode, index, granted, untilUs);
  }

  /** A stripe is written once under a grant: never in place. */
  isStripe({ classId }: Granted): boolean {
    const storageClass = this.settings.classes.find(({ id }) => id === classId);
    return storageClass?.redundancy.kind === 'erasure';
  }

  /**
   * The lease is of no more use: it ran out, or a write under it has no known end. It is not given
   * back, so the leader brings the replicas into line before anybody reads.
   */
  forget(lease: WriteLease): void {
    const key = keyOf(lease.inode, lease.index);
    if (this.leases.get(key) === lease) this.leases.delete(key);
  }

  /** The leader wants a lease back; it goes when the write that uses it is done. */
  async recall(inode: number, index: number): Promise<void> {
    const key = keyOf(inode, index);
    if (!this.leases.has(key) && !this.locks.isLocked(key)) return;
    this.recalled.add(key);
    if (this.locks.isLocked(key)) return;
    await this.locks.lock(key);
    this.leave(key);
  }

  /** Gives back the leases of a file, from a chunk on. */
  async release(inode: number, fromIndex: number = 0): Promise<void> {
    for (const lease of [...this.leases.values()]) {
      if (lease.inode !== inode || lease.index < fromIndex) continue;
      await this.releaseOne(lease);
    }
  }

  private async releaseOne(lease: WriteLease): Promise<void> {
    const key = keyOf(lease.inode, lease.index);
    await this.locks.lock(key);
    const now = this.leases.get(key);
    if (now !== undefined) await this.giveBack(now);
    this.recalled.delete(key);
    this.locks.unlock(key);
  }

  /** To be called now and then. */
  releaseIdle(): void {
    const beforeUs = this.env.clock.monotonicUs() - this.settings.idleReleaseUs;
    for (const [key, lease] of this.leases) {
      if (lease.usedUs <= beforeUs && !this.locks.isLocked(key)) void this.releaseOne(lease);
    }
  }

  get held(): number {
    return this.leases.size;
  }

  clear(): void {
    this.leases.clear();
    this.recalled.clear();
  }

  private async giveBack(lease: WriteLease): Promise<void> {
    const { inode, index, granted } = lease;
    this.forget(lease);
    if (lease.untilUs <= this.env.clock.monotonicUs()) return;
    const operation = new Operation(
      this.env,
      'release',
      keyOf(inode, index),
      this.settings.deadlineUs,
    );
    const command = { kind: 'release-write', inode, index, fence: granted.fence } as const;
    try {
      await this.session.tryCall(operation, command);
    } catch (error) {
      // Whether it was heard or not: the lease runs out by itself.
      if (!(error instanceof FileError)) throw error;
    }
  }
}
