import { expect, test } from 'vitest';
import { tableFault } from '../network/service-table.ts';
import type { Strategy } from '../specs/update-config.ts';
import { obedient, Rig, second } from '../test-rig.ts';
import { trafficOf } from './traffic.ts';

/** The distinct states of the table through a deployment: `revision:weight:tasks` of each side. */
function tables(strategy: Strategy, act: (rig: Rig, web: string) => void): string[] {
  const rig = new Rig().audited();
  for (let node = 0; node < 3; node++) rig.node();
  const update = {
    strategy,
    monitorUs: second,
    maxFailurePerMille: 0,
    onFailure: 'rollback' as const,
    progressDeadlineUs: 60 * second,
  };
  const web = rig.service('web', { mode: { kind: 'replicated', replicas: 4 }, update });
  rig.calm();
  const seen: string[] = [];
  const before = rig.after;
  rig.after = (command, reply) => {
    before(command, reply);
    const table = trafficOf(rig.state, web, 'overlay');
    if (table === null) return;
    expect(tableFault(table)).toBe(null);
    const sides = table.sides.map(
      (one) => `${one.specVersion}:${one.weight}:${one.backends.length}`,
    );
    const now = sides.join(' ');
    if (seen.at(-1) !== now) seen.push(now);
  };
  act(rig, web);
  rig.pass(60 * second);
  return seen;
}

const deploy = (rig: Rig, web: string): void => {
  rig.image(web, 'app:2');
};

test('blue/green: from all of the old to all of the new at one commit', () => {
  const strategy = { kind: 'blue-green', autoPromote: true, keepUs: 5 * second } as const;
  expect(tables(strategy, deploy)).toEqual(['1:100:4', '2:100:4']);
});

test('canary: shares as committed, and the old side never comes back after the last one', () => {
  const steps = [{ weight: 25, holdUs: second }];
  expect(tables({ kind: 'canary', steps, autoPromote: true }, deploy)).toEqual([
    '1:100:4',
    '1:75:4 2:25:1',
    '1:75:4 2:25:2',
    '1:75:4 2:25:3',
    '1:75:4 2:25:4',
    '2:100:4',
  ]);
});

test('a canary that goes bad has no traffic from the commit on that turns it round', () => {
  const steps = [{ weight: 50, holdUs: 30 * second }];
  const strategy = { kind: 'canary', steps, autoPromote: true } as const;
  const seen = tables(strategy, (rig, web) => {
    rig.image(web, 'app:2');
    rig.pass(10 * second);
    rig.behaviour = (task, id) =>
      task.revision === 2 && task.slot === '1' && task.desired === 'running'
        ? 'failed'
        : obedient(task, id);
  });
  expect(seen).toEqual(['1:100:4', '1:50:4 2:50:2', '1:50:4 2:50:1', '1:100:4']);
});

test('rolling: every healthy task gets the same; a service that goes has no table of tasks', () => {
  const strategy = { kind: 'rolling', parallelism: 2, delayUs: 0, order: 'stop-first' } as const;
  const seen = tables(strategy, (rig, web) => {
    rig.image(web, 'app:2');
    rig.pass(30 * second);
    rig.ask({ kind: 'remove-service', service: web, version: 0 });
  });
  expect(seen[0]).toBe('1:100:4');
  expect(seen).toContain('1:50:2 2:50:2');
  expect(seen.slice(-2)).toEqual(['2:100:4', '']);
});
