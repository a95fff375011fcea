/**
 * Times of the storage system, in microseconds of monotonic clocks. All nodes of a cluster have the
 * same. A lease that is held ends a drift bound early, one that is given ends as much late.
 */
export interface StorageTimings {
  /** T: a chunkserver that the leader has not heard for so long is dead. It beats every T/8, and serves for T/2. */
  readonly serverLeaseUs: number;
  /** Of a write lease and of a session: what the holder may count on without a word from the leader. */
  readonly writeLeaseUs: number;
  readonly sessionLeaseUs: number;
  /** Of a cached answer. */
  readonly cacheLeaseUs: number;
  /** How wrong the rate of a monotonic clock may be, in parts per million. */
  readonly driftBoundPpm: number;
  /** When a client asks again, elsewhere. */
  readonly callTimeoutUs: number;
  readonly dataTimeoutUs: number;
  /** When the leader gives an order again. */
  readonly taskTimeoutUs: number;
  /** How long a part may be missing before it is made anew; not waited for when no part may be lost. */
  readonly downGraceUs: number;
  /** In this time a chunkserver reads all that it has, to find what has rotted. */
  readonly scrubCycleUs: number;
  /** Bytes per second that repairs may take into or out of one server, and burst. */
  readonly repairBytesPerSecond: number;
  readonly repairBurstBytes: number;
  /** A replicated chunk that nobody has written for so long takes on the code of its class. */
  readonly sealAfterUs: number;
}

/** Times for a simulation: a failover, a repair and a scrub fit into seconds. */
export const simulationTimings: StorageTimings = {
  serverLeaseUs: 1_200_000,
  writeLeaseUs: 2_000_000,
  sessionLeaseUs: 3_000_000,
  cacheLeaseUs: 1_000_000,
  driftBoundPpm: 10_000,
  callTimeoutUs: 400_000,
  dataTimeoutUs: 150_000,
  taskTimeoutUs: 300_000,
  downGraceUs: 500_000,
  scrubCycleUs: 4_000_000,
  repairBytesPerSecond: 65_536,
  repairBurstBytes: 16_384,
  sealAfterUs: 1_500_000,
};

/** How long the holder of a lease may count on it, from when it *sent* what was answered. */
export function heldForUs(leaseUs: number, driftBoundPpm: number): number {
  return Math.floor((leaseUs * (1_000_000 - driftBoundPpm)) / 1_000_000);
}

/** How long who gave a lease has to wait before it counts as over. */
export function givenForUs(leaseUs: number, driftBoundPpm: number): number {
  return Math.ceil((leaseUs * (1_000_000 + driftBoundPpm)) / 1_000_000) + 1;
}
