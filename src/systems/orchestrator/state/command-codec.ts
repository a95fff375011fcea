import { decodeField, encodeField } from '../../common/field-bytes.ts';
import { type Field, integer, listOf, oneOf, structure, text, union } from '../../common/fields.ts';
import { backupField } from '../backup/backup.ts';
import { stepKinds } from '../deployments/decide.ts';
import type { Assignment } from '../scheduler/schedule.ts';
import { nodeDescriptionField, nodeField } from '../specs/node-spec.ts';
import { quotaField } from '../specs/quota-spec.ts';
import { serviceField } from '../specs/service-spec.ts';
import { volumeField } from '../specs/volume-spec.ts';
import { taskStates } from '../tasks/task-states.ts';
import { trustCommandFields } from '../trust/trust-commands.ts';
import {
  type ApplyPart,
  type Command,
  deploymentActions,
  type Envelope,
  type NodeEdge,
  type SlotName,
  type TaskReport,
} from './command.ts';
import { healthStates } from './rows.ts';

export const taskReportsField: Field<readonly TaskReport[]> = listOf(
  structure<TaskReport>({
    task: text,
    sequence: integer,
    observed: oneOf(taskStates),
    health: oneOf(healthStates),
    exitCode: integer,
    reason: text,
  }),
) as Field<readonly TaskReport[]>;
const edges = listOf(
  structure<NodeEdge>({ node: text, registration: integer, status: oneOf(['down', 'fenced']) }),
) as Field<readonly NodeEdge[]>;
const slots = listOf(structure<SlotName>({ service: text, slot: text })) as Field<
  readonly SlotName[]
>;
const assignments = listOf(structure<Assignment>({ task: text, node: text })) as Field<
  readonly Assignment[]
>;

const createService = { spec: serviceField };
const updateService = { service: text, version: integer, spec: serviceField };
const updateNode = { node: text, version: integer, spec: nodeField };
const createVolume = { spec: volumeField };
const createQuota = { spec: quotaField };
const updateQuota = { quota: text, version: integer, spec: quotaField };

export const applyPartsField: Field<readonly ApplyPart[]> = listOf(
  union<ApplyPart>({
    'create-service': createService,
    'update-service': updateService,
    'update-node': updateNode,
    'create-volume': createVolume,
    'put-secret': trustCommandFields['put-secret'],
    'create-quota': createQuota,
    'update-quota': updateQuota,
  }),
) as Field<readonly ApplyPart[]>;

/** The position of a kind is its number in bytes: new kinds go to the end. */
export const commandField: Field<Command> = union<Command>({
  'create-service': createService,
  'update-service': updateService,
  'remove-service': { service: text, version: integer },
  'control-deployment': { service: text, action: oneOf(deploymentActions) },
  'update-node': updateNode,
  'remove-node': { node: text },
  'create-volume': createVolume,
  'remove-volume': { volume: text },
  'renew-session': {},
  'close-session': {},
  'open-session': { owner: text },
  'expire-session': { expired: integer, activeIndex: integer },
  'register-node': { node: text, spec: nodeField, description: nodeDescriptionField },
  'node-edges': { edges },
  report: { node: text, registration: integer, reports: taskReportsField },
  unmounted: { node: text, volume: text, epoch: integer },
  reconcile: { slots },
  allocate: { tasks: listOf(text) as Field<readonly string[]> },
  assign: { assignments },
  'step-deployment': { deployment: text, version: integer, step: oneOf(stepKinds) },
  orphan: { node: text },
  barrier: {},
  ...trustCommandFields,
  together: { parts: applyPartsField },
  'create-quota': createQuota,
  'update-quota': updateQuota,
  'remove-quota': { quota: text, version: integer },
  restore: { backup: backupField },
});

const envelopeField: Field<Envelope> = structure<Envelope>({
  session: integer,
  sequence: integer,
  oldest: integer,
  term: integer,
  timeUs: integer,
  command: commandField,
});

/** The data of a log entry. */
export function encodeEnvelope(envelope: Envelope): Uint8Array {
  return encodeField(envelopeField, envelope);
}

/** Throws a RangeError on bytes that `encodeEnvelope` cannot have written. */
export function decodeEnvelope(bytes: Uint8Array): Envelope {
  return decodeField(envelopeField, bytes);
}
