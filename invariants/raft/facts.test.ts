import { expect, it } from 'vitest';
import { raftLadder } from './ladder.ts';
import { clients } from './stories-of-clients.ts';
import { damage } from './stories-of-damage.ts';
import { members } from './stories-of-members.ts';
import { messages } from './stories-of-messages.ts';
import { oneNode } from './stories-of-one-node.ts';
import { progress } from './stories-of-progress.ts';
import { cluster } from './stories-of-the-cluster.ts';
import { Rig } from './test-kit.ts';

const stories = {
  ...oneNode,
  ...messages,
  ...cluster,
  ...members,
  ...damage,
  ...clients,
  ...progress,
};

for (const { id, title } of raftLadder.rungs) {
  const { red = {}, history } = stories[id] ?? {};
  it.each(Object.keys(red))(`facts of ${id}, ${title}, when %s`, (story) => {
    const rig = new Rig({ only: id, history: history?.('red') });
    red[story]?.(rig);
    const facts = raftLadder.factsOf?.(rig.run.violation!) ?? [];
    expect(
      facts.length,
      `${id} says nothing of ${JSON.stringify(rig.run.violation)}`,
    ).toBeGreaterThan(1);
    for (const fact of facts) {
      expect(fact).toMatch(/^[A-Za-z].*\.$/);
      expect(fact).not.toMatch(/undefined|NaN|\[object|null/);
    }
  });
}
