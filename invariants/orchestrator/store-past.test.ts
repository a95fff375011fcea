import { expect, test } from 'vitest';
import { Rig, second } from '../../src/systems/orchestrator/test-rig.ts';
import { StorePast } from './store-past.ts';

test('an entry that touches rows and changes none has left them alone', () => {
  const rig = new Rig();
  const past = new StorePast();
  rig.after = () => past.follow(rig.state);
  rig.node();
  const service = rig.service('web');
  expect(past.leftAlone()).toBe(false);
  rig.pass(second);
  const [[id]] = rig.tasks(service) as [[string, unknown]];
  const touch = (change: object) => {
    Object.assign(rig.state.tasks.edit(id), change);
    rig.state.settle();
    past.follow(rig.state);
    return past.leftAlone();
  };
  expect(touch({})).toBe(true);
  expect(touch({ reason: 'another' })).toBe(false);
  expect(touch({ reason: 'another' })).toBe(true);
  rig.state.tasks.delete(id);
  rig.state.settle();
  past.follow(rig.state);
  expect(past.leftAlone()).toBe(false);
});
