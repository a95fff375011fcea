import { describe, expect, it } from 'vitest';
import { raftLadder } from './ladder.ts';
import type { StoryBook } from './stories.ts';
import { answeredByOne, clients } from './stories-of-clients.ts';
import { damage } from './stories-of-damage.ts';
import { members } from './stories-of-members.ts';
import { messages } from './stories-of-messages.ts';
import { oneNode } from './stories-of-one-node.ts';
import { progress } from './stories-of-progress.ts';
import { cluster } from './stories-of-the-cluster.ts';
import { Rig } from './test-kit.ts';

const stories: StoryBook = {
  ...oneNode,
  ...messages,
  ...cluster,
  ...members,
  ...damage,
  ...clients,
  ...progress,
};

it('every rung of the ladder has its stories', () => {
  expect(Object.keys(stories).sort()).toEqual(raftLadder.rungs.map(({ id }) => id).sort());
});

for (const { id, title } of raftLadder.rungs) {
  const { red = {}, green = {}, history } = stories[id] ?? {};
  describe(`${id}, ${title}`, () => {
    it.each(Object.keys(red))('is broken when %s', (story) => {
      const rig = new Rig({ only: id, history: history?.('red') });
      red[story]?.(rig);
      expect(rig.broken).toBe(id);
    });

    it.each(Object.keys(green))('holds when %s', (story) => {
      const rig = new Rig({ only: id, history: history?.('green') });
      green[story]?.(rig);
      expect(rig.run.violation).toBeUndefined();
      expect(rig.premise(id)).toBeGreaterThan(0);
    });
  });
}

it('acknowledged writes may be lost with the last disks where storms know no bound', () => {
  for (const anyNumber of [true, false]) {
    const rig = new Rig({ only: 'I41', anyNumber });
    answeredByOne(rig);
    rig.lifecycle(0, 'killed');
    rig.lifecycle(0, 'wiped');
    rig.run.finish();
    expect(rig.broken).toBe(anyNumber ? undefined : 'I41');
  }
});
