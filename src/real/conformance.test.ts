import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'vitest';
import { calmEnvironment, type Environment } from '../sim/environment.ts';
import { KeyedChoices } from '../sim/keyed-choices.ts';
import { World } from '../sim/world.ts';
import { conformanceCases } from './conformance-cases.ts';
import { type ConformanceCase, caseComponent, echo } from './conformance-kit.ts';
import { runReal } from './run-real.ts';

const host = '127.0.0.1';

async function onThisMachine(tested: ConformanceCase): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'seedstorm-'));
  const answering = await runReal({
    component: echo,
    id: 'echo',
    directory: join(directory, 'echo'),
    listen: { host, port: 0 },
    peers: {},
  });
  try {
    for (let life = 1; life <= (tested.lives ?? 1); life++) {
      await new Promise<void>((resolve, reject) => {
        const ended = (error: unknown) => {
          // Not before the node is known here, even if the case ended at once.
          void node
            .then((it) => it.close())
            .then(() => (error === undefined ? resolve() : reject(error)));
        };
        const node = runReal({
          component: caseComponent(tested, () => life, ended),
          id: 'tested',
          directory: join(directory, 'tested'),
          peers: { echo: { host, port: answering.port } },
          onThrow: ended,
          onLog: () => {},
        });
        node.catch(reject);
      });
    }
  } finally {
    await answering.close();
    await rm(directory, { recursive: true });
  }
}

async function inTheSimulation(
  tested: ConformanceCase,
  seed: number | 'calm',
  environment: Partial<Environment>,
): Promise<void> {
  let life = 0;
  const outcomes: unknown[] = [];
  const component = caseComponent(
    tested,
    () => life,
    (error) => {
      outcomes.push(error);
      world.stop();
    },
  );
  const world = new World({
    nodes: [
      { id: 'tested', component, zone: 'a', server: true },
      { id: 'echo', component: echo, zone: 'b', server: true },
    ],
    choices: new KeyedChoices(
      seed === 'calm'
        ? { kind: 'calm', list: [] }
        : { kind: 'seed', seed, overrides: [], forks: [] },
    ),
    environment: { ...calmEnvironment, ...environment },
    observer: {
      threw: (_node, error) => {
        outcomes.push(error);
        world.stop();
      },
    },
    paranoid: seed !== 'calm' && seed % 2 === 1,
  });
  world.start(1);
  for (life = 1; life <= (tested.lives ?? 1); life++) {
    outcomes.length = 0;
    world.unstop();
    world.start(0);
    await new Promise((resolve) => setImmediate(resolve));
    while (outcomes.length === 0) {
      const end = world.runUntil(120_000_000);
      if (end === 'drain') await new Promise((resolve) => setImmediate(resolve));
      else if (end !== 'stopped') throw new Error(`the case did not end: ${end}`);
    }
    if (outcomes[0] !== undefined) throw outcomes[0];
    world.kill(0);
  }
}

for (const [subject, cases] of Object.entries(conformanceCases)) {
  describe(subject, () => {
    for (const tested of cases) {
      test(`on a real machine: ${tested.title}`, () => onThisMachine(tested));

      test(`in the calm world: ${tested.title}`, () => inTheSimulation(tested, 'calm', {}));

      test(`in a lively world: ${tested.title}`, async () => {
        for (let seed = 0; seed < 6; seed++) {
          await inTheSimulation(tested, seed, {
            schedulerPermuteTies: true,
            schedulerHoldPerMillion: 50_000,
            schedulerHoldUs: 1_000,
          });
        }
      });
    }
  });
}
