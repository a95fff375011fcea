import type { Labels } from '../systems/orchestrator/specs/labels.ts';
import type { ServiceSpec } from '../systems/orchestrator/specs/service-spec.ts';
import type { TaskTemplate } from '../systems/orchestrator/specs/task-template.ts';
import type { UpdateConfig } from '../systems/orchestrator/specs/update-config.ts';

/** For tests: a manifest of a service, in JSON, which is YAML. Nothing is left to defaults. */
export function manifestOf(spec: ServiceSpec): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: spec.name, labels: map(spec.labels) },
    spec: {
      mode: spec.mode.kind,
      ...(spec.mode.kind === 'replicated' ? { replicas: spec.mode.replicas } : {}),
      ...templateOf(spec.template),
      update: updateOf(spec.update),
      rollback: {
        parallelism: spec.rollback.parallelism,
        delay: time(spec.rollback.delayUs),
        order: spec.rollback.order,
        monitor: time(spec.rollback.monitorUs),
        maxFailureRatio: share(spec.rollback.maxFailurePerMille),
        onFailure: spec.rollback.onFailure,
      },
      endpointMode: spec.endpoint.mode,
      networks: spec.endpoint.networks,
    },
  });
}

const map = (labels: Labels): object =>
  Object.fromEntries(labels.map(({ key, value }) => [key, value]));
const time = (us: number): string => (us % 1_000_000 === 0 ? `${us / 1_000_000}s` : `${us}us`);
const share = (perMille: number): string => `${Math.floor(perMille / 10)}.${perMille % 10}%`;

function templateOf(template: TaskTemplate): object {
  const { health, restart, placement, disconnect } = template;
  const amounts = ({ cpuMillis, memoryBytes }: TaskTemplate['limits']): object => {
    const [whole, rest] = [Math.floor(cpuMillis / 1_000), cpuMillis % 1_000];
    return { cpu: `${whole}.${String(rest).padStart(3, '0')}`, memory: memoryBytes };
  };
  return {
    image: template.image,
    command: template.command,
    args: template.args,
    env: template.env.map(({ key, value }) => ({ name: key, value })),
    resources: { limits: amounts(template.limits), reservations: amounts(template.reservations) },
    ports: template.ports.map(({ publish, ...port }) => ({ ...port, publishMode: publish })),
    ...(health === null ? {} : { healthCheck: healthOf(health) }),
    restart: {
      condition: restart.condition,
      delay: time(restart.delayUs),
      maxAttempts: restart.maxAttempts,
      window: time(restart.windowUs),
    },
    placement: {
      ...placement,
      constraints: placement.constraints.map((one) =>
        [one.attribute, one.operator, one.value].join(' '),
      ),
    },
    secrets: template.secrets.map((mount) => (mount.version === 0 ? mount.source : mount)),
    volumes: template.volumes,
    disconnect: disconnect.kind,
    ...(disconnect.kind === 'keep' ? { reconnect: disconnect.pick } : {}),
    stopTimeout: time(template.stopGraceUs),
  };
}

function healthOf({ probe, ...health }: NonNullable<TaskTemplate['health']>): object {
  const { kind, ...rest } = probe;
  return {
    type: kind,
    ...rest,
    interval: time(health.intervalUs),
    timeout: time(health.timeoutUs),
    retries: health.retries,
    startPeriod: time(health.startPeriodUs),
  };
}

function updateOf({ strategy, ...update }: UpdateConfig): object {
  const ways = {
    rolling: () =>
      strategy.kind === 'rolling' && {
        parallelism: strategy.parallelism,
        delay: time(strategy.delayUs),
        order: strategy.order,
      },
    'blue-green': () =>
      strategy.kind === 'blue-green' && {
        autoPromote: strategy.autoPromote,
        keep: time(strategy.keepUs),
      },
    canary: () =>
      strategy.kind === 'canary' && {
        steps: strategy.steps.map(({ weight, holdUs }) => ({ weight, hold: time(holdUs) })),
        autoPromote: strategy.autoPromote,
      },
  };
  return {
    strategy: strategy.kind,
    ...ways[strategy.kind](),
    monitor: time(update.monitorUs),
    maxFailureRatio: share(update.maxFailurePerMille),
    onFailure: update.onFailure,
    progressDeadline: time(update.progressDeadlineUs),
  };
}
