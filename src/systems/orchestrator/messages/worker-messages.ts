import {
  blob,
  type Field,
  type Fields,
  flag,
  integer,
  listOf,
  type OfKind,
  oneOf,
  orNull,
  structure,
  text,
} from '../../common/fields.ts';
import {
  type Certificate,
  certificateField,
  type SigningRequest,
} from '../identity/certificates.ts';
import { type RootRow, rootField } from '../identity/root-rotation.ts';
import { type Membership, membershipField } from '../mesh/mesh.ts';
import { type ServiceTable, serviceTableField } from '../network/service-table.ts';
import type { Delivered } from '../secrets/delivery.ts';
import { type NodeDescription, nodeDescriptionField, nodeRoles } from '../specs/node-spec.ts';
import { type ServiceSpec, serviceField } from '../specs/service-spec.ts';
import type { TaskReport } from '../state/command.ts';
import { taskReportsField } from '../state/command-codec.ts';
import { type Refusal, refusals } from '../state/reply.ts';
import { type HostPort, hostPortsField } from '../state/rows.ts';
import { type DesiredState, desiredStates } from '../tasks/task-states.ts';

/** A question and its answer have one number, the asker's own. */
interface Asked {
  readonly request: number;
}

/** Of a session, which ends when the worker registers again, or another manager leads. */
interface OfSession {
  /** Term and number: none comes twice. */
  readonly session: string;
}

/** How a manager takes a worker's question. */
export const callOutcomes = [
  'done',
  /** `leader` may help. */
  'not-leader',
  /** Not now: ask again later. */
  'unavailable',
  /** It may take effect or not: the same question again tells. */
  'unknown',
  /** The reply, or the refusal, says why. */
  'refused',
] as const;
export type CallOutcome = (typeof callOutcomes)[number];

// ---------------------------------------------------------------- to managers

/** A machine that is no member yet asks to become one. The same key again gets the same place. */
export interface Join extends Asked {
  readonly kind: 'join';
  /** As a person carries it: see `parseToken`. */
  readonly token: string;
  /** Its subject is the name that the node is to have. */
  readonly signing: SigningRequest;
  readonly description: NodeDescription;
  /** X25519, 32 bytes: packets of the mesh and secrets are sealed for it. */
  readonly meshKey: Uint8Array;
}

/** A member asks for a new certificate: for the key in `signing`, over the session that the present one began. */
export interface Renew extends Asked, OfSession {
  readonly kind: 'renew';
  readonly signing: SigningRequest;
}

/**
 * A member comes, or comes again. Without a `challenge` of this manager it gets one; with it and its
 * signature it gets a session.
 */
export interface Register extends Asked {
  readonly kind: 'register';
  readonly certificate: Certificate;
  readonly challenge: string;
  /** Over `challengeBytes`, in hex. */
  readonly signature: string;
  readonly description: NodeDescription;
  readonly meshKey: Uint8Array;
  /** The newest root that it trusts. */
  readonly trusts: number;
}

/** How far a worker has got: what it has persisted or taken in. */
export interface Progress {
  /** `to` of the last assignment; 0: none in this session. */
  readonly assigned: number;
  /** Revision of the membership. */
  readonly mesh: number;
  /** `to` of the last tables; 0: none in this session. */
  readonly tables: number;
  /** The newest root that it trusts. */
  readonly trusts: number;
  /** Of the certificate that it has. */
  readonly serial: number;
}

/** A worker lives. Its lease begins when it *sends* this, once it is answered. */
export interface Beat extends OfSession, Progress {
  readonly kind: 'beat';
  /** Counts the beats of the session, from 1. */
  readonly beat: number;
}

/** What became of tasks. Sent again until it is answered. */
export interface Report extends OfSession {
  readonly kind: 'report';
  /** Counts the reports of the session, from 1. */
  readonly report: number;
  readonly reports: readonly TaskReport[];
}

/** An exclusive volume is no longer open here, or never was: for every claim of a task that is over. */
export interface Unmounted extends OfSession {
  readonly kind: 'unmounted';
  readonly volume: string;
  readonly epoch: number;
}

// ---------------------------------------------------------------- to workers

/** Answers a join and a renewal. The certificate is null unless it is done. */
export interface Certified extends Asked {
  readonly kind: 'certified';
  readonly outcome: CallOutcome;
  readonly why: Refusal | null;
  readonly leader: string;
  /** Id of the node. */
  readonly node: string;
  readonly certificate: Certificate | null;
  readonly roots: readonly RootRow[];
}

/** To be signed and sent back with the registration. */
export interface Challenge extends Asked {
  readonly kind: 'challenge';
  readonly challenge: string;
}

/** A registration is committed: the session begins. What was known of assignments is void. */
export interface SessionBegins extends Asked, OfSession {
  readonly kind: 'session';
  readonly node: string;
  readonly registration: number;
  readonly term: number;
  readonly beatUs: number;
  readonly leaseUs: number;
  /** Names of all managers. */
  readonly managers: readonly string[];
  /** X25519: with it and its own key the worker makes the session's `deliveryKey`. */
  readonly managerKey: Uint8Array;
  readonly roots: readonly RootRow[];
}

/** There is no session: `not-leader`, or what is wrong with who asks. */
export interface TurnedAway extends Asked {
  readonly kind: 'turned-away';
  readonly outcome: CallOutcome;
  readonly why: Refusal | null;
  readonly what: string;
  readonly leader: string;
}

/** This manager knows no such session, or no longer: the worker has to register. */
export interface SessionOver extends OfSession {
  readonly kind: 'session-over';
  readonly leader: string;
}

export interface BeatHeard extends OfSession {
  readonly kind: 'beat-heard';
  readonly beat: number;
  /** A quorum still took this manager for the leader when the beat came. */
  readonly term: number;
}

/** The reports are committed. */
export interface ReportHeard extends OfSession {
  readonly kind: 'report-heard';
  readonly report: number;
}

/** The claim is given back, or was before. */
export interface UnmountedHeard extends OfSession {
  readonly kind: 'unmounted-heard';
  readonly volume: string;
  readonly epoch: number;
}

/** A volume of a task, where it has to be mounted. */
export interface AssignedVolume {
  readonly volume: string;
  /** Its name, as the mounts of the specification have it. */
  readonly name: string;
  readonly exclusive: boolean;
  /** Of the claim, to be shown to the storage at each write; 0 when the volume is not exclusive. */
  readonly epoch: number;
}

/** All that a worker has to know of a task. */
export interface AssignedTask {
  readonly task: string;
  readonly service: string;
  readonly slot: string;
  readonly revision: number;
  readonly desired: DesiredState;
  readonly spec: ServiceSpec;
  readonly address: number;
  readonly ports: readonly HostPort[];
  readonly volumes: readonly AssignedVolume[];
  /** Versions of the secrets, in the order of the specification. */
  readonly secrets: readonly number[];
  /** The managers' count of its reports: the worker's next ones are above it. */
  readonly sequence: number;
}

/**
 * What a node is to do. Full: all of it, and nothing else is its own any more. Else what has changed
 * since `from`, which the worker must have; one that has something else ignores it, and its beats show it.
 */
export interface Assign extends OfSession {
  readonly kind: 'assign';
  readonly full: boolean;
  readonly from: number;
  /** Index of the entry as of which it is. */
  readonly to: number;
  readonly tasks: readonly AssignedTask[];
  /** Tasks that are no longer known: their containers go at once. */
  readonly removed: readonly string[];
  /** Sealed for this session. */
  readonly secrets: readonly Delivered[];
  /** `name/version` of secrets that no task of the node needs any more. */
  readonly forgotten: readonly string[];
  /** The node is drained since; its tasks are stopped one by one, at the deadline all of them. 0: it is not. */
  readonly drainDeadlineUs: number;
}

/** Who is in the mesh now. */
export interface Mesh extends OfSession {
  readonly kind: 'mesh';
  readonly membership: Membership;
  readonly roots: readonly RootRow[];
}

export interface NetworkTable {
  readonly network: string;
  readonly table: ServiceTable;
}

/** Where requests go: tables that are new since `from`. Each of them goes its own way by revision. */
export interface Tables extends OfSession {
  readonly kind: 'tables';
  readonly full: boolean;
  readonly from: number;
  readonly to: number;
  readonly tables: readonly NetworkTable[];
}

/** What workers and managers say to each other. */
export type WorkerMessage =
  | Join
  | Renew
  | Register
  | Beat
  | Report
  | Unmounted
  | Certified
  | Challenge
  | SessionBegins
  | TurnedAway
  | SessionOver
  | BeatHeard
  | ReportHeard
  | UnmountedHeard
  | Assign
  | Mesh
  | Tables;

type FieldsOf<Kind extends WorkerMessage['kind']> = Fields<
  Omit<OfKind<WorkerMessage, Kind>, 'kind'>
>;

const asked = { request: integer };
const ofSession = { session: text };
const list = <T>(item: Field<T>): Field<readonly T[]> => listOf(item) as Field<readonly T[]>;

const signingField: Field<SigningRequest> = structure<SigningRequest>({
  subject: text,
  role: oneOf(nodeRoles),
  publicKey: text,
  signature: text,
});
const outcomeField: Field<CallOutcome> = oneOf(callOutcomes);
const whyField: Field<Refusal | null> = orNull(oneOf(refusals));
const roots: Field<readonly RootRow[]> = list(rootField);

export const assignedTaskField: Field<AssignedTask> = structure<AssignedTask>({
  task: text,
  service: text,
  slot: text,
  revision: integer,
  desired: oneOf(desiredStates),
  spec: serviceField,
  address: integer,
  ports: hostPortsField,
  volumes: list(
    structure<AssignedVolume>({ volume: text, name: text, exclusive: flag, epoch: integer }),
  ),
  secrets: list(integer),
  sequence: integer,
});

const deliveredField: Field<Delivered> = structure<Delivered>({
  name: text,
  version: integer,
  sequence: integer,
  sealed: blob,
});

export const workerMessageFields: {
  readonly [Kind in WorkerMessage['kind']]: FieldsOf<Kind>;
} = {
  join: {
    ...asked,
    token: text,
    signing: signingField,
    description: nodeDescriptionField,
    meshKey: blob,
  },
  renew: { ...asked, ...ofSession, signing: signingField },
  register: {
    ...asked,
    certificate: certificateField,
    challenge: text,
    signature: text,
    description: nodeDescriptionField,
    meshKey: blob,
    trusts: integer,
  },
  beat: {
    ...ofSession,
    beat: integer,
    assigned: integer,
    mesh: integer,
    tables: integer,
    trusts: integer,
    serial: integer,
  },
  report: { ...ofSession, report: integer, reports: taskReportsField },
  unmounted: { ...ofSession, volume: text, epoch: integer },
  certified: {
    ...asked,
    outcome: outcomeField,
    why: whyField,
    leader: text,
    node: text,
    certificate: orNull(certificateField),
    roots,
  },
  challenge: { ...asked, challenge: text },
  session: {
    ...asked,
    ...ofSession,
    node: text,
    registration: integer,
    term: integer,
    beatUs: integer,
    leaseUs: integer,
    managers: list(text),
    managerKey: blob,
    roots,
  },
  'turned-away': { ...asked, outcome: outcomeField, why: whyField, what: text, leader: text },
  'session-over': { ...ofSession, leader: text },
  'beat-heard': { ...ofSession, beat: integer, term: integer },
  'report-heard': { ...ofSession, report: integer },
  'unmounted-heard': { ...ofSession, volume: text, epoch: integer },
  assign: {
    ...ofSession,
    full: flag,
    from: integer,
    to: integer,
    tasks: list(assignedTaskField),
    removed: list(text),
    secrets: list(deliveredField),
    forgotten: list(text),
    drainDeadlineUs: integer,
  },
  mesh: { ...ofSession, membership: membershipField, roots },
  tables: {
    ...ofSession,
    full: flag,
    from: integer,
    to: integer,
    tables: list(structure<NetworkTable>({ network: text, table: serviceTableField })),
  },
};
