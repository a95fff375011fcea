import { expect, test } from 'vitest';
import { decodeField, encodeField } from '../../common/field-bytes.ts';
import { labelsFrom } from '../specs/labels.ts';
import { quotaSpec } from '../specs/quota-spec.ts';
import { volumeSpec } from '../specs/volume-spec.ts';
import { Rig, second } from '../test-rig.ts';
import { type Backup, backupField, backupOf } from './backup.ts';

const replicas = (count: number) => ({ kind: 'replicated', replicas: count }) as const;

function cluster() {
  const rig = new Rig().audited();
  for (let node = 0; node < 3; node++) rig.node();
  const restore = (backup: Backup) => rig.ask({ kind: 'restore', backup });
  const named = (name: string) => rig.state.named('service', name);
  return { rig, restore, named };
}

test('a backup is the same after its bytes, and says nothing of what goes away', () => {
  const { rig } = cluster();
  rig.service('web', { mode: replicas(2) });
  const old = rig.service('old');
  rig.calm();
  rig.ask({ kind: 'remove-service', service: old, version: 0 });
  const backup = backupOf(rig.state);
  expect(backup.services.map(({ name }) => name)).toEqual(['web']);
  expect(decodeField(backupField, encodeField(backupField, backup))).toEqual(backup);
});

test('what was asked for comes back, and what was asked for since goes', () => {
  const { rig, restore, named } = cluster();
  const web = rig.service('web', { mode: replicas(2) });
  const gone = rig.service('gone');
  rig.ask({ kind: 'create-volume', spec: volumeSpec('disk') });
  const spec = quotaSpec('all', labelsFrom([['team', 'a']]), { tasks: 9 });
  rig.ask({ kind: 'create-quota', spec });
  rig.calm();
  const backup = backupOf(rig.state);
  rig.image(web, 'app:2');
  rig.update(web, (one) => ({ ...one, mode: replicas(4) }));
  rig.ask({ kind: 'remove-service', service: gone, version: 0 });
  rig.service('new');
  const quota = rig.state.named('quota', 'all')!;
  rig.ask({ kind: 'remove-quota', quota, version: 0 });
  rig.pass(30 * second);
  const { version } = rig.state.services.get(web)!;
  expect(restore(backup)).toEqual({ kind: 'done' });
  expect({ ...backupOf(rig.state), index: backup.index }).toEqual(backup);
  // Whoever has read of it since is not ahead of it: the version went on.
  expect(rig.state.services.get(web)!.version).toBe(version + 1);
  expect(named('gone')).not.toBe(gone);
  expect(rig.state.named('quota', 'all')).not.toBe(quota);
  rig.pass(60 * second);
  expect(rig.running(web)).toHaveLength(2);
  expect(rig.tasks(web).map(([, { revision }]) => revision)).toContain(1);
  expect(rig.running(named('gone')!)).toEqual(['1@1']);
  expect(named('new')).toBeUndefined();
  // The same once more asks for nothing.
  const before = rig.state.services.get(web)!.version;
  expect(restore(backup)).toEqual({ kind: 'done' });
  expect(rig.state.services.get(web)!.version).toBe(before);
});

test('tasks run on that are as they were wanted, and volumes keep who has them', () => {
  const { rig, restore } = cluster();
  rig.ask({
    kind: 'create-volume',
    spec: volumeSpec('san', { driver: 'shared', exclusive: true }),
  });
  const volumes = [{ source: 'san', target: '/data', readOnly: false }];
  const web = rig.service('web', { template: { volumes } });
  rig.calm();
  const backup = backupOf(rig.state);
  const [[id]] = rig.tasks(web) as [[string, unknown]];
  const { claim } = rig.state.volumes.get(rig.state.named('volume', 'san')!)!;
  expect(restore(backup)).toEqual({ kind: 'done' });
  rig.pass(10 * second);
  expect(rig.tasks(web).map(([task]) => task)).toEqual([id]);
  expect(rig.state.volumes.get(rig.state.named('volume', 'san')!)!.claim).toEqual(claim);
});

test('all of it or nothing, with what is wrong', () => {
  const { rig, restore, named } = cluster();
  const ports = [
    { containerPort: 80, protocol: 'tcp', publish: 'ingress', hostPort: 443 } as const,
  ];
  const web = rig.service('web', { template: { ports } });
  rig.service('api');
  rig.calm();
  const backup = backupOf(rig.state);
  rig.ask({ kind: 'remove-service', service: web, version: 0 });
  rig.pass(20 * second);
  // Its port is another's, which has tasks that go on until they were told to stop.
  rig.service('thief', { template: { ports } });
  rig.calm();
  expect(restore(backup)).toEqual({
    ...{ kind: 'refused', why: 'exhausted' },
    what: 'service web: port 443/tcp is taken',
  });
  expect([named('web'), named('thief') === undefined]).toEqual([undefined, false]);
});

test('a backup that was granted counts, whatever quotas say of one service after the other', () => {
  const { rig, restore, named } = cluster();
  const labels = labelsFrom([['team', 'a']]);
  rig.ask({ kind: 'create-quota', spec: quotaSpec('a', labels, { tasks: 4 }) });
  const web = rig.service('web', { mode: replicas(1), labels });
  const api = rig.service('api', { mode: replicas(3), labels });
  rig.calm();
  const backup = backupOf(rig.state);
  rig.update(api, (one) => ({ ...one, mode: replicas(1) }));
  rig.update(web, (one) => ({ ...one, mode: replicas(3) }));
  rig.calm();
  expect(restore(backup)).toEqual({ kind: 'done' });
  rig.pass(20 * second);
  expect([rig.running(named('web')!).length, rig.running(named('api')!).length]).toEqual([1, 3]);
});
