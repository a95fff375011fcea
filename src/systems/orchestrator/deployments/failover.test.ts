import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Laws } from '../laws.ts';
import type { Strategy, UpdateConfig } from '../specs/update-config.ts';
import type { Command } from '../state/command.ts';
import { isLive } from '../state/task-index.ts';
import { type Behaviour, obedient, Rig, second } from '../test-rig.ts';

const order = fc.constantFrom('stop-first', 'start-first');
const strategy: fc.Arbitrary<Strategy> = fc.oneof(
  fc.record({
    kind: fc.constant('rolling'),
    parallelism: fc.nat(3),
    delayUs: fc.constantFrom(0, 3 * second),
    order,
  }),
  fc.record({
    kind: fc.constant('blue-green'),
    autoPromote: fc.constant(true),
    keepUs: fc.constantFrom(0, 4 * second),
  }),
  fc.record({
    kind: fc.constant('canary'),
    steps: fc.constantFrom(
      [{ weight: 30, holdUs: second }],
      [
        { weight: 20, holdUs: 0 },
        { weight: 60, holdUs: 2 * second },
      ],
    ),
    autoPromote: fc.constant(true),
  }),
);

const deployment = fc.record({
  strategy,
  replicas: fc.integer({ min: 1, max: 5 }),
  monitorUs: fc.constantFrom(0, second, 5 * second),
  onFailure: fc.constantFrom('pause', 'rollback', 'continue') satisfies fc.Arbitrary<
    UpdateConfig['onFailure']
  >,
  rollbackOrder: order,
  /** The slot whose new task fails, 0 for none. */
  bad: fc.nat(3),
});

type Drawn = typeof deployment extends fc.Arbitrary<infer Value> ? Value : never;

/** Deploys `app:2` on one service while another is deployed too; gives how it ended. */
function deploy(drawn: Drawn, failsOver: boolean): { end: unknown; commits: number } {
  const { strategy, replicas, monitorUs, onFailure, rollbackOrder, bad } = drawn;
  const rig = new Rig();
  rig.failsOver = failsOver;
  const laws = new Laws();
  const watch = (command: Command) => {
    laws.at(rig.state.timeUs);
    expect(laws.check(rig.state, command)).toEqual([]);
  };
  rig.after = watch;
  for (let node = 0; node < 3; node++) rig.node();
  const mode = { kind: 'replicated', replicas } as const;
  const update = {
    strategy,
    monitorUs,
    maxFailurePerMille: 0,
    onFailure,
    progressDeadlineUs: 60 * second,
  };
  const rollback = {
    parallelism: 1,
    delayUs: 0,
    order: rollbackOrder,
    monitorUs,
    maxFailurePerMille: 1_000,
    onFailure: 'continue' as const,
  };
  const web = rig.service('web', { mode, update, rollback });
  const api = rig.service('api', { mode, update, rollback });
  rig.calm();
  const behaviour: Behaviour = (task, id) => {
    const fails = task.service === web && task.slot === String(bad) && task.revision === 2;
    return fails && task.observed === 'running' ? 'failed' : obedient(task, id);
  };
  rig.behaviour = behaviour;
  const begun = rig.machine.applied;
  rig.after = (command) => {
    watch(command);
    // Only the service without a bad image has a promise to keep all the time.
    available(rig, api, strategy, replicas);
  };
  rig.image(api, 'app:2');
  rig.image(web, 'app:2');
  rig.pass(200 * second);
  rig.behaviour = obedient;
  rig.pass(200 * second);
  const end = [web, api].map((id) => {
    const row = rig.state.services.get(id)!;
    const { phase, paused, promoted } = rig.state.deployments.get(
      row.deployment === '' ? row.lastDeployment : row.deployment,
    )!;
    return { running: rig.running(id), revision: row.revision, phase, paused, promoted };
  });
  return { end, commits: rig.machine.applied - begun };
}

/** S19: as many tasks are well as the strategy promises, and no more exist than it may make. */
function available(rig: Rig, service: string, strategy: Strategy, replicas: number): void {
  const tasks = rig.tasks(service).map(([, task]) => task);
  const well = tasks.filter((task) => task.healthyUs > 0).length;
  const live = tasks.filter(isLive).length;
  const batch = strategy.kind === 'rolling' ? strategy.parallelism || replicas : replicas;
  const stops = strategy.kind === 'rolling' && strategy.order === 'stop-first';
  expect(well).toBeGreaterThanOrEqual(stops ? Math.max(0, replicas - batch) : replicas);
  expect(live).toBeLessThanOrEqual(stops ? replicas : replicas + Math.min(batch, replicas));
}

test('a leader that dies after every commit of a deployment changes nothing about its end', () => {
  const ends = new Set<string>();
  fc.assert(
    fc.property(deployment, (drawn) => {
      const calm = deploy(drawn, false);
      const stormy = deploy(drawn, true);
      expect(stormy.end).toEqual(calm.end);
      expect(stormy.commits).toBeGreaterThan(drawn.replicas);
      const [web, api] = calm.end as { phase: string; paused: string }[];
      expect(api).toMatchObject({ phase: 'completed', paused: 'none' });
      ends.add(`${web!.phase} ${web!.paused}`);
    }),
    { numRuns: 80, seed: 4, endOnFailure: true },
  );
  expect([...ends].sort()).toEqual([
    'completed none',
    'rolled-back none',
    'updating deadline',
    'updating failures',
  ]);
});
