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
  union,
} from '../../common/fields.ts';
import { type Backup, backupField } from '../backup/backup.ts';
import { type Deployment, deploymentField } from '../deployments/deployment.ts';
import { type Labels, labelsField } from '../specs/labels.ts';
import { type QuotaLimits, quotaLimitsField } from '../specs/quota-spec.ts';
import { type SecretSpec, secretField } from '../specs/secret-spec.ts';
import type { ApplyPart, Command } from '../state/command.ts';
import { applyPartsField, commandField } from '../state/command-codec.ts';
import { type Reply, replyField } from '../state/reply.ts';
import {
  type Node,
  nodeRowField,
  type Quota,
  quotaRowField,
  type Service,
  serviceRowField,
  type Task,
  taskField,
  type Volume,
  volumeRowField,
} from '../state/rows.ts';
import { type CallOutcome, callOutcomes } from './worker-messages.ts';

/** A question and its answer have one number, the asker's own. */
interface Asked {
  readonly request: number;
}

/** Names a request for ever: asked again it gets the same answer, and is carried out once. */
interface OfSession {
  /** 0 for opening a session alone. */
  readonly session: number;
  readonly sequence: number;
  /** The client has the answers to all requests below. */
  readonly oldest: number;
}

/** A client's command. Anything but those of clients and `open-session` is refused. */
export interface Call extends Asked, OfSession {
  readonly kind: 'call';
  readonly command: Command;
}

/**
 * A value for a secret, as a new version of it. It is sealed for the leader of `term` by the
 * `deliveryKey` of the client's key and the leader's (query `keys`) and `putSessionName`; for any other
 * the call is `unavailable`, and the client seals it anew under the same sequence.
 */
export interface PutSecret extends Asked, OfSession {
  readonly kind: 'put-secret';
  readonly name: string;
  /** The newest version that the client knows; 0: it is to be the first. */
  readonly version: number;
  readonly labels: Labels;
  readonly term: number;
  readonly clientKey: Uint8Array;
  readonly sealed: Uint8Array;
}

/** A value in an `apply`: as `PutSecret` has it, under the key that all of them share. */
export interface SealedSecret {
  readonly name: string;
  readonly version: number;
  readonly labels: Labels;
  /** Each has another one: the values are sealed under one key. */
  readonly sequence: number;
  readonly sealed: Uint8Array;
}

/** Values and all else that a manifest comes down to, to be committed as one. Sealed as `PutSecret`. */
export interface Apply extends Asked, OfSession {
  readonly kind: 'apply';
  readonly term: number;
  readonly clientKey: Uint8Array;
  readonly secrets: readonly SealedSecret[];
  /** No values among them. */
  readonly parts: readonly ApplyPart[];
}

/**
 * How a call ended. Only `unknown` leaves open whether it takes effect: the same call again tells.
 * `reply` is there with `done`.
 */
export interface CallDone extends Asked {
  readonly kind: 'call-done';
  readonly outcome: CallOutcome;
  readonly leader: string;
  /** Index of the entry: a later read with `minIndex` of it sees its effect. */
  readonly index: number;
  readonly reply: Reply | null;
  /** Of `create-token` alone, and told once: as a person carries it. */
  readonly token: string;
}

/** What may be asked about the store. Names, not ids, where there are some. */
export type Query =
  | { readonly kind: 'service'; readonly name: string }
  | { readonly kind: 'services' }
  /** Of a service, by its id: all that are known, ended ones too. */
  | { readonly kind: 'tasks'; readonly service: string }
  | { readonly kind: 'node'; readonly name: string }
  | { readonly kind: 'nodes' }
  | { readonly kind: 'volume'; readonly name: string }
  | { readonly kind: 'deployment'; readonly deployment: string }
  | { readonly kind: 'quota'; readonly name: string }
  | { readonly kind: 'quotas' }
  /** All that people have asked for. */
  | { readonly kind: 'backup' }
  | { readonly kind: 'secrets' }
  /** What a value for the leader is sealed with. */
  | { readonly kind: 'keys' }
  /** Of the manager that is asked. */
  | { readonly kind: 'metrics' };

export interface Named {
  readonly id: string;
  readonly name: string;
  readonly version: number;
}

export interface TaskOf {
  readonly id: string;
  readonly task: Task;
}

/** What is known of a secret: never its value. */
export interface SecretOf {
  readonly spec: SecretSpec;
  readonly version: number;
}

export type Answer =
  | { readonly kind: 'none' }
  | { readonly kind: 'service'; readonly id: string; readonly service: Service }
  | { readonly kind: 'node'; readonly id: string; readonly node: Node }
  | { readonly kind: 'volume'; readonly id: string; readonly volume: Volume }
  | { readonly kind: 'deployment'; readonly id: string; readonly deployment: Deployment }
  /** With what counts for it as of that index. */
  | {
      readonly kind: 'quota';
      readonly id: string;
      readonly quota: Quota;
      readonly used: QuotaLimits;
    }
  | { readonly kind: 'list'; readonly items: readonly Named[] }
  | { readonly kind: 'tasks'; readonly tasks: readonly TaskOf[] }
  | { readonly kind: 'secrets'; readonly secrets: readonly SecretOf[] }
  | { readonly kind: 'keys'; readonly term: number; readonly managerKey: Uint8Array }
  | { readonly kind: 'backup'; readonly backup: Backup }
  | { readonly kind: 'text'; readonly text: string };

/**
 * Reads. `fresh`: of the leader, as new as all that was acknowledged anywhere. Else any manager
 * answers that has applied `minIndex`: a client never sees less than it has seen, if it asks for it.
 */
export interface Ask extends Asked {
  readonly kind: 'ask';
  readonly fresh: boolean;
  readonly minIndex: number;
  readonly query: Query;
}

/** `behind`: this manager has not got to `minIndex` in time. */
export const readOutcomes = ['done', 'not-leader', 'unavailable', 'behind'] as const;
export type ReadResult = (typeof readOutcomes)[number];

export interface Told extends Asked {
  readonly kind: 'told';
  readonly outcome: ReadResult;
  readonly leader: string;
  /** As of which entry. */
  readonly index: number;
  readonly answer: Answer | null;
}

/** What happened to an object. */
export const eventKinds = ['made', 'changed', 'gone'] as const;

export interface Event {
  /** Of the entry; events of one entry stand together, in one order everywhere. */
  readonly index: number;
  readonly what: (typeof eventKinds)[number];
  /** The table: services, tasks, nodes, volumes, deployments, secrets, quotas. */
  readonly table: string;
  readonly id: string;
  /** In a word: the state of a task, the status of a node, the phase of a deployment, a version. */
  readonly detail: string;
}

/** Asks any manager for what happened after the entry `after`, at most `most` events of whole entries. */
export interface Watch extends Asked {
  readonly kind: 'watch';
  readonly after: number;
  readonly most: number;
}

/**
 * All that happened after `after` up to `to`. `gap`: not all of it; what happened from `after` to
 * `from` is no longer known, and the subscriber has to read the store as of `from` or later.
 */
export interface Watched extends Asked {
  readonly kind: 'watched';
  readonly from: number;
  readonly to: number;
  readonly gap: boolean;
  readonly events: readonly Event[];
}

/** What clients and managers say to each other. */
export type ClientMessage = Call | PutSecret | Apply | CallDone | Ask | Told | Watch | Watched;

/** The name of the session of a `deliveryKey` for one value. */
export function putSessionName({ session, sequence, term }: PutSecretName): string {
  return `put/${term}/${session}/${sequence}`;
}

export type PutSecretName = Pick<PutSecret, 'session' | 'sequence' | 'term'>;

type FieldsOf<Kind extends ClientMessage['kind']> = Fields<
  Omit<OfKind<ClientMessage, Kind>, 'kind'>
>;

const asked = { request: integer };
const ofSession = { session: integer, sequence: integer, oldest: integer };
const list = <T>(item: Field<T>): Field<readonly T[]> => listOf(item) as Field<readonly T[]>;
const outcomeField: Field<CallOutcome> = oneOf(callOutcomes);

const queryField: Field<Query> = union<Query>({
  service: { name: text },
  services: {},
  tasks: { service: text },
  node: { name: text },
  nodes: {},
  volume: { name: text },
  deployment: { deployment: text },
  secrets: {},
  keys: {},
  metrics: {},
  quota: { name: text },
  quotas: {},
  backup: {},
});

const answerField: Field<Answer> = union<Answer>({
  none: {},
  service: { id: text, service: serviceRowField },
  node: { id: text, node: nodeRowField },
  volume: { id: text, volume: volumeRowField },
  deployment: { id: text, deployment: deploymentField },
  list: { items: list(structure<Named>({ id: text, name: text, version: integer })) },
  tasks: { tasks: list(structure<TaskOf>({ id: text, task: taskField })) },
  secrets: { secrets: list(structure<SecretOf>({ spec: secretField, version: integer })) },
  keys: { term: integer, managerKey: blob },
  text: { text },
  quota: { id: text, quota: quotaRowField, used: quotaLimitsField },
  backup: { backup: backupField },
});

const eventField: Field<Event> = structure<Event>({
  index: integer,
  what: oneOf(eventKinds),
  table: text,
  id: text,
  detail: text,
});

export const clientMessageFields: {
  readonly [Kind in ClientMessage['kind']]: FieldsOf<Kind>;
} = {
  call: { ...asked, ...ofSession, command: commandField },
  'put-secret': {
    ...asked,
    ...ofSession,
    name: text,
    version: integer,
    labels: labelsField,
    term: integer,
    clientKey: blob,
    sealed: blob,
  },
  'call-done': {
    ...asked,
    outcome: outcomeField,
    leader: text,
    index: integer,
    reply: orNull(replyField),
    token: text,
  },
  ask: { ...asked, fresh: flag, minIndex: integer, query: queryField },
  told: {
    ...asked,
    outcome: oneOf(readOutcomes),
    leader: text,
    index: integer,
    answer: orNull(answerField),
  },
  watch: { ...asked, after: integer, most: integer },
  watched: { ...asked, from: integer, to: integer, gap: flag, events: list(eventField) },
  apply: {
    ...asked,
    ...ofSession,
    term: integer,
    clientKey: blob,
    secrets: list(
      structure<SealedSecret>({
        name: text,
        version: integer,
        labels: labelsField,
        sequence: integer,
        sealed: blob,
      }),
    ),
    parts: applyPartsField,
  },
};
