import { describe, expect, test } from 'vitest';
import { explainPending } from '../scheduler/schedule.ts';
import type { Labels } from '../specs/labels.ts';
import { type QuotaLimits, quotaFaults, quotaSpec } from '../specs/quota-spec.ts';
import type { ServiceSpec } from '../specs/service-spec.ts';
import { updateDefaults } from '../specs/update-config.ts';
import { obedient, Rig, second } from '../test-rig.ts';

const team = (value: string): Labels => [{ key: 'team', value }];
const replicas = (count: number) => ({ kind: 'replicated', replicas: count }) as const;
const cpu = (cpuMillis: number) => ({ reservations: { cpuMillis, memoryBytes: 0 } });

/** Three nodes, and a quota for the services of the team `a`. */
function limited(limits: Partial<QuotaLimits>) {
  const rig = new Rig().audited();
  for (let node = 0; node < 3; node++) rig.node();
  const reply = rig.ask({ kind: 'create-quota', spec: quotaSpec('a', team('a'), limits) });
  if (reply.kind !== 'object') throw new Error(JSON.stringify(reply));
  const quota = reply.id;
  const limit = (given: Partial<QuotaLimits>) =>
    rig.ask({
      kind: 'update-quota',
      quota,
      version: 0,
      spec: quotaSpec('a', team('a'), given),
    });
  const used = () => rig.state.index.quotas.usage(quota).tasks;
  const scale = (service: string, count: number) =>
    rig.update(service, (spec: ServiceSpec) => ({ ...spec, mode: replicas(count) }));
  return { rig, quota, limit, used, scale };
}

describe('what is asked for beyond a quota', () => {
  test('is refused with field and values, as a whole', () => {
    const { rig, scale } = limited({ tasks: 5 });
    const web = rig.service('web', { mode: replicas(3), labels: team('a') });
    const spec = { ...rig.state.services.get(web)!.spec, name: 'more' };
    expect(rig.ask({ kind: 'create-service', spec })).toEqual({
      kind: 'refused',
      why: 'over-quota',
      what: 'spec.replicas: 3 tasks, quota a has 2 of 5 left',
    });
    expect(rig.state.named('service', 'more')).toBeUndefined();
    expect(scale(web, 6)).toMatchObject({ kind: 'refused', why: 'over-quota' });
    expect(scale(web, 5)).toMatchObject({ kind: 'object' });
    // Others have nothing to do with it.
    const other = { ...spec, labels: team('b'), mode: replicas(9) };
    expect(rig.ask({ kind: 'create-service', spec: other })).toMatchObject({ kind: 'object' });
  });

  test('counts what tasks reserve, by the field that says so', () => {
    const { rig } = limited({ cpuMillis: 2_000 });
    const web = rig.service('web', { mode: replicas(2), labels: team('a'), template: cpu(900) });
    const { spec } = rig.state.services.get(web)!;
    const reply = rig.update(web, () => ({
      ...spec,
      template: { ...spec.template, ...cpu(1_100) },
    }));
    expect(reply).toMatchObject({ why: 'over-quota' });
    const what = reply.kind === 'refused' ? reply.what : '';
    expect(what).toBe(
      'spec.resources.reservations.cpu: 2200 thousandths of a processor, quota a has 2000 of 2000 left',
    );
    // What reserves nothing is not kept out.
    const light = { ...spec, name: 'light', template: { ...spec.template, ...cpu(0) } };
    expect(rig.ask({ kind: 'create-service', spec: light })).toMatchObject({ kind: 'object' });
  });

  test('a service that comes to a group brings what it has', () => {
    const { rig } = limited({ tasks: 2 });
    const web = rig.service('web', { mode: replicas(3) });
    rig.calm();
    const join = (spec: ServiceSpec) => ({ ...spec, labels: team('a'), mode: replicas(2) });
    expect(rig.update(web, join)).toMatchObject({
      why: 'over-quota',
      what: 'metadata.labels: it has 3 tasks, quota a has 0 of 2 in use',
    });
  });

  test('a quota itself is checked', () => {
    const fields = (...given: Parameters<typeof quotaSpec>) =>
      quotaFaults(quotaSpec(...given)).map(({ field }) => field);
    expect(fields('a', team('a'), { tasks: 1 })).toEqual([]);
    expect(fields('a', [], {})).toEqual(['spec.selector', 'spec.limits']);
    expect(fields('a', team('a'), { tasks: -1 })).toContain('spec.limits.tasks');
  });
});

describe('what has no room in a quota', () => {
  test('waits, says why, and is placed as soon as there is room', () => {
    const { rig, limit, used } = limited({ tasks: 4 });
    const web = rig.service('web', { mode: replicas(4), labels: team('a') });
    limit({ tasks: 2 });
    rig.calm();
    expect([rig.running(web).length, used()]).toEqual([2, 2]);
    const waiting = rig.tasks(web).find(([, { observed }]) => observed === 'pending')!;
    expect(explainPending(rig.state, waiting[0])).toContain('quota a: 2 of 2 tasks are in use');
    limit({ tasks: 3 });
    rig.calm();
    expect(rig.running(web)).toHaveLength(3);
    // One more node is no room in a quota; the end of a task is.
    rig.node();
    rig.calm();
    expect(rig.running(web)).toHaveLength(3);
  });

  test('a lower limit takes nothing away, and lets nothing in', () => {
    const { rig, limit, used, scale } = limited({ tasks: 6 });
    const web = rig.service('web', { mode: replicas(4), labels: team('a') });
    const api = rig.service('api', { mode: replicas(2), labels: team('a') });
    rig.calm();
    limit({ tasks: 3 });
    rig.calm();
    expect(used()).toBe(6);
    // Fewer is lawful although it is still too many.
    expect(scale(web, 2)).toMatchObject({ kind: 'object' });
    rig.calm();
    expect([used(), rig.running(web).length, rig.running(api).length]).toEqual([4, 2, 2]);
    rig.image(api, 'app:2');
    rig.pass(60 * second);
    // Its second task finds no room; a rolling update takes one down at a time and waits there.
    expect(used()).toBe(3);
  });

  test('the end of a task of one service makes room for another on any node', () => {
    const { rig, scale } = limited({ tasks: 3 });
    const web = rig.service('web', { mode: replicas(3), labels: team('a') });
    rig.calm();
    const spec = { ...rig.state.services.get(web)!.spec, name: 'agent', mode: { kind: 'global' } };
    const agent = rig.ask({ kind: 'create-service', spec } as Parameters<Rig['ask']>[0]);
    expect(agent).toMatchObject({ kind: 'object' });
    rig.calm();
    const id = rig.state.named('service', 'agent')!;
    expect(rig.running(id)).toEqual([]);
    scale(web, 1);
    rig.calm();
    expect(rig.running(id)).toHaveLength(2);
  });

  test('a start-first update without room gets none, and gives up at its deadline', () => {
    const { rig } = limited({ tasks: 2 });
    const strategy = { kind: 'rolling', parallelism: 1, delayUs: 0, order: 'start-first' } as const;
    const update = { ...updateDefaults, strategy, progressDeadlineUs: 30 * second };
    const web = rig.service('web', { mode: replicas(2), labels: team('a'), update });
    rig.calm();
    rig.image(web, 'app:2');
    rig.pass(60 * second);
    expect(rig.running(web)).toEqual(['1@1', '2@1']);
    const { deployment } = rig.state.services.get(web)!;
    expect(rig.state.deployments.get(deployment)).toMatchObject({ paused: 'deadline' });
  });
});

test('what others stand in for does not count, until its node is back', () => {
  const { rig, used } = limited({ tasks: 3 });
  const web = rig.service('web', { mode: replicas(3), labels: team('a') });
  rig.calm();
  const [, { node }] = rig.tasks(web)[0]!;
  rig.down(node);
  rig.calm();
  expect(rig.running(web).length).toBeGreaterThanOrEqual(3);
  expect(used()).toBe(3);
  rig.behaviour = obedient;
  rig.up(node);
  rig.pass(20 * second);
  expect([used(), rig.running(web).length]).toEqual([3, 3]);
});

test('a quota goes, and with it what it said', () => {
  const { rig, quota, scale } = limited({ tasks: 1 });
  const web = rig.service('web', { labels: team('a') });
  expect(rig.ask({ kind: 'remove-quota', quota, version: 7 })).toMatchObject({ why: 'conflict' });
  expect(rig.ask({ kind: 'remove-quota', quota, version: 1 })).toEqual({ kind: 'done' });
  expect(scale(web, 5)).toMatchObject({ kind: 'object' });
  rig.calm();
  expect(rig.running(web)).toHaveLength(5);
});
