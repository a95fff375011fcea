import { expect, test } from 'vitest';
import type { Component } from './component.ts';
import { calmEnvironment } from './environment.ts';
import { KeyedChoices } from './keyed-choices.ts';
import type { Message } from './message.ts';
import { World } from './world.ts';

interface Box {
  lives: number;
  powered: boolean;
}

const container: Component<Box, Message, unknown, Box> = {
  name: 'container',
  createMachine: () => ({ lives: 0, powered: true }),
  create(_env, box) {
    box.lives++;
    return box;
  },
  powerLost(box) {
    box.powered = false;
  },
};

test('a machine outlives a kill, and hears of a loss of power', () => {
  const world = new World({
    nodes: ['a', 'b'].map((id) => ({ id, component: container, zone: 'z1', server: true })),
    choices: new KeyedChoices({ kind: 'seed', seed: 1, overrides: [], forks: [] }),
    environment: calmEnvironment,
  });
  world.begin();
  world.kill(0);
  world.start(0);
  const box = world.state(0);
  expect(box).toEqual({ lives: 2, powered: true });
  expect(world.state(1)).toEqual({ lives: 1, powered: true });
  world.kill(0);
  // The power of a machine can go when the process is dead already.
  world.powerLoss(0);
  expect(box).toEqual({ lives: 2, powered: false });
  // Other software on the same machine.
  world.start(0, { ...container, name: 'next release' });
  expect(world.state(0)).toBe(box);
});
