import { expect, test } from 'vitest';
import { rollbackDefaults, updateDefaults } from '../specs/update-config.ts';
import { Rig, second } from '../test-rig.ts';

const rolling = { kind: 'rolling', parallelism: 3, delayUs: second, order: 'stop-first' } as const;
const blueGreen = { kind: 'blue-green', autoPromote: false, keepUs: 0 } as const;

/** The most slots of four that are without a task that is well from now on. */
function mostDown(rig: Rig, web: string): () => number {
  let most = 0;
  const before = rig.after;
  rig.after = (command, reply) => {
    before(command, reply);
    const slots = new Set(rig.running(web).map((task) => task.split('@')[0]));
    most = Math.max(most, 4 - slots.size);
  };
  return () => most;
}

test('the way back from side by side takes what a third revision has left slot by slot', () => {
  const rig = new Rig().audited();
  for (let node = 0; node < 3; node++) rig.node();
  const web = rig.service('web', {
    mode: { kind: 'replicated', replicas: 4 },
    update: { ...updateDefaults, strategy: rolling, progressDeadlineUs: 600 * second },
  });
  rig.calm();
  rig.image(web, 'app:2');
  rig.calm();
  expect(rig.running(web)).toEqual(['1@2', '2@2', '3@2', '4@1']);
  rig.update(web, (spec) => ({
    ...spec,
    update: { ...spec.update, strategy: blueGreen },
    rollback: { ...rollbackDefaults, parallelism: 1, monitorUs: second },
    template: { ...spec.template, image: 'app:3' },
  }));
  rig.pass(20 * second);
  expect(rig.running(web)).toHaveLength(8);
  const down = mostDown(rig, web);
  rig.ask({ kind: 'control-deployment', service: web, action: 'rollback' });
  rig.pass(60 * second);
  expect([rig.running(web), down()]).toEqual([['1@1', '2@1', '3@1', '4@1'], 1]);
});
