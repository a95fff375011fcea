import type { MetadataState } from './state.ts';

interface Sums {
  inodes: number;
  bytes: number;
  shared: number;
}

/** The directory above, or 0 above the root. */
export function parentOf(state: MetadataState, directory: number): number {
  return state.inodes.get(directory)!.parents[0] ?? 0;
}

/** The nearest directory with a quota, from `directory` upwards, or 0. */
export function quotaRoot(state: MetadataState, directory: number): number {
  for (let at = directory; at !== 0; at = parentOf(state, at)) {
    if (state.quotas.get(at) !== undefined) return at;
  }
  return 0;
}

/**
 * What an operation changes in the sums of directories: first everything is collected, then it is
 * tested against the quotas, and only then carried out. Costs the depth of what is touched.
 */
export class UsageChange {
  private readonly state: MetadataState;
  private readonly sums: Map<number, Sums> = new Map();

  constructor(state: MetadataState) {
    this.state = state;
  }

  /** Charges a directory and all above it. */
  add(directory: number, inodes: number, bytes: number, shared: number = 0): void {
    for (let at = directory; at !== 0; at = parentOf(this.state, at)) {
      const sums = this.sums.get(at);
      if (sums === undefined) {
        this.sums.set(at, { inodes, bytes, shared });
      } else {
        sums.inodes += inodes;
        sums.bytes += bytes;
        sums.shared += shared;
      }
    }
  }

  /** Whether a sum would grow above its quota. A sum above a lowered quota may stay and shrink. */
  exceedsQuota(): boolean {
    for (const [directory, sums] of this.sums) {
      const quota = this.state.quotas.get(directory);
      if (quota === undefined) continue;
      const { belowInodes, belowBytes } = this.state.inodes.get(directory)!;
      if (sums.inodes > 0 && quota.inodes > 0 && belowInodes + sums.inodes > quota.inodes) {
        return true;
      }
      if (sums.bytes > 0 && quota.bytes > 0 && belowBytes + sums.bytes > quota.bytes) return true;
    }
    return false;
  }

  apply(): void {
    for (const [directory, { inodes, bytes, shared }] of this.sums) {
      if (inodes === 0 && bytes === 0 && shared === 0) continue;
      const row = this.state.inodes.edit(directory);
      row.belowInodes += inodes;
      row.belowBytes += bytes;
      row.belowShared += shared;
    }
  }
}
