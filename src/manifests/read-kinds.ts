import type { Wish } from '../systems/orchestrator/apply/wish.ts';
import type { Labels } from '../systems/orchestrator/specs/labels.ts';
import { availabilities } from '../systems/orchestrator/specs/node-spec.ts';
import { noLimits, type QuotaLimits, quotaSpec } from '../systems/orchestrator/specs/quota-spec.ts';
import { maxSecretBytes } from '../systems/orchestrator/specs/secret-spec.ts';
import {
  type Endpoint,
  endpointDefaults,
  endpointModes,
  type ServiceMode,
} from '../systems/orchestrator/specs/service-spec.ts';
import {
  type Disconnect,
  noResources,
  reconnectPicks,
  type TaskTemplate,
  templateDefaults,
} from '../systems/orchestrator/specs/task-template.ts';
import { rollbackDefaults, updateDefaults } from '../systems/orchestrator/specs/update-config.ts';
import { volumeDrivers, volumeSpec } from '../systems/orchestrator/specs/volume-spec.ts';
import { base64Bytes, utf8Bytes } from './bytes-of-text.ts';
import type { ManifestValue, MapReader } from './map-reader.ts';
import { parseBytes, parseCpu, parseDuration } from './quantities.ts';
import {
  duration,
  flag,
  integer,
  listOf,
  readHealth,
  readLabels,
  readPlacement,
  readPort,
  readResourcePair,
  readRestart,
  readSecretMount,
  readVariables,
  readVolumeMount,
  text,
  word,
} from './read-parts.ts';
import { readRollback, readUpdate } from './read-update.ts';

/** What every manifest has above its `spec`. */
export interface Metadata {
  readonly name: string;
  readonly labels: Labels;
}

/** Reads the `spec` of each kind, by the word that a manifest has for the kind. */
export const readers: Readonly<Record<string, (spec: MapReader, metadata: Metadata) => Wish>> = {
  Service: readService,
  Node: (spec, metadata) => ({
    kind: 'node',
    ...metadata,
    availability: spec.optional('availability', word(availabilities), 'active'),
    drainDeadlineUs: spec.optional('drainDeadline', duration, 0),
  }),
  Secret: (spec, metadata) => ({ kind: 'secret', ...metadata, value: readSecretValue(spec) }),
  Volume: (spec, { name, labels }) => ({
    kind: 'volume',
    spec: volumeSpec(name, {
      labels,
      driver: spec.optional('driver', word(volumeDrivers), 'local'),
      exclusive: spec.optional('exclusive', flag, false),
      node: spec.optional('node', text, ''),
      sizeBytes: spec.optional('size', (value) => value.quantity(parseBytes), 0),
    }),
  }),
  Quota: (spec, { name, labels }) => ({
    kind: 'quota',
    spec: quotaSpec(
      name,
      spec.required('selector', readLabels, []),
      spec.required('limits', readLimits, noLimits),
      labels,
    ),
  }),
};

function readLimits(value: ManifestValue): QuotaLimits | undefined {
  return value.map((limits) => ({
    tasks: limits.optional('tasks', integer, 0),
    cpuMillis: limits.optional('cpu', (one) => one.quantity(parseCpu), 0),
    memoryBytes: limits.optional('memory', (one) => one.quantity(parseBytes), 0),
  }));
}

function readService(spec: MapReader, metadata: Metadata): Wish {
  return {
    kind: 'service',
    spec: {
      ...metadata,
      mode: readMode(spec),
      template: readTemplate(spec),
      update: spec.optional('update', readUpdate, updateDefaults),
      rollback: spec.optional('rollback', readRollback, rollbackDefaults),
      endpoint: readEndpoint(spec),
    },
  };
}

function readMode(spec: MapReader): ServiceMode {
  const kind = spec.optional('mode', word(['replicated', 'global'] as const), 'replicated');
  if (kind === 'global') {
    spec.hint(['replicas'], 'a global service has one task a node');
    return { kind };
  }
  return { kind, replicas: spec.optional('replicas', integer, 1) };
}

function readEndpoint(spec: MapReader): Endpoint {
  return {
    mode: spec.optional('endpointMode', word(endpointModes), endpointDefaults.mode),
    networks: spec.optional('networks', listOf(text), endpointDefaults.networks),
  };
}

function readTemplate(spec: MapReader): TaskTemplate {
  const calm = templateDefaults;
  return {
    image: spec.required('image', text, 'x'),
    command: spec.optional('command', listOf(text), calm.command),
    args: spec.optional('args', listOf(text), calm.args),
    env: spec.optional('env', readVariables, calm.env),
    ...spec.optional('resources', readResourcePair, {
      limits: noResources,
      reservations: noResources,
    }),
    ports: spec.optional('ports', listOf(readPort), calm.ports),
    health: spec.optional('healthCheck', readHealth, calm.health),
    restart: spec.optional('restart', readRestart, calm.restart),
    placement: spec.optional('placement', readPlacement, calm.placement),
    secrets: spec.optional('secrets', listOf(readSecretMount), calm.secrets),
    volumes: spec.optional('volumes', listOf(readVolumeMount), calm.volumes),
    disconnect: readDisconnect(spec),
    stopGraceUs: spec.optional('stopTimeout', readStopTimeout, calm.stopGraceUs),
  };
}

/** Warren writes this one as plain seconds. */
function readStopTimeout(value: ManifestValue): number | undefined {
  return value.quantity((given) => parseDuration(/^\d{1,9}$/.test(given) ? `${given}s` : given));
}

function readDisconnect(spec: MapReader): Disconnect {
  const kind = spec.optional('disconnect', word(['keep', 'fence'] as const), 'keep');
  if (kind === 'keep') {
    return { kind, pick: spec.optional('reconnect', word(reconnectPicks), 'original') };
  }
  spec.hint(['reconnect'], 'a fenced service has one task a slot, and nothing to pick from');
  return { kind };
}

/** The value as base64 in `data`, or as it is in `value`. */
function readSecretValue(spec: MapReader): Uint8Array {
  const data = spec.get('data');
  const value = spec.get('value');
  if (data === undefined && value === undefined) {
    spec.wrong('the secret has no value', 'data in base64, or value as it is');
  }
  if (data !== undefined && value !== undefined) {
    data.wrong('there is a value already', 'one of data and value');
  }
  const given = data ?? value;
  const written = given?.anyText() ?? '';
  const bytes = data === undefined ? utf8Bytes(written) : base64Bytes(written.replace(/\s/g, ''));
  // The value itself must be in no message.
  if (bytes === undefined) given?.wrong('it is no base64', 'A-Z a-z 0-9 + /, padded with =');
  else if (bytes.length > maxSecretBytes) {
    given?.wrong(`it has ${bytes.length} bytes`, `at most ${maxSecretBytes}`);
  } else if (bytes.length === 0) given?.wrong('it is empty', 'at least one byte');
  return bytes ?? new Uint8Array(0);
}
