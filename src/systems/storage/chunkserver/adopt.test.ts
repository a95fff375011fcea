import { describe, expect, test } from 'vitest';
import { replica, ServersRig } from '../../../../test/storage/chunkservers/servers-rig.ts';

const all = ['n1', 'n2', 'n3'];

/** A chunk on three servers, of whom two took a write, and all have heard of version 2 under fence 15. */
function leftBehind(): ServersRig {
  const rig = new ServersRig();
  for (const node of all) rig.setVersion(node, 1, 1, 0, 11);
  rig.write(['n1', 'n2'], 1, { version: 1, fence: 11, sequence: 1, fill: 7 });
  for (const node of all) rig.setVersion(node, 1, 2, 1, 15);
  return rig;
}

describe('writes of another replica', () => {
  test('are not taken over once a later leader has been told how far the replica goes', () => {
    const rig = leftBehind();
    const order = { term: 3, index: 15, ...replica(1, 2), fence: 15 };
    // Its bytes are under way when the other order comes.
    rig.send('n3', { kind: 'adopt', task: 901, ...order, source: 'n1' });
    const none = { copyOf: 0, copyVersion: 0, copyGeneration: 0 };
    rig.send('n3', { kind: 'set-version', task: 902, ...order, ...none, term: 4, from: 1 });
    rig.run(100_000);
    const told = rig.got.flatMap(({ message }) =>
      'task' in message && message.task > 900 ? [message] : [],
    );
    expect(told).toMatchObject([
      { kind: 'version-set', fault: null, lastFence: 0 },
      { kind: 'task-done', task: 901, fault: 'stale' },
    ]);
    expect(rig.read('n3', replica(1, 2))).toMatchObject({ blocks: [{ bytes: new Uint8Array() }] });
  });

  // Found by seed 774537000037 of storage-late-reports (SC3), with another bug planted.
  test('are not taken over under a fence that is older than the chunk has', () => {
    const rig = leftBehind();
    const part = { ...replica(1, 1), generation: 1 };
    expect(rig.put('n3', part, 20, new Uint8Array(64).fill(1))).toMatchObject({ fault: null });
    const done = rig.ask('n3', 'task-done', (task) => ({
      kind: 'adopt',
      ...{ task, term: 3, index: 20, ...replica(1, 2), fence: 15, source: 'n1' },
    }));
    expect(done).toMatchObject({ fault: 'stale' });
  });
});
