import fc from 'fast-check';
import { expect, test } from 'vitest';
import { placementDefaults } from '../specs/placement.ts';
import { quotaSpec } from '../specs/quota-spec.ts';
import type { ServiceSpec } from '../specs/service-spec.ts';
import { Rig } from '../test-rig.ts';
import type { Ask } from './filters.ts';
import { Plan } from './plan.ts';
import { isAloneOnItsNode, Ranking } from './ranking.ts';
import { placeTask } from './schedule.ts';

const port = { containerPort: 80, protocol: 'tcp', publish: 'host' } as const;
const constraints = [{ attribute: 'node.labels.disk', operator: '==', value: 'ssd' } as const];

const arbitraryNode = fc.record({
  cpuMillis: fc.integer({ min: 500, max: 6_000 }),
  disk: fc.constantFrom('ssd', 'hdd'),
});
const arbitraryGroup = fc.record({
  tasks: fc.integer({ min: 1, max: 12 }),
  cpuMillis: fc.constantFrom(0, 300, 1_000),
  strategy: fc.constantFrom('spread' as const, 'binpack' as const),
  isOnSsd: fc.boolean(),
  hostPort: fc.constantFrom(null, 0, 8_080),
});

/** A cluster with some tasks on it, and groups of tasks that look for a place beside them. */
function asks(
  nodes: readonly { readonly cpuMillis: number; readonly disk: string }[],
  groups: readonly {
    readonly tasks: number;
    readonly cpuMillis: number;
    readonly strategy: 'spread' | 'binpack';
    readonly isOnSsd: boolean;
    readonly hostPort: number | null;
  }[],
) {
  const rig = new Rig();
  for (const { cpuMillis, disk } of nodes) {
    rig.node({ labels: [{ key: 'disk', value: disk }] }, cpuMillis);
  }
  const labels = [{ key: 'team', value: 'a' }];
  const ballast = rig.service('ballast', { labels, mode: { kind: 'replicated', replicas: 5 } });
  rig.ask({ kind: 'create-quota', spec: quotaSpec('most', labels, { tasks: 30 }) });
  rig.calm();
  const [, some] = rig.tasks(ballast)[0]!;
  const { spec } = rig.state.services.get(ballast)!;
  return {
    rig,
    groups: groups.map((group, number) => {
      const wanted: ServiceSpec = {
        ...spec,
        template: {
          ...spec.template,
          reservations: { cpuMillis: group.cpuMillis, memoryBytes: 0 },
          placement: {
            ...placementDefaults,
            strategy: group.strategy,
            constraints: group.isOnSsd ? constraints : [],
          },
          ports: group.hostPort === null ? [] : [{ ...port, hostPort: group.hostPort }],
        },
      };
      return Array.from({ length: group.tasks }, (_, at): Ask => {
        const slot = String(100 * number + at);
        return { task: { ...some, node: '', slot }, spec: wanted };
      });
    }),
  };
}

test('a ranking puts each task of a group where a look at all nodes would put it', () => {
  let placed = 0;
  let refused = 0;
  fc.assert(
    fc.property(
      fc.array(arbitraryNode, { minLength: 1, maxLength: 7 }),
      fc.array(arbitraryGroup, { minLength: 1, maxLength: 4 }),
      (nodes, drawn) => {
        const { rig, groups } = asks(nodes, drawn);
        const scanned = new Plan();
        const ranked = new Plan();
        for (const group of groups) {
          expect(isAloneOnItsNode(group[0]!.spec)).toBe(true);
          const ranking = new Ranking(rig.state, ranked, rig.nodes, group[0]!, rig.timeUs);
          for (const ask of group) {
            const node = placeTask(rig.state, scanned, rig.nodes, ask, rig.timeUs);
            expect(ranking.place(ask)).toBe(node);
            if (node === null) refused += 1;
            else placed += 1;
          }
        }
        for (const node of rig.nodes) expect(ranked.of(node)).toEqual(scanned.of(node));
      },
    ),
    { numRuns: 300 },
  );
  expect(placed).toBeGreaterThan(500);
  expect(refused).toBeGreaterThan(100);
});

test('what is spread, takes a volume or may not stand beside its like changes more than its node', () => {
  const spec = asks(
    [{ cpuMillis: 1_000, disk: 'ssd' }],
    [{ tasks: 1, cpuMillis: 0, strategy: 'spread', isOnSsd: false, hostPort: null }],
  ).groups[0]![0]!.spec;
  const { template } = spec;
  const place = (more: Partial<ServiceSpec['template']['placement']>): ServiceSpec => ({
    ...spec,
    template: { ...template, placement: { ...template.placement, ...more } },
  });
  const volumes = [{ source: 'disk', target: '/data', readOnly: false }];
  expect(isAloneOnItsNode(spec)).toBe(true);
  expect(isAloneOnItsNode(place({ preferences: ['node.labels.zone'] }))).toBe(false);
  expect(isAloneOnItsNode(place({ maxPerNode: 1 }))).toBe(false);
  expect(isAloneOnItsNode({ ...spec, template: { ...template, volumes } })).toBe(false);
});
