import type { Redundancy } from '../../src/systems/storage/placement/storage-class.ts';
import type { TrafficMeter } from './traffic-meter.ts';

/** An operation of a client that succeeded. */
export interface DoneOperation {
  readonly kind: 'read' | 'write' | 'other';
  /** When it was asked for, and how long that took, in microseconds of true time. */
  readonly atUs: number;
  readonly tookUs: number;
  /** Of the file, for reads and writes. */
  readonly bytes: number;
}

/** A failure domain that is lost for good. */
export type LostDomain = 'host' | 'zone';

/** A storage cluster under a steady load, as the benchmark drives it. */
export interface MeasuredCluster {
  readonly traffic: TrafficMeter;
  /** Goes on to that true time. Throws when a rung broke: figures of such a run say nothing. */
  advance(untilUs: number): void;
  /** What clients have done so far, in the order of completion. */
  operations(): readonly DoneOperation[];
  /** Parts that live chunks should have and have on no server that is up: the truth, not the master's view. */
  missingParts(): number;
  /** Takes the power of a chunkserver, or of all in a zone, for good. */
  lose(domain: LostDomain): void;
}

/** Builds a cluster of 24 chunkservers in six zones, whose files all have one code. */
export type OpenCluster = (redundancy: Redundancy, seed: number) => MeasuredCluster;
