import fc from 'fast-check';
import type { HealthCheck } from '../../src/systems/orchestrator/specs/health-check.ts';
import { type Labels, labelsFrom } from '../../src/systems/orchestrator/specs/labels.ts';
import { secretTarget } from '../../src/systems/orchestrator/specs/mounts.ts';
import {
  type Placement,
  placementStrategies,
} from '../../src/systems/orchestrator/specs/placement.ts';
import {
  type PortSpec,
  protocols,
  publishModes,
} from '../../src/systems/orchestrator/specs/ports.ts';
import { restartConditions } from '../../src/systems/orchestrator/specs/restart-policy.ts';
import type { ServiceSpec } from '../../src/systems/orchestrator/specs/service-spec.ts';
import type { TaskTemplate } from '../../src/systems/orchestrator/specs/task-template.ts';
import {
  failureActions,
  type UpdateConfig,
  updateOrders,
} from '../../src/systems/orchestrator/specs/update-config.ts';

const name: fc.Arbitrary<string> = fc
  .stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z])?$/)
  .filter((one) => !/-[0-9]+$/.test(one));
const timeUs = (least: number): fc.Arbitrary<number> =>
  fc.integer({ min: least, max: 86_400_000_000 });
const labels: fc.Arbitrary<Labels> = fc
  .dictionary(fc.stringMatching(/^[A-Za-z][a-z0-9]{0,4}(\.[a-z]{1,3})?$/), fc.string(), {
    maxKeys: 3,
  })
  .map((record) => labelsFrom(Object.entries(record)));
const words: fc.Arbitrary<string[]> = fc.array(fc.string({ minLength: 1 }), { maxLength: 3 });
const path: fc.Arbitrary<string> = name.map((one) => `/var/${one}`);

const port = (containerPort: number): fc.Arbitrary<PortSpec> =>
  fc.record({
    containerPort: fc.constant(containerPort),
    protocol: fc.constantFrom(...protocols),
    publish: fc.constantFrom(...publishModes),
    hostPort: fc.constantFrom(0, containerPort + 1),
  });

const health: fc.Arbitrary<HealthCheck> = fc.record({
  probe: fc.oneof(
    fc.record({ kind: fc.constant('http' as const), port: fc.constantFrom(1, 65_535), path }),
    fc.record({ kind: fc.constant('tcp' as const), port: fc.constantFrom(1, 80) }),
    fc.record({
      kind: fc.constant('exec' as const),
      command: fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 3 }),
    }),
  ),
  intervalUs: fc.integer({ min: 2_000, max: 60_000_000 }),
  timeoutUs: fc.integer({ min: 1_000, max: 2_000 }),
  retries: fc.integer({ min: 1, max: 5 }),
  startPeriodUs: timeUs(0),
});

const placement: fc.Arbitrary<Placement> = fc.record({
  strategy: fc.constantFrom(...placementStrategies),
  constraints: fc.array(
    fc.record({
      attribute: fc.constantFrom('node.role', 'node.labels.a.b', 'node.id'),
      operator: fc.constantFrom('==' as const, '!=' as const),
      value: name,
    }),
    { maxLength: 2 },
  ),
  preferences: fc.uniqueArray(fc.constantFrom('node.labels.zone', 'node.architecture')),
  maxPerNode: fc.nat(1),
  architectures: fc.uniqueArray(fc.constantFrom('amd64' as const, 'riscv64' as const)),
});

const template: fc.Arbitrary<TaskTemplate> = fc.record({
  image: fc.constantFrom('nginx', 'a.b:5000/c/d:1.0', `x@sha256:${'0a'.repeat(32)}`),
  command: words,
  args: words,
  env: labels,
  reservations: fc.record({ cpuMillis: fc.nat(1_000), memoryBytes: fc.nat(2 ** 20) }),
  limits: fc.record({
    cpuMillis: fc.constantFrom(0, 1_000, 12_345),
    memoryBytes: fc.constantFrom(0, 2 ** 20, 2 ** 40),
  }),
  ports: fc.subarray([80, 443, 9_000]).chain((all) => fc.tuple(...all.map(port))),
  health: fc.option(health),
  restart: fc.record({
    condition: fc.constantFrom(...restartConditions),
    delayUs: timeUs(0),
    maxAttempts: fc.nat(10),
    windowUs: timeUs(0),
  }),
  placement,
  secrets: fc
    .uniqueArray(name, { maxLength: 3 })
    .map((all) => all.map((source, at) => ({ source, version: at, target: secretTarget(source) }))),
  volumes: fc.uniqueArray(fc.record({ source: name, target: path, readOnly: fc.boolean() }), {
    maxLength: 3,
    selector: (mount) => mount.target,
  }),
  disconnect: fc.oneof(
    fc.constant({ kind: 'fence' as const }),
    fc.record({
      kind: fc.constant('keep' as const),
      pick: fc.constantFrom('original' as const, 'healthiest' as const),
    }),
  ),
  stopGraceUs: timeUs(0),
});

const rolling = fc.record({
  kind: fc.constant('rolling' as const),
  parallelism: fc.nat(5),
  delayUs: timeUs(0),
  order: fc.constantFrom(...updateOrders),
});

const strategy: fc.Arbitrary<UpdateConfig['strategy']> = fc.oneof(
  rolling,
  fc.record({
    kind: fc.constant('blue-green' as const),
    autoPromote: fc.boolean(),
    keepUs: timeUs(0),
  }),
  fc.record({
    kind: fc.constant('canary' as const),
    steps: fc
      .uniqueArray(fc.integer({ min: 1, max: 99 }), { minLength: 1, maxLength: 4 })
      .map((weights) =>
        weights.sort((a, b) => a - b).map((weight) => ({ weight, holdUs: weight * 7 })),
      ),
    autoPromote: fc.boolean(),
  }),
);

/** Any service that `serviceFaults` finds nothing wrong with. */
export const anyService: fc.Arbitrary<ServiceSpec> = fc
  .record({
    name,
    labels,
    mode: fc.oneof(
      fc.record({ kind: fc.constant('replicated' as const), replicas: fc.nat(20) }),
      fc.constant({ kind: 'global' as const }),
    ),
    template,
    update: fc.record({
      strategy,
      monitorUs: fc.nat(5_000_000),
      maxFailurePerMille: fc.nat(1_000),
      onFailure: fc.constantFrom(...failureActions),
      progressDeadlineUs: timeUs(5_000_001),
    }),
    rollback: fc.record({
      parallelism: fc.nat(5),
      delayUs: timeUs(0),
      order: fc.constantFrom(...updateOrders),
      monitorUs: timeUs(0),
      maxFailurePerMille: fc.nat(1_000),
      onFailure: fc.constantFrom('pause' as const, 'continue' as const),
    }),
    endpoint: fc.record({
      mode: fc.constantFrom('vip' as const, 'dns' as const),
      networks: fc.uniqueArray(name, { minLength: 1, maxLength: 2 }),
    }),
  })
  .map((spec) => (spec.mode.kind === 'replicated' ? spec : { ...spec, update: calmUpdate(spec) }));

/** A global service has no place for two tasks of a slot. */
function calmUpdate({ update }: Pick<ServiceSpec, 'update'>): UpdateConfig {
  return {
    ...update,
    strategy: { kind: 'rolling', parallelism: 2, delayUs: 1, order: 'stop-first' },
  };
}
