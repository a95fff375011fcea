import { describe, expect, it } from 'vitest';
import { ByteReader, ByteWriter } from '../../common/bytes.ts';
import { labelsFrom } from './labels.ts';
import { nodeSpec } from './node-spec.ts';
import { type Resource, resourceField, sameSpec, sameTemplate, specFaults } from './resource.ts';
import { type ServiceSpec, serviceSpec } from './service-spec.ts';
import { templateDefaults } from './task-template.ts';
import { updateDefaults } from './update-config.ts';
import { volumeSpec } from './volume-spec.ts';

const full: ServiceSpec = serviceSpec('web', 'registry.local:5000/shop/nginx:1.27', {
  labels: labelsFrom([
    ['tier', 'front'],
    ['app', 'shop'],
  ]),
  mode: { kind: 'replicated', replicas: 5 },
  template: {
    command: ['nginx', '-g', ''],
    env: labelsFrom([['A', '1']]),
    reservations: { cpuMillis: 250, memoryBytes: 64 * 2 ** 20 },
    limits: { cpuMillis: 500, memoryBytes: 128 * 2 ** 20 },
    ports: [{ containerPort: 80, protocol: 'tcp', publish: 'ingress', hostPort: 8_080 }],
    health: {
      probe: { kind: 'http', port: 80, path: '/' },
      intervalUs: 5_000_000,
      timeoutUs: 1_000_000,
      retries: 3,
      startPeriodUs: 0,
    },
    placement: {
      strategy: 'binpack',
      constraints: [{ attribute: 'node.labels.zone', operator: '!=', value: 'b' }],
      preferences: ['node.labels.zone'],
      maxPerNode: 2,
      architectures: ['amd64', 'arm64'],
    },
    secrets: [{ source: 'key', version: 0, target: '/run/secrets/key' }],
    volumes: [{ source: 'data', target: '/data', readOnly: true }],
    disconnect: { kind: 'fence' },
  },
  update: {
    ...updateDefaults,
    strategy: { kind: 'canary', steps: [{ weight: 10, holdUs: 1_000 }], autoPromote: true },
  },
});

const resources: readonly Resource[] = [
  { kind: 'service', spec: full },
  { kind: 'service', spec: serviceSpec('agent', 'agent', { mode: { kind: 'global' } }) },
  { kind: 'node', spec: nodeSpec('n1', { availability: 'drain' }) },
  { kind: 'secret', spec: { name: 'key', labels: [], fingerprint: new Uint8Array(32) } },
  { kind: 'volume', spec: volumeSpec('data', { node: 'n1', sizeBytes: 2 ** 40 }) },
];

const wrong = (resource: Resource): string[] => specFaults(resource).map((fault) => fault.field);
const service = (given: Parameters<typeof serviceSpec>[2], name: string = 'web'): Resource => ({
  kind: 'service',
  spec: serviceSpec(name, 'nginx:1', given),
});

describe('specifications', () => {
  it('are without fault, and come back from their bytes', () => {
    for (const resource of resources) {
      expect(specFaults(resource)).toEqual([]);
      const writer = new ByteWriter();
      resourceField.write(writer, resource);
      const reader = new ByteReader(writer.finish());
      const back = resourceField.read(reader);
      reader.close();
      expect(back).toEqual(resource);
      expect(sameSpec(resource, back)).toBe(true);
    }
  });

  it('differ when any field differs, and tasks only by the template', () => {
    const scaled = { ...full, mode: { kind: 'replicated', replicas: 6 } } as const;
    expect(sameSpec({ kind: 'service', spec: full }, { kind: 'service', spec: scaled })).toBe(
      false,
    );
    expect(sameTemplate(full.template, scaled.template)).toBe(true);
    const slower = { ...full.template, stopGraceUs: 1 };
    expect(sameTemplate(full.template, slower)).toBe(false);
  });

  it('name the field of each fault', () => {
    expect(wrong(service({}, 'Web'))).toEqual(['metadata.name']);
    expect(wrong(service({}, 'web-2'))).toEqual(['metadata.name']);
    expect(wrong(service({ mode: { kind: 'replicated', replicas: -1 } }))).toEqual([
      'spec.replicas',
    ]);
    const port = { containerPort: 80, protocol: 'tcp', publish: 'ingress', hostPort: 0 } as const;
    expect(wrong(service({ template: { ports: [port, { ...port, hostPort: 70_000 }] } }))).toEqual([
      'spec.ports[1].hostPort',
      'spec.ports[1].containerPort',
    ]);
    const health = { probe: { kind: 'tcp', port: 0 }, retries: 1, startPeriodUs: 0 } as const;
    const slow = { ...health, intervalUs: 1_000, timeoutUs: 2_000 };
    expect(wrong(service({ template: { health: slow } }))).toEqual([
      'spec.healthCheck.port',
      'spec.healthCheck.timeout',
    ]);
    const mounts = [
      { source: 'data', target: 'data', readOnly: false },
      { source: 'data', target: '/run/../key', readOnly: false },
    ];
    expect(wrong(service({ template: { volumes: mounts } }))).toEqual([
      'spec.volumes[0].target',
      'spec.volumes[1].target',
    ]);
  });

  it('keep parts from contradicting each other', () => {
    const canary = {
      kind: 'canary',
      steps: [{ weight: 50, holdUs: 0 }],
      autoPromote: true,
    } as const;
    const update = { ...updateDefaults, strategy: canary };
    expect(wrong(service({ mode: { kind: 'global' }, update }))).toEqual(['spec.update.strategy']);
    const reservations = { cpuMillis: 2, memoryBytes: 0 };
    const limits = { cpuMillis: 1, memoryBytes: 0 };
    expect(wrong(service({ template: { ...templateDefaults, reservations, limits } }))).toEqual([
      'spec.resources.reservations.cpu',
    ]);
    const late = { ...updateDefaults, monitorUs: 600_000_000 };
    expect(wrong(service({ update: late }))).toEqual(['spec.update.progressDeadline']);
  });
});
