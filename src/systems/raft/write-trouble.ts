import type { DiskError } from '../../sim/disk-contract.ts';
import type { RaftEnv } from './raft-env.ts';

/** A write that failed for another reason than a full disk is tried again after this, then twice this... */
const firstRetryUs = 1_000;

/** Writes to the log that failed one after another, and when to try again. */
export class WriteTrouble {
  /** Since the last write that worked. */
  failures: number = 0;
  private readonly env: RaftEnv;
  private readonly mostRetryUs: number;
  private last: DiskError | undefined;

  constructor(env: RaftEnv, mostRetryUs: number) {
    this.env = env;
    this.mostRetryUs = mostRetryUs;
  }

  /** The last write has failed for want of room. */
  get isFullDisk(): boolean {
    return this.failures > 0 && this.last?.code === 'ENOSPC';
  }

  /** A write failed. Gives how long to wait before the next try, in microseconds. */
  failed(error: DiskError): number {
    const { operation, code } = error;
    this.last = error;
    const failures = ++this.failures;
    this.env.log('write failed', { operation, code, failures });
    const backOffUs = firstRetryUs << Math.min(failures - 1, 8);
    return code === 'ENOSPC' ? this.mostRetryUs : Math.min(this.mostRetryUs, backOffUs);
  }

  /** A write has worked again. */
  end(): void {
    if (this.last!.operation === 'sync') this.env.probe('fsync failed then succeeded');
    this.failures = 0;
  }
}
