/** A range of addresses or ports. */
export interface Pool {
  readonly first: number;
  readonly count: number;
}

/** Sizes and limits of a cluster. All managers must have the same. */
export interface OrchestratorSettings {
  /** IPv4 addresses as numbers: of tasks, of services, of nodes in the overlay. Disjoint. */
  readonly taskAddresses: Pool;
  readonly serviceAddresses: Pool;
  readonly nodeAddresses: Pool;
  /** Ports that a node gives out when a specification asks for any. */
  readonly hostPorts: Pool;
  /** How far a session's requests may be ahead of its oldest unanswered one. */
  readonly requestWindow: number;
  /** Ended tasks of a slot that are kept for people to look at. */
  readonly taskHistory: number;
  /** So many failures of a service on a node within the window put the node last. */
  readonly penaltyFailures: number;
  readonly penaltyWindowUs: number;
  /** A task on a node that has been down for so long is given up. */
  readonly orphanUs: number;
  /** Slots, tasks or reports that one entry carries at most. */
  readonly batch: number;
}

const address = (a: number, b: number, c: number, d: number): number =>
  a * 2 ** 24 + b * 2 ** 16 + c * 256 + d;

/** What Swarm and Nomad take by default, with room for 60,000 tasks. */
export const defaultSettings: OrchestratorSettings = {
  taskAddresses: { first: address(10, 1, 0, 1), count: 65_534 },
  serviceAddresses: { first: address(10, 2, 0, 1), count: 16_382 },
  nodeAddresses: { first: address(10, 3, 0, 1), count: 4_094 },
  hostPorts: { first: 30_000, count: 2_768 },
  requestWindow: 64,
  taskHistory: 2,
  penaltyFailures: 5,
  penaltyWindowUs: 300_000_000,
  orphanUs: 86_400_000_000,
  batch: 128,
};
