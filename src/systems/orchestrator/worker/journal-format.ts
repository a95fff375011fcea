import { decodeField, encodeField } from '../../common/field-bytes.ts';
import {
  blob,
  type Field,
  flag,
  integer,
  listOf,
  oneOf,
  orNull,
  structure,
  text,
  union,
} from '../../common/fields.ts';
import { identityField, type NodeIdentity, noIdentity } from '../identity/node-identity.ts';
import { type RootRow, rootField } from '../identity/root-rotation.ts';
import { type AssignedTask, assignedTaskField } from '../messages/worker-messages.ts';
import { type Health, healthStates } from '../state/rows.ts';
import { type TaskState, taskStates } from '../tasks/task-states.ts';

/** Who this worker is, and whom it asks. */
export interface Membership {
  /** Id of the node; empty before it has joined. */
  readonly node: string;
  readonly identity: NodeIdentity;
  /** Private X25519 key of the mesh, 32 bytes; null before there is one. */
  readonly meshSeed: Uint8Array | null;
  readonly roots: readonly RootRow[];
  /** All managers that it was told of. */
  readonly managers: readonly string[];
}

export const noMember: Membership = {
  node: '',
  identity: noIdentity,
  meshSeed: null,
  roots: [],
  managers: [],
};

/** What the worker says of a task. */
export interface TaskStatus {
  readonly observed: TaskState;
  readonly health: Health;
  /** Counts what was said of the task. */
  readonly sequence: number;
  readonly exitCode: number;
  readonly reason: string;
  /** Wall clock at the starts that this worker made by itself while it was cut off, the newest. */
  readonly restarts: readonly number[];
}

/** A claim of an exclusive volume that is to be given back. */
export interface OwedClaim {
  readonly volume: string;
  readonly epoch: number;
}

/** What the journal says. Each record gives new values: playing it again does nothing. */
export type WorkerRecord =
  | { readonly kind: 'member'; readonly member: Membership }
  /** Full: whatever is not in it is no longer this node's. */
  | {
      readonly kind: 'assign';
      readonly full: boolean;
      readonly tasks: readonly AssignedTask[];
      readonly removed: readonly string[];
    }
  | { readonly kind: 'status'; readonly task: string; readonly status: TaskStatus }
  /** Nothing of a task that is not this node's any more is left here. */
  | { readonly kind: 'gone'; readonly task: string }
  /** The managers know that a claim is given back. */
  | { readonly kind: 'released'; readonly volume: string; readonly epoch: number };

/** A task in a checkpoint. */
export interface SavedTask {
  readonly assigned: AssignedTask;
  readonly dropped: boolean;
  readonly status: TaskStatus;
}

export interface WorkerCheckpoint {
  readonly member: Membership;
  readonly tasks: readonly SavedTask[];
  readonly owed: readonly OwedClaim[];
}

const list = <T>(item: Field<T>): Field<readonly T[]> => listOf(item) as Field<readonly T[]>;

const memberField: Field<Membership> = structure<Membership>({
  node: text,
  identity: identityField,
  meshSeed: orNull(blob),
  roots: list(rootField),
  managers: list(text),
});

const statusField: Field<TaskStatus> = structure<TaskStatus>({
  observed: oneOf(taskStates),
  health: oneOf(healthStates),
  sequence: integer,
  exitCode: integer,
  reason: text,
  restarts: list(integer),
});

const recordField: Field<WorkerRecord> = union<WorkerRecord>({
  member: { member: memberField },
  assign: { full: flag, tasks: list(assignedTaskField), removed: list(text) },
  status: { task: text, status: statusField },
  gone: { task: text },
  released: { volume: text, epoch: integer },
});

const checkpointField: Field<WorkerCheckpoint> = structure<WorkerCheckpoint>({
  member: memberField,
  tasks: list(
    structure<SavedTask>({ assigned: assignedTaskField, dropped: flag, status: statusField }),
  ),
  owed: list(structure<OwedClaim>({ volume: text, epoch: integer })),
});

export function encodeWorkerRecord(record: WorkerRecord): Uint8Array {
  return encodeField(recordField, record);
}

/** Throws a RangeError on bytes that `encodeWorkerRecord` cannot have made. */
export function decodeWorkerRecord(bytes: Uint8Array): WorkerRecord {
  return decodeField(recordField, bytes);
}

export function encodeWorkerCheckpoint(checkpoint: WorkerCheckpoint): Uint8Array {
  return encodeField(checkpointField, checkpoint);
}

/** Throws a RangeError on bytes that `encodeWorkerCheckpoint` cannot have made. */
export function decodeWorkerCheckpoint(bytes: Uint8Array): WorkerCheckpoint {
  return decodeField(checkpointField, bytes);
}
