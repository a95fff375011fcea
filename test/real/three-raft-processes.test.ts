import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RaftCluster } from './raft-cluster.ts';

let directory: string;
let cluster: RaftCluster;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'seedstorm-raft-'));
  cluster = await RaftCluster.start(directory, 3);
});

afterEach(async () => {
  await cluster.close();
  await rm(directory, { recursive: true });
});

describe('three Raft processes on this machine', () => {
  test('elect, replicate, survive kill -9 of the leader, and give back all that was acknowledged', async () => {
    const acknowledged = new Map<string, string>();
    let log = '';
    let leader = '';
    const write = async (count: number) => {
      for (let index = 0; index < count; index++) {
        const key = `key ${acknowledged.size}`;
        await cluster.call('put', key, `value of ${key}`);
        acknowledged.set(key, `value of ${key}`);
        const mark = `${index},`;
        leader = (await cluster.call('append', 'log', mark)).by;
        log += mark;
      }
    };
    const readBack = async () => {
      for (const [key, value] of acknowledged) {
        expect((await cluster.call('get', key)).reply.value).toBe(value);
      }
      // Each append took effect once, whatever was sent again.
      expect((await cluster.call('get', 'log')).reply.value).toBe(log);
    };

    await write(15);
    const first = leader;
    await cluster.kill(first);
    await write(30);
    expect(leader).not.toBe(first);
    await readBack();

    await cluster.begin(first);
    let seen = await cluster.local(first, 'log');
    while (seen !== log) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      seen = await cluster.local(first, 'log');
    }

    // The one that came back counts: with it, another can go.
    await cluster.kill(leader);
    await write(5);
    await readBack();
    expect(cluster.complaints).toEqual([]);
  });

  test('give back all that was acknowledged after kill -9 of all three', async () => {
    await cluster.call('put', 'a', '1');
    await cluster.call('put', 'b', '2');
    await Promise.all(cluster.names.map((id) => cluster.kill(id)));
    await Promise.all(cluster.names.map((id) => cluster.begin(id)));
    expect((await cluster.call('get', 'a')).reply.value).toBe('1');
    expect((await cluster.call('get', 'b')).reply.value).toBe('2');
    expect(cluster.complaints).toEqual([]);
  });
});
