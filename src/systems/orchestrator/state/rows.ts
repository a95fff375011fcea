import {
  type Field,
  flag,
  integer,
  listOf,
  oneOf,
  orNull,
  structure,
  text,
} from '../../common/fields.ts';
import {
  type NodeDescription,
  type NodeSpec,
  nodeDescriptionField,
  nodeField,
} from '../specs/node-spec.ts';
import { protocols } from '../specs/ports.ts';
import { type QuotaSpec, quotaField } from '../specs/quota-spec.ts';
import { type ServiceSpec, serviceField } from '../specs/service-spec.ts';
import { type VolumeSpec, volumeField } from '../specs/volume-spec.ts';
import {
  type DesiredState,
  desiredStates,
  type TaskState,
  taskStates,
} from '../tasks/task-states.ts';

/** A port on a node that leads to a task. */
export interface HostPort {
  readonly containerPort: number;
  readonly protocol: (typeof protocols)[number];
  readonly hostPort: number;
}

export const hostPortsField: Field<readonly HostPort[]> = listOf(
  structure<HostPort>({ containerPort: integer, protocol: oneOf(protocols), hostPort: integer }),
) as Field<readonly HostPort[]>;

export const healthStates = ['none', 'starting', 'healthy', 'unhealthy'] as const;
/** What the probe says: `none` where a task has no probe. */
export type Health = (typeof healthStates)[number];

/** One run of a container, from its creation to its end. Times are the state machine's. */
export interface Task {
  // What it is: never changed.
  readonly service: string;
  /** The number of the slot from 1 on, or the node of a global service. */
  readonly slot: string;
  readonly revision: number;
  readonly createdIndex: number;
  /** It stands in for one that ended by itself: it counts as a restart. */
  readonly restart: boolean;
  // What the managers write.
  desired: DesiredState;
  /** Before this time it is not wanted running: the delay of a restart. */
  notBeforeUs: number;
  /** Empty before a node was chosen. */
  node: string;
  /** 0 before it has one, and after it was given back. */
  address: number;
  ports: readonly HostPort[];
  /** Since when its node is given up for the time being, 0 otherwise: another stands in for it. */
  lostUs: number;
  // What the agent writes; the steps up to `assigned` are the managers'.
  observed: TaskState;
  health: Health;
  /** The agent's count of its reports on this task. */
  sequence: number;
  exitCode: number;
  reason: string;
  // When reports said so.
  startedUs: number;
  /** Since when it has been running and healthy without a break; 0 while it is not. */
  healthyUs: number;
  endedUs: number;
}

export const taskField: Field<Task> = structure<Task>({
  service: text,
  slot: text,
  revision: integer,
  createdIndex: integer,
  restart: flag,
  desired: oneOf(desiredStates),
  notBeforeUs: integer,
  node: text,
  address: integer,
  ports: hostPortsField,
  lostUs: integer,
  observed: oneOf(taskStates),
  health: oneOf(healthStates),
  sequence: integer,
  exitCode: integer,
  reason: text,
  startedUs: integer,
  healthyUs: integer,
  endedUs: integer,
});

/** The address of a service in a network. */
export interface VirtualAddress {
  readonly network: string;
  readonly address: number;
}

/** The tasks of one revision get `weight` percent of the traffic, all others share the rest. */
export interface TrafficShare {
  readonly revision: number;
  readonly weight: number;
}

export interface Service {
  /** What was asked for last; its template is that of `revision`. */
  spec: ServiceSpec;
  /** Counts changes, for compare-and-set. */
  version: number;
  createdIndex: number;
  /** The revision of tasks that is wanted. */
  revision: number;
  /** What a rollback goes back to; 0 for nothing. */
  previousRevision: number;
  nextRevision: number;
  addresses: readonly VirtualAddress[];
  /** Null: every healthy task gets the same. */
  share: TrafficShare | null;
  /** The deployment under way, else empty. */
  deployment: string;
  /** The newest deployment, under way or over, else empty. */
  lastDeployment: string;
  /** It is going away: as soon as its last task is gone. */
  removing: boolean;
}

export const serviceRowField: Field<Service> = structure<Service>({
  spec: serviceField,
  version: integer,
  createdIndex: integer,
  revision: integer,
  previousRevision: integer,
  nextRevision: integer,
  addresses: listOf(structure<VirtualAddress>({ network: text, address: integer })) as Field<
    readonly VirtualAddress[]
  >,
  share: orNull(structure<TrafficShare>({ revision: integer, weight: integer })),
  deployment: text,
  lastDeployment: text,
  removing: flag,
});

/** A version of a service's tasks. */
export interface Revision {
  readonly spec: ServiceSpec;
  /** Versions of the secrets that it names, in its order, as they were when it was made. */
  readonly secrets: readonly number[];
}

export const revisionField: Field<Revision> = structure<Revision>({
  spec: serviceField,
  secrets: listOf(integer) as Field<readonly number[]>,
});

/** What is remembered of the restarts of a slot's tasks of one revision. */
export interface Restarts {
  /** When they were made: the newest, at most as many as the policy allows. */
  times: readonly number[];
}

export const restartsField: Field<Restarts> = structure<Restarts>({
  times: listOf(integer) as Field<readonly number[]>,
});

export const nodeStatuses = ['up', 'down', 'fenced'] as const;
/**
 * - `up`: it has registered and its heartbeats came in time.
 * - `down`: they stopped; what is on it may run on.
 * - `fenced`: they stopped so long ago that it has stopped all tasks that are to be fenced.
 */
export type NodeStatus = (typeof nodeStatuses)[number];

export interface Node {
  spec: NodeSpec;
  description: NodeDescription;
  version: number;
  createdIndex: number;
  status: NodeStatus;
  /** When the status changed. */
  statusUs: number;
  /** Index of the entry of its newest registration: reports of earlier ones are refused. */
  registration: number;
  /** In the overlay. */
  address: number;
}

export const nodeRowField: Field<Node> = structure<Node>({
  spec: nodeField,
  description: nodeDescriptionField,
  version: integer,
  createdIndex: integer,
  status: oneOf(nodeStatuses),
  statusUs: integer,
  registration: integer,
  address: integer,
});

/** The right to have an exclusive volume open. */
export interface Claim {
  readonly task: string;
  readonly node: string;
  /** Index of the entry that gave it: storage accepts nothing from older ones. */
  readonly epoch: number;
}

export interface Volume {
  spec: VolumeSpec;
  createdIndex: number;
  /** Id of the node that a local volume is on, once it is on one. */
  node: string;
  /** Of an exclusive volume; null while nobody may have it open. */
  claim: Claim | null;
}

export const volumeRowField: Field<Volume> = structure<Volume>({
  spec: volumeField,
  createdIndex: integer,
  node: text,
  claim: orNull(structure<Claim>({ task: text, node: text, epoch: integer })),
});

/** What a group of services may have together. */
export interface Quota {
  spec: QuotaSpec;
  /** Counts changes, for compare-and-set. */
  version: number;
  createdIndex: number;
}

export const quotaRowField: Field<Quota> = structure<Quota>({
  spec: quotaField,
  version: integer,
  createdIndex: integer,
});

/** Who has an address or a port: the id of a task, a service or a node. */
export interface Lease {
  readonly owner: string;
}

export const leaseField: Field<Lease> = structure<Lease>({ owner: text });

/** When tasks of a service failed on a node: the newest. */
export interface Penalty {
  times: readonly number[];
}

export const penaltyField: Field<Penalty> = structure<Penalty>({
  times: listOf(integer) as Field<readonly number[]>,
});

/** A client whose requests are carried out once each. */
export interface Session {
  readonly owner: string;
  /** All requests below have been answered, and the answers seen. */
  oldest: number;
  /** Index of its newest entry. */
  activeIndex: number;
}

export const sessionField: Field<Session> = structure<Session>({
  owner: text,
  oldest: integer,
  activeIndex: integer,
});
