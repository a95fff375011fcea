import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { nodeSpec } from '../systems/orchestrator/specs/node-spec.ts';
import { serviceSpec } from '../systems/orchestrator/specs/service-spec.ts';
import { volumeSpec } from '../systems/orchestrator/specs/volume-spec.ts';
import { faultLine } from './manifest-fault.ts';
import { planManifests, readManifests } from './read-manifests.ts';
import { TestCurrent } from './test-current.ts';

const folder = new URL('../../scenarios/manifests/', import.meta.url);
const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
const files = names.map((file) => ({ file, text: readFileSync(new URL(file, folder), 'utf8') }));

function testFingerprint(name: string, value: Uint8Array): Uint8Array {
  return new Uint8Array(createHmac('sha256', 'test').update(name).update(value).digest());
}

function planned(text: string, current: TestCurrent) {
  const result = planManifests([{ file: 'f.yaml', text }], current, testFingerprint);
  if ('faults' in result) throw new Error(result.faults.map(faultLine).join('\n'));
  return result.plan;
}

describe('the manifests that come with the scenarios', () => {
  it('are six files and more', () => {
    expect(names.length).toBeGreaterThanOrEqual(6);
  });

  it.each(files)('$file is read, and applied twice changes nothing', ({ text }) => {
    const current = new TestCurrent();
    const first = planned(text, current);
    expect(first.requests.length).toBeGreaterThan(0);
    expect(first.steps.every((step) => step.action === 'create')).toBe(true);
    current.apply(first.requests);
    const second = planned(text, current);
    expect(second.requests).toEqual([]);
    expect(second.steps.every((step) => step.action === 'unchanged')).toBe(true);
  });

  it('can be applied all together', () => {
    const current = new TestCurrent();
    const result = planManifests(files, current, testFingerprint);
    if ('faults' in result) throw new Error(result.faults.map(faultLine).join('\n'));
    current.apply(result.plan.requests);
    const kinds = result.plan.requests.map((request) => request.resource.kind);
    const firstService = kinds.indexOf('service');
    expect(kinds.slice(firstService).every((kind) => kind === 'service')).toBe(true);
    expect(planManifests(files, current, testFingerprint)).toMatchObject({
      plan: { requests: [] },
    });
  });
});

const service = (spec: string, name: string = 'web'): string =>
  `apiVersion: v1\nkind: Service\nmetadata:\n  name: ${name}\nspec:\n  image: nginx:1\n${spec}`;

describe('a plan', () => {
  it('has one update, at the version that is there, with what differs', () => {
    const current = new TestCurrent();
    current.apply(planned(service('  env: { A: x }'), current).requests);
    const plan = planned(service('  replicas: 2\n  env: [A=y]'), current);
    expect(plan.steps[0]).toEqual({
      kind: 'service',
      name: 'web',
      action: 'update',
      changes: ['mode.replicas', 'template.env'],
    });
    expect(plan.requests[0]).toMatchObject({ version: 1, value: null });
  });

  it('takes one thing for another however it is written', () => {
    const current = new TestCurrent();
    const first = service(
      '  env: { B: "1", A: x }\n  stopTimeout: 90\n  resources: { limits: { cpu: 0.5, memory: 1Gi } }',
    );
    const second = service(
      '  stopTimeout: 1m30s\n  resources: { limits: { cpuShares: 512, memoryBytes: 1073741824 } }\n' +
        '  env:\n    - { name: A, value: x }\n    - { name: B, value: 1 }\n' +
        '  restart: { delay: 5s }\n  disconnect: keep\n  mode: replicated',
    );
    current.apply(planned(first, current).requests);
    expect(planned(second, current).requests).toEqual([]);
  });

  it('sends a value of a secret once', () => {
    const secret = (value: string, labels: string): string =>
      `apiVersion: v1\nkind: Secret\nmetadata: { name: key, labels: ${labels} }\nspec: ${value}`;
    const current = new TestCurrent();
    const created = planned(secret('{ value: abc }', '{}'), current).requests;
    expect(created[0]?.value).toEqual(new TextEncoder().encode('abc'));
    current.apply(created);
    expect(planned(secret('{ data: YWJj }', '{}'), current).requests).toEqual([]);
    const labelled = planned(secret('{ data: YWJj }', '{ a: b }'), current);
    expect(labelled.requests).toMatchObject([{ version: 1, value: null }]);
    const changed = planned(secret('{ value: abd }', '{}'), current);
    expect(changed.steps[0]?.changes).toEqual(['fingerprint']);
    expect(changed.requests[0]?.value).toEqual(new TextEncoder().encode('abd'));
  });

  it('leaves the role of a node alone', () => {
    const current = new TestCurrent();
    current.add({ kind: 'node', spec: nodeSpec('m1', { role: 'manager' }) });
    const drain =
      'apiVersion: v1\nkind: Node\nmetadata: { name: m1 }\nspec: { availability: drain }';
    const { requests } = planned(drain, current);
    expect(requests[0]?.resource).toMatchObject({
      spec: { role: 'manager', availability: 'drain' },
    });
  });

  it('lets two services swap a port in one file', () => {
    const current = new TestCurrent();
    const both = (a: number, b: number): string =>
      `${service(`  ports: [{ containerPort: 1, hostPort: ${a} }]`, 'a')}\n---\n` +
      service(`  ports: [{ containerPort: 1, hostPort: ${b} }]`, 'b');
    current.apply(planned(both(80, 81), current).requests);
    expect(planned(both(81, 80), current).requests).toHaveLength(2);
  });
});

/** The place of the fault is marked with §. */
const broken: readonly (readonly [field: string, what: RegExp, text: string])[] = [
  ['spec.replica', /there is no field replica.*did you mean replicas/, service('  §replica: 3')],
  ['spec.replicas', /text "three".*whole number/, service('  replicas: §three')],
  ['spec.replicas', /text "3"/, service('  replicas: §"3"')],
  ['spec.replicas', /010 is no plain/, service('  replicas: §010')],
  ['spec.replicas', /too large/, service('  replicas: §9007199254740993')],
  ['spec.replicas', /-1 is out of range.*0 to 100000/, service('  replicas: §-1')],
  ['spec.replicas', /text "1_000"/, service('  replicas: §1_000')],
  [
    'spec.replicas',
    /no field replicas.*one task a node/,
    service('  mode: global\n  §replicas: 2'),
  ],
  ['spec.mode', /did you mean global/, service('  mode: §globl')],
  [
    'spec.image',
    /a text, in quotes: "1.27"/,
    'apiVersion: v1\nkind: Service\nmetadata: { name: a }\nspec: { image: §1.27 }',
  ],
  [
    'spec.image',
    /missing/,
    'apiVersion: v1\nkind: Service\nmetadata: { name: a }\nspec: §{ replicas: 1 }',
  ],
  [
    'spec.ports[1].containerPort',
    /out of range/,
    service('  ports:\n    - containerPort: 80\n    - containerPort: §0'),
  ],
  [
    'spec.ports[1].containerPort',
    /80\/tcp is there already/,
    service('  ports:\n    - containerPort: 80\n    - containerPort: §80'),
  ],
  ['spec.ports', /a map.*a list/, service('  ports:\n    §containerPort: 80')],
  ['spec.env.B C', /no key/, service('  env:\n    A: 1\n    B C: §2')],
  [
    'spec.env.2X',
    /no key/,
    service('  env:\n    - { name: A, value: 1 }\n    - §{ name: 2X, value: 2 }'),
  ],
  ['spec.env[1]', /A is there already/, service('  env:\n    - A=1\n    - §A=2')],
  ['spec.env.A', /empty/, service('  env:\n    A:§\n')],
  [
    'spec.resources.limits.memory',
    /"1.5Gi" cannot be read/,
    service('  resources: { limits: { memory: §1.5Gi } }'),
  ],
  [
    'spec.resources.limits.cpu',
    /"lots" cannot be read/,
    service('  resources: { limits: { cpu: §lots } }'),
  ],
  [
    'spec.resources.reservations.cpu',
    /more is reserved/,
    service('  resources:\n    limits: { cpu: 1 }\n    reservations: { cpu: §1001m }'),
  ],
  ['spec.resources.cpu', /below limits/, service('  resources: { §cpu: 1 }')],
  ['spec.stopTimeout', /cannot be read.*10s/, service('  stopTimeout: §10 s')],
  [
    'spec.healthCheck.interval',
    /"10" cannot be read/,
    service('  healthCheck: { type: tcp, port: 1, interval: §10 }'),
  ],
  [
    'spec.healthCheck.timeout',
    /longer than the interval/,
    service('  healthCheck: { type: tcp, port: 1, timeout: §20s, interval: 10s }'),
  ],
  [
    'spec.healthCheck.endpoint',
    /no address/,
    service('  healthCheck: { type: http, endpoint: §"http://example.org/" }'),
  ],
  ['spec.update.steps', /the strategy canary has it/, service('  update:\n    §steps: []')],
  [
    'spec.update.steps[1].weight',
    /not above the last/,
    service(
      '  update:\n    strategy: canary\n    steps:\n      - { weight: 9, hold: 1s }\n      - { hold: 1s, weight: §9 }',
    ),
  ],
  [
    'spec.update.strategy',
    /global service/,
    service('  mode: global\n  update: { strategy: §blue-green }'),
  ],
  [
    'spec.rollback.onFailure',
    /none of its values/,
    service('  rollback: { onFailure: §rollback }'),
  ],
  [
    'spec.placement.constraints[0]',
    /no condition/,
    service('  placement:\n    constraints:\n      - §node.labels.zone = a'),
  ],
  [
    'spec.placement.constraints[0]',
    /nodes have no "node.zone"/,
    service('  placement:\n    constraints:\n      - §node.zone == a'),
  ],
  ['spec.secrets[0].source', /there is no secret key/, service('  secrets: [§key]')],
  [
    'spec.volumes[0].source',
    /there is no volume data/,
    service('  volumes: [{ target: /d, source: §data }]'),
  ],
  [
    'spec.replicas',
    /one open mount/,
    service('  volumes: [{ source: single, target: /d }]\n  replicas: §2'),
  ],
  [
    'spec.ports[0].hostPort',
    /old has published it/,
    service('  ports: [{ containerPort: 1, hostPort: §443 }]'),
  ],
  ['spec.mode', /replicated already/, service('  mode: §global', 'old')],
  ['metadata.name', /reads as a task/, service('', '§web-2')],
  ['metadata.name', /"Web" is no name/, service('', '§Web')],
  [
    'metadata.name',
    /service web already, at f.yaml:9/,
    `${service('')}---\n${service('', '§web')}`,
  ],
  [
    'metadata.name',
    /a node comes by joining/,
    'apiVersion: v1\nkind: Node\nmetadata: { name: §n9 }\nspec: {}',
  ],
  [
    'kind',
    /"Servise" is none.*did you mean Service/,
    'apiVersion: v1\nkind: §Servise\nmetadata: { name: a }\nspec: { image: x }',
  ],
  [
    'apiVersion',
    /none of its values/,
    'apiVersion: §v2\nkind: Volume\nmetadata: { name: a }\nspec: {}',
  ],
  [
    'spec.data',
    /no base64/,
    'apiVersion: v1\nkind: Secret\nmetadata: { name: a }\nspec: { data: §hunter2! }',
  ],
  [
    'spec.driver',
    /none of its values/,
    'apiVersion: v1\nkind: Volume\nmetadata: { name: a }\nspec: { driver: §nfs }',
  ],
  [
    'spec.node',
    /no node n9/,
    'apiVersion: v1\nkind: Volume\nmetadata: { name: a }\nspec: { node: §n9 }',
  ],
  ['spec.image', /empty/, 'apiVersion: v1\nkind: Service\nmetadata: { name: a }\nspec: { §image }'],
  ['spec.args', /empty|no value/, service('  args:§')],
  ['spec.stopTimeout', /\*nope, which stands for nothing/, service('  stopTimeout: §*nope')],
  ['spec.command[0]', /a list/, service('  command: &a §[*a]')],
  ['', /keys must be unique/, service('  replicas: 1\n  §replicas: 2')],
  ['', /.*/, service('  command: [a, b\n§')],
  ['', /tag/i, service('  replicas: §!!python/object 1')],
  ['', /a list.*a map of fields/, '§- 1'],
];

describe('a broken manifest', () => {
  const current = new TestCurrent();
  current.add({
    kind: 'volume',
    spec: volumeSpec('single', { driver: 'shared', exclusive: true }),
  });
  const ports = [{ containerPort: 1, protocol: 'tcp', publish: 'ingress', hostPort: 443 }] as const;
  current.add({ kind: 'service', spec: serviceSpec('old', 'x', { template: { ports } }) });

  it.each(broken)('at %s is refused: %s', (field, what, marked) => {
    const [before, after] = marked.split('§') as [string, string];
    const lines = before.split('\n');
    // A good document before it and one behind it are not applied either.
    const good = (name: string): string =>
      `apiVersion: v1\nkind: Volume\nmetadata: { name: ${name} }\nspec: {}\n---\n`;
    const text = `${good('good')}${before}${after}${/\[a, b/.test(after + before) ? '' : `\n---\n${good('last')}`}`;
    const result = planManifests([{ file: 'f.yaml', text }], current, testFingerprint);
    if (!('faults' in result)) throw new Error('it was taken');
    // Either the file alone shows the fault, and none of it is read, or only its place in a cluster.
    const read = readManifests([{ file: 'f.yaml', text }]);
    expect(read.manifests.length > 0).toBe(read.faults.length === 0);
    const [fault, ...more] = result.faults;
    const line = lines.length + 5;
    expect({ line: fault?.line, column: fault?.column }).toEqual({
      line,
      column: (lines.at(-1)?.length ?? 0) + 1,
    });
    expect(fault?.field).toBe(field);
    expect(faultLine(fault!)).toMatch(what);
    expect(more.filter((other) => other.line !== line)).toEqual([]);
  });
});
