import type { Address } from '../../../sim/message.ts';
import type { DeliverySender } from '../secrets/delivery.ts';
import type { TaskReport } from '../state/command.ts';
import type { DesiredState } from '../tasks/task-states.ts';

/** What a leader knows of a worker that has registered with it, in this term. */
export interface WorkerSession {
  readonly name: string;
  /** Id of the node. */
  readonly node: string;
  readonly address: Address;
  readonly registration: number;
  /** The request that opened it: asked again it is answered again. */
  readonly request: number;
  readonly sender: DeliverySender;
  // Assignments.
  /** What was sent of each task; a task that is not here was not sent. */
  readonly told: Map<string, DesiredState>;
  /** Tasks about which something has changed. */
  readonly dirty: Set<string>;
  /** `name/version` of the secrets that it has, and the tasks that need them. */
  readonly secrets: Map<string, Set<string>>;
  /** All of it is to be sent. */
  full: boolean;
  /** It waits for the next batch. */
  queued: boolean;
  drainDeadlineUs: number;
  sentTo: number;
  /** The newest that its beats have shown. */
  sentKnown: number;
  /** When it was last known to get on: it showed something new, or was sent all of it, or the next while it had all. */
  sentAtUs: number;
  // The mesh and the tables.
  tablesTo: number;
  tablesKnown: number;
  tablesAtUs: number;
  meshAtUs: number;
  /** The newest root that it was heard to trust, whether that is committed or not. */
  trusts: number;
  // Reports.
  readonly reports: { readonly number: number; readonly reports: readonly TaskReport[] }[];
  /** Numbers of reports that wait or are on their way into the log. */
  readonly pending: Set<number>;
  reporting: boolean;
  /** `volume/epoch` of claims that are being given back: what is said again is not proposed again. */
  readonly releasing: Set<string>;
}

export function newWorkerSession(
  given: Pick<
    WorkerSession,
    'name' | 'node' | 'address' | 'registration' | 'request' | 'sender' | 'trusts'
  >,
): WorkerSession {
  return {
    ...given,
    told: new Map(),
    dirty: new Set(),
    secrets: new Map(),
    full: true,
    queued: false,
    drainDeadlineUs: 0,
    sentTo: 0,
    sentKnown: 0,
    sentAtUs: 0,
    tablesTo: 0,
    tablesKnown: 0,
    tablesAtUs: 0,
    meshAtUs: 0,
    reports: [],
    pending: new Set(),
    reporting: false,
    releasing: new Set(),
  };
}
