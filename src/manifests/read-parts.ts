import type { HealthCheck, Probe } from '../systems/orchestrator/specs/health-check.ts';
import { healthDefaults } from '../systems/orchestrator/specs/health-check.ts';
import { type Labels, labelsFrom } from '../systems/orchestrator/specs/labels.ts';
import {
  type SecretMount,
  secretTarget,
  type VolumeMount,
} from '../systems/orchestrator/specs/mounts.ts';
import {
  architectures,
  type Constraint,
  type Placement,
  placementDefaults,
  placementStrategies,
} from '../systems/orchestrator/specs/placement.ts';
import { type PortSpec, protocols, publishModes } from '../systems/orchestrator/specs/ports.ts';
import {
  type RestartPolicy,
  restartConditions,
  restartDefaults,
} from '../systems/orchestrator/specs/restart-policy.ts';
import { noResources, type Resources } from '../systems/orchestrator/specs/task-template.ts';
import type { ManifestValue, MapReader } from './map-reader.ts';
import { parseBytes, parseCpu, parseDuration } from './quantities.ts';

export const text = (value: ManifestValue): string | undefined => value.text();
export const integer = (value: ManifestValue): number | undefined => value.integer();
export const flag = (value: ManifestValue): boolean | undefined => value.flag();
export const duration = (value: ManifestValue): number | undefined => value.quantity(parseDuration);

export function word<Word extends string>(
  words: readonly Word[],
): (value: ManifestValue) => Word | undefined {
  return (value) => value.oneOf(words);
}

export function listOf<T>(
  read: (item: ManifestValue) => T | undefined,
): (value: ManifestValue) => readonly T[] | undefined {
  return (value) => value.list(read);
}

/** Names with values in a map. */
export function readLabels(value: ManifestValue): Labels | undefined {
  const entries = value.entries();
  return entries && labelsFrom(entries.map(([name, one]) => [name, one.anyText() ?? '']));
}

/** Variables as a map, as a list of names with values, or as a list of `NAME=value`. */
export function readVariables(value: ManifestValue): Labels | undefined {
  if (!value.isList) return readLabels(value);
  const names = new Set<string>();
  const pairs = value.list((item): [string, string] | undefined => {
    const pair = readVariable(item);
    if (pair === undefined) return undefined;
    if (names.has(pair[0])) return item.wrong(`${pair[0]} is there already`, 'each variable once');
    names.add(pair[0]);
    return pair;
  });
  return pairs && labelsFrom(pairs);
}

function readVariable(item: ManifestValue): [string, string] | undefined {
  if (!item.isText) {
    const any = (value: ManifestValue): string | undefined => value.anyText();
    return item.map((fields) => [
      fields.required('name', text, ''),
      fields.required('value', any, ''),
    ]);
  }
  const given = item.text() ?? '';
  const at = given.indexOf('=');
  if (at <= 0) return item.wrong('it is no variable', 'NAME=value, or the fields name and value');
  return [given.slice(0, at), given.slice(at + 1)];
}

export function readPort(item: ManifestValue): PortSpec | undefined {
  return item.map((fields) => ({
    containerPort: fields.required('containerPort', integer, 1),
    protocol: fields.optional('protocol', word(protocols), 'tcp'),
    publish: fields.optional('publishMode', word(publishModes), 'ingress'),
    hostPort: fields.optional('hostPort', integer, 0),
  }));
}

/** Requests or limits. Shares of a processor (1,024 are one) and plain bytes are Warren's way. */
export function readResources(value: ManifestValue): Resources | undefined {
  return value.map((fields) => {
    const shares = fields.optional('cpuShares', integer, 0);
    const bytes = fields.optional('memoryBytes', integer, 0);
    const cpu = Math.floor((shares * 1_000) / 1_024);
    return {
      cpuMillis: fields.optional('cpu', (one) => one.quantity(parseCpu), cpu),
      memoryBytes: fields.optional('memory', (one) => one.quantity(parseBytes), bytes),
    };
  });
}

export function readResourcePair(
  value: ManifestValue,
): { readonly limits: Resources; readonly reservations: Resources } | undefined {
  return value.map((fields) => {
    fields.hint(['cpu', 'memory'], 'below limits, or below reservations');
    return {
      limits: fields.optional('limits', readResources, noResources),
      reservations: fields.optional('reservations', readResources, noResources),
    };
  });
}

const probeKinds = ['http', 'tcp', 'exec'] as const;

export function readHealth(value: ManifestValue): HealthCheck | undefined {
  return value.map((fields) => ({
    probe: readProbe(fields),
    intervalUs: fields.optional('interval', duration, healthDefaults.intervalUs),
    timeoutUs: fields.optional('timeout', duration, healthDefaults.timeoutUs),
    retries: fields.optional('retries', integer, healthDefaults.retries),
    startPeriodUs: fields.optional('startPeriod', duration, healthDefaults.startPeriodUs),
  }));
}

function readProbe(fields: MapReader): Probe {
  const kind = fields.required('type', word(probeKinds), 'tcp');
  if (kind === 'exec') {
    fields.hint(['port', 'path', 'endpoint'], 'the type http or tcp has it');
    return { kind, command: fields.required('command', listOf(text), ['']) };
  }
  fields.hint(['command'], 'the type exec has it');
  const endpoint = fields.get('endpoint');
  if (endpoint === undefined) {
    const port = fields.required('port', integer, 1);
    if (kind === 'tcp') return { kind, port };
    return { kind, port, path: fields.optional('path', text, '/') };
  }
  return readEndpoint(kind, endpoint);
}

/** `http://localhost:80/health` or `localhost:5432`: the container itself is asked, and nobody else. */
function readEndpoint(kind: 'http' | 'tcp', value: ManifestValue): Probe {
  const given = value.text() ?? '';
  const [, port, path = '/'] =
    (kind === 'http'
      ? /^http:\/\/(?:localhost|127\.0\.0\.1):(\d{1,5})(\/.*)?$/
      : /^(?:localhost|127\.0\.0\.1):(\d{1,5})$/
    ).exec(given) ?? [];
  if (port === undefined) {
    const right = kind === 'http' ? 'http://localhost:80/path' : 'localhost:5432';
    value.wrong(`${JSON.stringify(given)} is no address of the container`, right);
    return { kind: 'tcp', port: 1 };
  }
  return kind === 'http' ? { kind, port: Number(port), path } : { kind, port: Number(port) };
}

export function readRestart(value: ManifestValue): RestartPolicy | undefined {
  return value.map((fields) => ({
    condition: fields.optional('condition', word(restartConditions), restartDefaults.condition),
    delayUs: fields.optional('delay', duration, restartDefaults.delayUs),
    maxAttempts: fields.optional('maxAttempts', integer, restartDefaults.maxAttempts),
    windowUs: fields.optional('window', duration, restartDefaults.windowUs),
  }));
}

export function readPlacement(value: ManifestValue): Placement | undefined {
  const calm = placementDefaults;
  return value.map((fields) => ({
    strategy: fields.optional('strategy', word(placementStrategies), calm.strategy),
    constraints: fields.optional('constraints', listOf(readConstraint), calm.constraints),
    preferences: fields.optional('preferences', listOf(text), calm.preferences),
    maxPerNode: fields.optional('maxPerNode', integer, calm.maxPerNode),
    architectures: fields.optional(
      'architectures',
      listOf(word(architectures)),
      calm.architectures,
    ),
  }));
}

function readConstraint(item: ManifestValue): Constraint | undefined {
  const given = item.text();
  if (given === undefined) return undefined;
  const [, attribute, operator, value] = /^\s*([^\s=!]+)\s*(==|!=)\s*(.*?)\s*$/.exec(given) ?? [];
  if (attribute === undefined || value === undefined) {
    return item.wrong(`${JSON.stringify(given)} is no condition`, 'node.labels.zone == a');
  }
  return { attribute, operator: operator === '==' ? '==' : '!=', value };
}

export function readSecretMount(item: ManifestValue): SecretMount | undefined {
  if (item.isText) {
    const source = item.text() ?? '';
    return { source, version: 0, target: secretTarget(source) };
  }
  return item.map((fields) => {
    const source = fields.required('source', text, 'x');
    return {
      source,
      version: fields.optional('version', integer, 0),
      target: fields.optional('target', text, secretTarget(source)),
    };
  });
}

export function readVolumeMount(item: ManifestValue): VolumeMount | undefined {
  return item.map((fields) => ({
    source: fields.required('source', text, 'x'),
    target: fields.required('target', text, '/x'),
    readOnly: fields.optional('readOnly', flag, false),
  }));
}
