import { describe, expect, test } from 'vitest';
import { Cluster, type ClusterOptions } from '../../../test/raft/cluster.ts';

/** A cluster that has a leader. */
function formed(options: ClusterOptions = {}): Cluster {
  const cluster = new Cluster(options);
  expect(cluster.runUntil(() => cluster.leader() >= 0)).toBe(true);
  return cluster;
}

function others(cluster: Cluster, node: number): readonly number[] {
  return Array.from({ length: cluster.size }, (_, index) => index).filter((i) => i !== node);
}

/** Waits until all nodes have applied all that the leader has, and compares their machines. */
function expectAgreement(cluster: Cluster): void {
  const agreed = cluster.runUntil(() => {
    const leader = cluster.leader();
    if (leader < 0) return false;
    const { lastIndex } = cluster.node(leader).log;
    return [leader, ...others(cluster, leader)].every((index) => {
      const node = cluster.node(index);
      return node.phase === 'running' && node.machine.applied === lastIndex;
    });
  });
  expect(agreed).toBe(true);
  const expected = cluster.node(0).machine.save();
  for (let index = 1; index < cluster.size; index++) {
    expect(cluster.node(index).machine.save()).toEqual(expected);
  }
}

/** Waits for a leader that has a value, while not all nodes run. */
function expectAgreementOf(cluster: Cluster, value: string): void {
  expect(cluster.call({ operation: 'get', key: 'k' }).value).toBe(value);
}

describe.each([1, 3, 5])('%i nodes', (nodes) => {
  test('elect one leader, take writes, agree', () => {
    const cluster = formed({ nodes });
    for (let i = 0; i < 20; i++) cluster.call({ operation: 'append', key: 'k', value: `${i},` });
    const value = Array.from({ length: 20 }, (_, i) => `${i},`).join('');
    expect(cluster.call({ operation: 'get', key: 'k' }).value).toBe(value);
    expect(cluster.leaders.length).toBe(1);
    expectAgreement(cluster);
  });

  test('the whole cluster loses power and remembers', () => {
    const cluster = formed({ nodes });
    cluster.call({ operation: 'put', key: 'k', value: 'v' });
    for (let index = 0; index < nodes; index++) cluster.world.powerLoss(index);
    for (let index = 0; index < nodes; index++) cluster.world.start(index);
    expect(cluster.call({ operation: 'get', key: 'k' }).value).toBe('v');
    expectAgreement(cluster);
  });
});

test('an idle cluster has few events', () => {
  const cluster = formed({ nodes: 5 });
  cluster.run(1_000_000);
  const before = cluster.world.steps;
  cluster.run(1_000_000);
  // 2,000 of them are the test's client, which polls; 25 heartbeats to and from 4 followers.
  expect(cluster.world.steps - before - 2_000).toBeLessThan(300);
});

test('a follower that was killed or lost power catches up from its log', () => {
  for (const crash of ['kill', 'powerLoss'] as const) {
    const cluster = formed();
    cluster.call({ operation: 'put', key: 'a', value: '1' });
    const follower = others(cluster, cluster.leader())[0]!;
    cluster.world[crash](follower);
    cluster.call({ operation: 'put', key: 'b', value: '2' });
    cluster.world.start(follower);
    expectAgreement(cluster);
    expect(cluster.node(follower).machine.values.get('b')).toBe('2');
    expect(cluster.probes.get('snapshot installed')).toBeUndefined();
  }
});

test('a node that lags behind the log gets the snapshot in pieces', () => {
  const settings = { snapshotEntries: 5, trailingEntries: 0, chunkBytes: 16 };
  const cluster = formed({ settings });
  const follower = others(cluster, cluster.leader())[0]!;
  cluster.world.kill(follower);
  for (let i = 0; i < 20; i++) cluster.call({ operation: 'put', key: `k${i}`, value: `${i}` });
  cluster.world.start(follower);
  expectAgreement(cluster);
  expect(cluster.probes.get('snapshot installed')).toBe(1);
  // What was installed survives the next crash, second generation included.
  cluster.world.powerLoss(follower);
  cluster.world.start(follower);
  for (let i = 0; i < 10; i++) cluster.call({ operation: 'put', key: 'x', value: `${i}` });
  expectAgreement(cluster);
});

describe('a leader that is cut off', () => {
  test('is replaced, steps down, and loses what it alone had', () => {
    const cluster = formed({ nodes: 5 });
    cluster.call({ operation: 'put', key: 'k', value: 'old' });
    const old = cluster.leader();
    cluster.isolate(old, true);
    const lost = cluster.send(old, { operation: 'put', key: 'k', value: 'lost' });
    expect(cluster.runUntil(() => cluster.leader() !== old && cluster.leader() >= 0)).toBe(true);
    cluster.call({ operation: 'put', key: 'k', value: 'new' });
    cluster.run(1_000_000);
    expect(cluster.node(old).core!.role).not.toBe('leader');
    expect(cluster.reply(lost)?.status).toBe('unknown');
    cluster.isolate(old, false);
    expectAgreement(cluster);
    expect(cluster.probes.get('uncommitted tail truncated')).toBe(1);
    expect(cluster.call({ operation: 'get', key: 'k' }).value).toBe('new');
  });

  test('never answers a read from its old state', () => {
    const cluster = formed();
    cluster.call({ operation: 'put', key: 'k', value: 'old' });
    const old = cluster.leader();
    cluster.isolate(old, true);
    const read = cluster.send(old, { operation: 'get', key: 'k' });
    const local = cluster.send(old, { operation: 'get', key: 'k', consistency: 'local' });
    cluster.run(1_000_000);
    expect(cluster.reply(read)?.status).toBe('unavailable');
    expect(cluster.reply(local)).toMatchObject({ status: 'ok', value: 'old' });
    expect(cluster.probes.get('read refused by a minority leader')).toBe(1);
  });

  test('does not disturb the others when it comes back: pre-vote keeps its term', () => {
    const cluster = formed({ nodes: 5 });
    const old = cluster.leader();
    cluster.isolate(old, true);
    cluster.run(3_000_000);
    const leader = cluster.leader();
    const { term } = cluster.node(leader).core!;
    cluster.isolate(old, false);
    cluster.run(1_000_000);
    expect([cluster.leader(), cluster.node(leader).core!.term]).toEqual([leader, term]);
    expect(cluster.probes.get('campaign')).toBeGreaterThan(2);
  });
});

describe('clients', () => {
  test('a retry is answered from the session table, also by the next leader', () => {
    const cluster = formed();
    const first = cluster.call({ operation: 'append', key: 'k', value: 'x' });
    const old = cluster.leader();
    cluster.world.kill(old);
    const { sequence } = first;
    const again = cluster.call({ operation: 'append', key: 'k', value: 'x', sequence });
    expect([again.index, again.swapped]).toEqual([first.index, first.swapped]);
    expect(cluster.probes.get('retry answered from the session table')).toBeGreaterThan(0);
    expect(cluster.call({ operation: 'get', key: 'k' }).value).toBe('x');
  });

  test('a copy that comes while the first is under way is not proposed again', () => {
    const cluster = formed();
    const leader = cluster.leader();
    const before = cluster.node(leader).log.lastIndex;
    const sequence = cluster.send(leader, { operation: 'append', key: 'k', value: 'x' });
    cluster.send(leader, { operation: 'append', key: 'k', value: 'x', sequence, attempt: 2 });
    cluster.run(100_000);
    expect(cluster.node(leader).log.lastIndex).toBe(before + 1);
    expect(cluster.replies.map((reply) => reply.attempt)).toEqual([2]);
  });

  test('a follower names the leader', () => {
    const cluster = formed();
    cluster.run(100_000);
    const leader = cluster.leader();
    const sequence = cluster.send(others(cluster, leader)[0]!, { operation: 'put', key: 'k' });
    cluster.run(100_000);
    expect(cluster.reply(sequence)).toMatchObject({
      status: 'not-leader',
      leader: `n${leader + 1}`,
    });
  });

  test('values beyond the limit are refused for good', () => {
    const cluster = formed();
    const value = 'x'.repeat(65_537);
    const sequence = cluster.send(cluster.leader(), { operation: 'put', key: 'k', value });
    cluster.run(100_000);
    expect(cluster.reply(sequence)?.status).toBe('too-large');
  });
});

describe('disks', () => {
  test('a failed sync is not believed: the bytes go to a new segment and survive power loss', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const cluster = formed({ nodes: 1, seed });
      const trouble = { mode: 'sync-error', perMillion: 500_000, file: 'wal' } as const;
      const end = cluster.world.troubleDisk(0, trouble);
      for (let i = 0; i < 5; i++) cluster.call({ operation: 'put', key: 'k', value: `${i}` });
      end();
      expect(cluster.probes.get('fsync failed then succeeded')).toBeGreaterThan(0);
      cluster.world.powerLoss(0);
      cluster.world.start(0);
      expect(cluster.call({ operation: 'get', key: 'k' }).value).toBe('4');
    }
  });

  test('a leader with a full disk refuses writes and makes way; with room it is a member again', () => {
    const cluster = formed({ settings: { heartbeatUs: 50_000 } });
    cluster.call({ operation: 'put', key: 'k', value: 'v' });
    const old = cluster.leader();
    const end = cluster.world.troubleDisk(old, { mode: 'full', perMillion: 1_000_000, file: '' });
    cluster.send(old, { operation: 'put', key: 'k', value: 'w' });
    cluster.run(10_000);
    const refused = cluster.send(old, { client: 2, operation: 'put', key: 'k', value: 'x' });
    cluster.run(10_000);
    expect(cluster.reply(refused)?.status).toBe('disk-full');
    expect(cluster.runUntil(() => cluster.leader() >= 0 && cluster.leader() !== old)).toBe(true);
    cluster.call({ operation: 'put', key: 'k', value: 'y' });
    end();
    expectAgreement(cluster);
    expect(cluster.call({ operation: 'get', key: 'k' }).value).toBe('y');
  });

  test('a disk that cannot be read at a start is asked again', () => {
    const cluster = formed();
    cluster.call({ operation: 'put', key: 'k', value: 'v' });
    const node = others(cluster, cluster.leader())[0]!;
    const end = cluster.world.troubleDisk(node, {
      mode: 'read-error',
      perMillion: 1_000_000,
      file: '',
    });
    cluster.world.kill(node);
    cluster.world.start(node);
    cluster.run(1_000_000);
    expect(cluster.node(node).phase).toBe('recovering');
    end();
    expectAgreement(cluster);
  });

  test('a flipped bit in the promised log is repaired by the others', () => {
    for (const offset of [20, 70, 200, 260, 330, 400]) {
      const cluster = formed();
      for (let i = 0; i < 10; i++) cluster.call({ operation: 'put', key: 'k', value: `${i}` });
      const node = cluster.leader();
      cluster.run(200_000);
      cluster.world.kill(node);
      expect(cluster.world.flipBit(node, 'wal-00000001', offset, 3)).toBe(true);
      expect(cluster.world.damaged(node)).toBe(true);
      cluster.world.start(node);
      cluster.call({ operation: 'put', key: 'k', value: 'x' });
      expectAgreement(cluster);
      expect(cluster.world.damaged(node)).toBe(false);
      expect(cluster.probes.get('damage noticed')).toBe(1);
      expect(cluster.probes.get('damage repaired')).toBe(1);
      // What was repaired survives, and leads.
      cluster.world.powerLoss(node);
      cluster.world.start(node);
      expectAgreement(cluster);
    }
  });

  test('a lost snapshot is fetched again, also from one who has to make it', () => {
    for (const silent of [false, true]) {
      const settings = { snapshotEntries: 5, trailingEntries: 0, chunkBytes: 16 };
      const cluster = formed({ settings });
      for (let i = 0; i < 12; i++) cluster.call({ operation: 'put', key: `k${i}`, value: `${i}` });
      cluster.run(200_000);
      const node = others(cluster, cluster.leader())[0]!;
      cluster.world.kill(node);
      const disk = cluster.world.disk(node);
      const name = disk.promisedFiles().findLast((file) => file.startsWith('snapshot'))!;
      expect(cluster.world.flipBit(node, name, 40, 1)).toBe(true);
      for (let i = 0; i < (silent ? 0 : 9); i++) {
        cluster.call({ operation: 'put', key: 'x', value: `${i}` });
      }
      cluster.world.start(node);
      expectAgreement(cluster);
      expect([cluster.world.damaged(node), cluster.probes.get('damage repaired')]).toEqual([
        false,
        1,
      ]);
    }
  });

  test('a node that repairs neither votes nor serves, and waits for who has what it lost', () => {
    const cluster = formed();
    for (let i = 0; i < 10; i++) cluster.call({ operation: 'put', key: 'k', value: `${i}` });
    cluster.run(200_000);
    const [node, other] = others(cluster, cluster.leader()) as [number, number];
    const last = cluster.leader();
    cluster.world.kill(node);
    cluster.world.flipBit(node, 'wal-00000001', 420, 3);
    cluster.world.kill(other);
    cluster.world.kill(last);
    cluster.world.start(node);
    cluster.run(2_000_000);
    expect(cluster.node(node).phase).toBe('repairing');
    const call = cluster.send(node, { operation: 'get', key: 'k', consistency: 'local' });
    cluster.run(100_000);
    expect(cluster.reply(call)?.status).toBe('unavailable');
    cluster.world.start(other);
    expectAgreementOf(cluster, '9');
    cluster.world.start(last);
    expectAgreement(cluster);
  });

  test('damage here and there on all nodes is repaired crosswise', () => {
    const cluster = formed();
    for (let i = 0; i < 20; i++) cluster.call({ operation: 'put', key: 'k', value: `${i}` });
    cluster.run(200_000);
    for (let node = 0; node < 3; node++) {
      cluster.world.kill(node);
      // Within the records of other entries on each.
      for (let at = 0; at < 3; at++) {
        cluster.world.flipBit(node, 'wal-00000001', 700 + node * 600 + at * 180, 3);
      }
    }
    for (let node = 0; node < 3; node++) cluster.world.start(node);
    expect(cluster.call({ operation: 'get', key: 'k' }).value).toBe('19');
    expectAgreement(cluster);
    expect(cluster.probes.get('damage repaired')).toBe(3);
  });

  test('a node that finds its disk emptied says nothing any more', () => {
    const cluster = formed();
    const node = cluster.leader();
    cluster.world.kill(node);
    cluster.world.wipe(node);
    cluster.world.start(node);
    cluster.run(1_000_000);
    expect(cluster.node(node).phase).toBe('withdrawn');
    expect(cluster.probes.get('empty disk noticed')).toBe(1);
    cluster.call({ operation: 'put', key: 'k', value: 'v' });
  });
});

test('messages may go through bytes without changing the run', () => {
  const digest = (paranoid: boolean) => {
    const cluster = formed({ paranoid, settings: { snapshotEntries: 3, chunkBytes: 16 } });
    for (let i = 0; i < 20; i++) cluster.call({ operation: 'put', key: `k${i}`, value: 'v' });
    return cluster.world.digest;
  };
  expect(digest(true)).toBe(digest(false));
});
