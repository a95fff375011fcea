/**
 * Times of the orchestrator, in microseconds of monotonic clocks. All nodes of a cluster have the
 * same. A lease that is held ends a drift bound early, one that is given ends as much late.
 */
export interface OrchestratorTimings {
  /** A worker says so often that it lives, give or take `beatJitterUs`. */
  readonly beatUs: number;
  readonly beatJitterUs: number;
  /** A node that was not heard for so long is `down`; a new leader gives each of them all of it. */
  readonly downUs: number;
  /** L: so long after it *sent* the last beat that was answered a worker stops what is to be fenced. */
  readonly leaseUs: number;
  /** What is added to the lease and the longest stop grace before a node counts as `fenced`. */
  readonly fenceMarginUs: number;
  /** How wrong the rate of a monotonic clock may be, in parts per million. */
  readonly driftBoundPpm: number;
  /** Reports, assignments and tables that come up within this time go together. */
  readonly batchUs: number;
  /** When a question that was not answered is asked again, elsewhere. */
  readonly callTimeoutUs: number;
  /** A worker or client that finds no leader waits, from the first to the second, twice as long each time. */
  readonly retryFirstUs: number;
  readonly retryMostUs: number;
  /** A client's session that nothing was heard of for so long is ended. */
  readonly sessionLeaseUs: number;
  /** Of a certificate of a node. */
  readonly certificateUs: number;
  /** How wrong wall clocks may be, for certificates. */
  readonly skewUs: number;
  /** How long a subscriber to events is kept waiting before it is told that there are none. */
  readonly watchUs: number;
}

/** What SwarmKit takes: a beat every 5 s, three of them missed and a node is down. */
export const defaultTimings: OrchestratorTimings = {
  beatUs: 5_000_000,
  beatJitterUs: 500_000,
  downUs: 15_500_000,
  leaseUs: 15_000_000,
  fenceMarginUs: 1_000_000,
  driftBoundPpm: 10_000,
  batchUs: 100_000,
  callTimeoutUs: 5_000_000,
  retryFirstUs: 100_000,
  retryMostUs: 8_000_000,
  sessionLeaseUs: 120_000_000,
  certificateUs: 86_400_000_000,
  skewUs: 60_000_000,
  watchUs: 10_000_000,
};

/** Times for a simulation: a failover and the loss of a node fit into seconds. */
export const simulationTimings: OrchestratorTimings = {
  ...defaultTimings,
  beatUs: 500_000,
  beatJitterUs: 50_000,
  downUs: 1_600_000,
  leaseUs: 1_500_000,
  fenceMarginUs: 200_000,
  batchUs: 20_000,
  callTimeoutUs: 400_000,
  retryFirstUs: 50_000,
  retryMostUs: 800_000,
  sessionLeaseUs: 10_000_000,
  watchUs: 1_000_000,
};

/** How long a worker may count on its lease, from when it *sent* the beat that was answered. */
export function heldLeaseUs({ leaseUs, driftBoundPpm }: OrchestratorTimings): number {
  return Math.floor((leaseUs * (1_000_000 - driftBoundPpm)) / 1_000_000);
}

/**
 * After the last beat that a manager accepted: the worker has stopped by then what was to be fenced,
 * whatever the rates of both clocks.
 *
 * @param stopGraceUs the longest one of the tasks on the node
 */
export function fencedAfterUs(timings: OrchestratorTimings, stopGraceUs: number): number {
  const { leaseUs, driftBoundPpm, fenceMarginUs } = timings;
  const slowUs = Math.ceil(((leaseUs + stopGraceUs) * 2 * driftBoundPpm) / 1_000_000);
  return leaseUs + stopGraceUs + slowUs + fenceMarginUs;
}
