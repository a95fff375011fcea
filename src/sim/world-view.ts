import type { AnyComponent } from './component.ts';
import type { NodeId } from './message.ts';

/** One file as the world knows it. The arrays are the disk's own: read, never write. */
export interface FileImages {
  /** What reads see. */
  readonly cached: Uint8Array;
  readonly cachedLength: number;
  /** What successful syncs have acknowledged; undefined when the name was never promised. */
  readonly promised: Uint8Array | undefined;
  readonly promisedLength: number;
  /** What a power loss would leave at least: differs from promised only by damage. */
  readonly actual: Uint8Array | undefined;
  readonly actualLength: number;
}

/** A node's disk as rungs see it. */
export interface DiskView {
  /** Names with a promised directory entry. */
  promisedFiles(): readonly string[];
  /** Names in the actual directory: what would be there after a power loss at best. */
  actualFiles(): readonly string[];
  cachedFiles(): readonly string[];
  /** The images of a cached name. */
  images(file: string): FileImages | undefined;
  /** Bytes that a promised name holds by promise (its entry may have been renamed in the cache since). */
  promisedBytes(file: string): Uint8Array | undefined;
  actualBytes(file: string): Uint8Array | undefined;
}

/** Where a node stands in its life. */
export type NodeStatus = 'down' | 'up' | 'stalled' | 'suspended';

/** Ground truth for checkers: read-only, and never shown to components. */
export interface WorldView {
  /** True time in microseconds since the start. */
  readonly timeUs: number;
  /** Steps so far. */
  readonly steps: number;
  /** Server nodes come first, then client endpoints. */
  readonly nodeCount: number;
  readonly serverCount: number;
  nodeId(node: number): NodeId;
  nodeIndex(id: NodeId): number;
  zone(node: number): string;
  status(node: number): NodeStatus;
  incarnation(node: number): number;
  component(node: number): AnyComponent;
  /** The state of the current life; undefined while down. */
  state(node: number): unknown;
  disk(node: number): DiskView;
  /** Whether messages from one node to another get through at all now (no cut, no clog). */
  linkOpen(from: number, to: number): boolean;
  /** Whether that link is fair now: open, and no degradation in force on it. */
  linkFair(from: number, to: number): boolean;
  /**
   * When the last message arrives that trouble on the link made late and that kept its order, in
   * microseconds of true time; 0 when there was none. Until then all that keeps its order is late.
   */
  linkLateUntilUs(from: number, to: number): number;
  /** Reading of the node's clocks, for rungs about time. */
  monotonicUs(node: number): number;
  wallUs(node: number): number;
  /** Whether the node's monotonic clock drifts within the declared bound and it is not slowed. */
  clockWithinBounds(node: number): boolean;
  /** Whether the node's disk works at normal speed without a fault in force. */
  diskHealthy(node: number): boolean;
  /** Whether bytes or names that the node's disk promised are damaged or lost. */
  damaged(node: number): boolean;
  /**
   * Whether an operation of the node's current life failed with EIO. From then on the component
   * may stand aside until its next life, so nothing is owed by it.
   */
  metIoError(node: number): boolean;
  /**
   * Grows whenever the answer of `status`, `linkOpen`, `linkFair`, `clockWithinBounds`,
   * `diskHealthy`, `damaged` or `metIoError` may have changed for any node; else stands still.
   */
  readonly topologyVersion: number;
}
