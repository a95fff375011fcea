import { expect, test } from 'vitest';
import { Rig } from '../test-rig.ts';

test('a service gets its tasks, spread over the nodes, and loses them again', () => {
  const rig = new Rig().audited();
  for (let node = 0; node < 3; node++) rig.node();
  const web = rig.service('web', { mode: { kind: 'replicated', replicas: 6 } });
  rig.calm();
  expect(rig.running(web)).toEqual(['1@1', '2@1', '3@1', '4@1', '5@1', '6@1']);
  for (const node of rig.nodes) expect(rig.state.index.loads.get(node)!.tasks.size).toBe(2);
  rig.update(web, (spec) => ({ ...spec, mode: { kind: 'replicated', replicas: 2 } }));
  rig.calm();
  expect(rig.running(web)).toEqual(['1@1', '2@1']);
  rig.ask({ kind: 'remove-service', service: web, version: 0 });
  rig.calm();
  expect(rig.state.services.get(web)).toBeUndefined();
  expect([rig.state.tasks.size, rig.state.addresses.size]).toEqual([0, 3]);
});
