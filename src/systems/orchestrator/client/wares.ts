import { type ImageBook, imageBook } from '../runtime/image.ts';
import type { HealthCheck } from '../specs/health-check.ts';
import type { Labels } from '../specs/labels.ts';
import { type QuotaSpec, quotaSpec } from '../specs/quota-spec.ts';
import type { RestartPolicy } from '../specs/restart-policy.ts';
import { type ServiceMode, type ServiceSpec, serviceSpec } from '../specs/service-spec.ts';
import type { Disconnect, TaskTemplate } from '../specs/task-template.ts';
import { reconnectPicks } from '../specs/task-template.ts';
import {
  failureActions,
  rollbackDefaults,
  type Strategy,
  type UpdateConfig,
} from '../specs/update-config.ts';
import { type VolumeSpec, volumeSpec } from '../specs/volume-spec.ts';

const pacesUs = { probe: 100_000, monitor: 200_000, deadline: 4_000_000, grace: 300_000 } as const;

/** Images of the standard services: good ones, `app:1` to `app:7`, and others that try a cluster. */
export const standardImages: ImageBook = imageBook({
  'hangs:1': { hangs: true },
  'moody:1': { unwellPerMillion: 50_000 },
  'job:1': { runUs: [200_000, 2_000_000] },
  'flaky:1': { runUs: [600_000, 3_000_000], exitCode: 1 },
  'crashes:1': { runUs: [10_000, 400_000], exitCode: 1 },
  'unwell:1': { unwellPerMillion: 1_000_000 },
  'leaks:1': { leakBytesPerSecond: 64_000_000 },
  'missing:1': { missing: true },
});

/** The last one fails only when it has been deployed, if at all. */
const badImages = ['crashes:1', 'missing:1', 'unwell:1', 'leaks:1', 'flaky:1'] as const;
const oddImages = ['hangs:1', 'moody:1', 'job:1', 'flaky:1', 'crashes:1'] as const;
/** Those of them whose tasks go on for as long as they may. */
const lastingImages: ReadonlySet<string> = new Set(['hangs:1']);

/** Whether a service with such an image comes to rest. */
export function isBadImage(image: string): boolean {
  const isOdd = oddImages.some((odd) => odd === image) && !lastingImages.has(image);
  return isOdd || badImages.some((bad) => bad === image);
}

/** Takes parts of a draw, one after the other: each from 0 to its bound, exclusive. */
function parts(draw: number): (bound: number) => number {
  // Spread, so that draws that are close have little in common.
  let rest = (Math.imul(draw + 1, 0x9e37_79b1) ^ (draw << 7)) >>> 0;
  return (bound) => {
    rest = (Math.imul(rest ^ (rest >>> 15), 0x2c1b_3c6d) + 0x2979_1eb5) >>> 0;
    return ((rest ^ (rest >>> 13)) >>> 0) % bound;
  };
}

function strategyFrom(next: (bound: number) => number, isGlobal: boolean): Strategy {
  const kind = isGlobal ? 0 : next(8);
  if (kind < 4) {
    const order = kind % 2 === 0 ? 'stop-first' : 'start-first';
    return { kind: 'rolling', parallelism: next(3), delayUs: next(2) * 200_000, order };
  }
  const autoPromote = next(3) > 0;
  if (kind < 6) return { kind: 'blue-green', autoPromote, keepUs: next(2) * 300_000 };
  const holdUs = 200_000;
  const steps = [{ weight: 10 + next(20), holdUs }];
  if (next(2) === 0) steps.push({ weight: 50, holdUs });
  return { kind: 'canary', steps, autoPromote };
}

function updateFrom(next: (bound: number) => number, isGlobal: boolean): UpdateConfig {
  return {
    strategy: strategyFrom(next, isGlobal),
    monitorUs: next(3) * (pacesUs.monitor / 2),
    maxFailurePerMille: next(3) === 0 ? 400 : 0,
    onFailure: failureActions[next(failureActions.length)]!,
    progressDeadlineUs: pacesUs.deadline,
  };
}

const health: HealthCheck = {
  probe: { kind: 'tcp', port: 80 },
  ...{ intervalUs: pacesUs.probe, timeoutUs: pacesUs.probe / 2, retries: 2 },
  startPeriodUs: 600_000,
};

function disconnectFrom(next: (bound: number) => number): Disconnect {
  if (next(3) === 0) return { kind: 'fence' };
  return { kind: 'keep', pick: reconnectPicks[next(reconnectPicks.length)]! };
}

/** Mostly restarts without an end; else so few in a window that a crash loop uses them up. */
function restartFrom(next: (bound: number) => number): RestartPolicy {
  const kind = next(12);
  return {
    condition: kind === 0 ? 'none' : kind < 3 ? 'on-failure' : 'any',
    delayUs: next(2) * 200_000,
    maxAttempts: next(3) === 0 ? 1 + next(4) : 0,
    windowUs: next(4) === 0 ? 0 : 2_000_000,
  };
}

/** What there is beside the service, by name. */
export interface Surroundings {
  readonly volumes: readonly string[];
  readonly secrets: readonly string[];
  readonly mostReplicas: number;
  /** Each service is one's: its label `team`. */
  readonly teams: readonly string[];
}

/** The service that a draw stands for. */
export function serviceFrom(name: string, draw: number, around: Surroundings): ServiceSpec {
  const next = parts(draw);
  const isGlobal = next(8) === 0;
  const volume =
    next(5) === 0 ? around.volumes[next(Math.max(1, around.volumes.length))] : undefined;
  const secret =
    next(3) === 0 ? around.secrets[next(Math.max(1, around.secrets.length))] : undefined;
  const replicas = volume === undefined ? 1 + next(Math.max(1, around.mostReplicas)) : 1;
  const mode: ServiceMode =
    isGlobal && volume === undefined ? { kind: 'global' } : { kind: 'replicated', replicas };
  const image = next(5) === 0 ? oddImages[next(oddImages.length)]! : `app:${1 + next(7)}`;
  const template: Partial<TaskTemplate> = {
    disconnect: disconnectFrom(next),
    health: next(2) === 0 ? health : null,
    stopGraceUs: pacesUs.grace,
    restart: restartFrom(next),
    ...roomFrom(next, mode),
    ...portsFrom(next, mode),
    ...(volume === undefined
      ? {}
      : { volumes: [{ source: volume, target: '/data', readOnly: false }] }),
    ...(secret === undefined
      ? {}
      : { secrets: [{ source: secret, version: 0, target: '/run/secrets/it' }] }),
  };
  return serviceSpec(name, image, {
    labels: teamOf(draw, around.teams),
    mode,
    template,
    update: updateFrom(next, mode.kind === 'global'),
    rollback: { ...rollbackDefaults, monitorUs: 100_000, parallelism: next(3) },
  });
}

function roomFrom(next: (bound: number) => number, mode: ServiceMode): Partial<TaskTemplate> {
  const reservations = { cpuMillis: next(3) * 500, memoryBytes: next(2) * 2 ** 28 };
  const limits = { cpuMillis: 0, memoryBytes: next(2) * 2 ** 28 };
  const strategy = next(3) === 0 ? 'binpack' : 'spread';
  const most = next(4) === 0 ? 1 + next(2) : 0;
  // One that is on each node has one there by itself.
  const maxPerNode = mode.kind === 'global' ? 0 : most;
  const constraint =
    next(6) === 0
      ? [{ attribute: 'node.architecture', operator: '==', value: 'amd64' } as const]
      : [];
  const placement = { strategy, constraints: constraint, preferences: [], maxPerNode } as const;
  return { reservations, limits, placement: { ...placement, architectures: [] } };
}

function portsFrom(next: (bound: number) => number, mode: ServiceMode): Partial<TaskTemplate> {
  const kind = next(6);
  const port = { containerPort: 80, protocol: 'tcp' } as const;
  if (kind === 0) return { ports: [{ ...port, publish: 'host', hostPort: 0 }] };
  if (kind === 1 && mode.kind === 'replicated') {
    return { ports: [{ ...port, publish: 'ingress', hostPort: 8_000 + next(4) }] };
  }
  return {};
}

/** The same service with another image, and with new versions of its secrets. */
export function deployed(spec: ServiceSpec, draw: number): ServiceSpec {
  return withImage(spec, `app:${1 + (draw % 7)}`);
}

/** The same service with an image that comes to no rest. */
export function spoilt(spec: ServiceSpec, draw: number): ServiceSpec {
  return withImage(spec, badImages[draw % badImages.length]!);
}

function withImage(spec: ServiceSpec, image: string): ServiceSpec {
  return { ...spec, template: { ...spec.template, image } };
}

/** The same service with another way of deploying. */
export function tuned(spec: ServiceSpec, draw: number): ServiceSpec {
  return { ...spec, update: updateFrom(parts(draw), spec.mode.kind === 'global') };
}

/** The same service with as many tasks; one with a volume has one, and a global one what it has. */
export function scaled(spec: ServiceSpec, replicas: number): ServiceSpec {
  if (spec.mode.kind === 'global') return spec;
  const most = spec.template.volumes.length > 0 ? Math.min(1, replicas) : replicas;
  return { ...spec, mode: { kind: 'replicated', replicas: most } };
}

/** The volume that a draw stands for. */
export function volumeFrom(name: string, draw: number): VolumeSpec {
  return volumeSpec(name, {
    driver: draw % 3 === 0 ? 'local' : 'shared',
    exclusive: draw % 4 !== 3,
  });
}

function teamOf(draw: number, teams: readonly string[]): Labels {
  return teams.length === 0 ? [] : [{ key: 'team', value: teams[draw % teams.length]! }];
}

/** The quota of a team that a draw stands for: of tasks, of memory, or of both. */
export function quotaFrom(name: string, draw: number, teams: readonly string[]): QuotaSpec {
  const next = parts(draw);
  const kind = next(3);
  const tasks = kind === 1 ? 0 : 1 + next(12);
  const memoryBytes = kind === 0 ? 0 : (1 + next(8)) * 2 ** 28;
  // By the name, so that one can be found again and changed.
  const team = Number(name.slice(1)) || 0;
  return quotaSpec(name, teamOf(team, teams), { tasks, memoryBytes });
}

/** The value of a secret that a draw stands for: text that nothing else contains. */
export function secretFrom(name: string, draw: number): Uint8Array {
  const words = [`canary of ${name} with a beak`, String(draw), 'that sings in no log'];
  return new TextEncoder().encode(words.join(' - '));
}
