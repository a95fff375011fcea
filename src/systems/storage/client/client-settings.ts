import type { NodeId } from '../../../sim/message.ts';
import type { SessionRole } from '../metadata/rows.ts';
import { type StorageSettings, simulationSettings } from '../metadata/settings.ts';
import type { StorageClass } from '../placement/storage-class.ts';
import { type StorageTimings, simulationTimings } from '../timings.ts';

/**
 * How fresh a client's view is.
 * - `strict`: an answer is kept only under a lease, which ends before anybody can change it; a write
 *   is durable and counts when it returns.
 * - `close-to-open`: who opens a file sees what was closed or synced before; in between, reads may be
 *   old and writes are buffered.
 */
export type CacheMode = 'strict' | 'close-to-open';

/** What makes a client of the file store. */
export interface ClientSettings {
  /** Nodes that may lead, in the order in which they are tried. */
  readonly masters: readonly NodeId[];
  readonly mode: CacheMode;
  /** A number of this client's, to tell its sessions from those of others. */
  readonly owner: number;
  /** Whom its sessions act for. */
  readonly role: SessionRole;
  readonly storage: StorageSettings;
  readonly timings: StorageTimings;
  /** All classes of the cluster: a grant names its class by id only. */
  readonly classes: readonly StorageClass[];
  /** Ids of chunkservers that it may have emptied. */
  readonly servers: readonly number[];
  /** When an operation gives up. */
  readonly deadlineUs: number;
  /** First pause before something is tried again; doubles up to eight times that. */
  readonly pauseUs: number;
  /** How often a held lock is asked for again by who waits for it. */
  readonly lockPollUs: number;
  /** A write lease that nobody used for so long is given back. */
  readonly idleReleaseUs: number;
  /** How long a stripe's data parts are waited for before others are asked. */
  readonly hedgeUs: number;
  /** Bytes of a file that wait to be written in close-to-open mode. */
  readonly bufferBytes: number;
  /** Symbolic links that may be followed on the way along one path. */
  readonly maxLinksFollowed: number;
}

/** Settings for a simulation; who the masters are and which classes there are has to be said. */
export const simulationClient: Omit<ClientSettings, 'masters' | 'classes'> = {
  mode: 'strict',
  owner: 1,
  role: 'client',
  storage: simulationSettings,
  timings: simulationTimings,
  servers: [],
  deadlineUs: 4_000_000,
  pauseUs: 10_000,
  lockPollUs: 50_000,
  idleReleaseUs: 500_000,
  hedgeUs: 40_000,
  bufferBytes: 16_384,
  maxLinksFollowed: 8,
};
