import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Component } from '../sim/component.ts';
import type { Message } from '../sim/message.ts';
import { encodePlain } from '../sim/plain-encode.ts';
import { encodeFrame, type Frame, FrameReader } from './frames.ts';
import { type RealNode, runReal } from './run-real.ts';

const host = '127.0.0.1';

interface Numbered extends Message {
  readonly number: number;
}

/** Keeps what it gets. */
const collector: Component<{ got: number[] }, Numbered> = {
  name: 'collector',
  create: () => ({ got: [] }),
  message: (state, _env, _from, { number }) => void state.got.push(number),
};

let directory: string;
const open: RealNode<unknown, Numbered>[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'seedstorm-'));
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((node) => node.close()));
  await rm(directory, { recursive: true });
});

async function run(
  id: string,
  port: number | undefined,
  peers: Record<string, number> = {},
): Promise<RealNode<{ got: number[] }, Numbered>> {
  const node = await runReal({
    component: collector,
    id,
    directory: join(directory, id),
    peers: Object.fromEntries(
      Object.entries(peers).map(([peer, at]) => [peer, { host, port: at }]),
    ),
    ...(port !== undefined && { listen: { host, port } }),
  });
  open.push(node as RealNode<unknown, Numbered>);
  return node;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('frames', () => {
  const frame: Frame = { from: 'n1', port: 'main', message: Uint8Array.of(1, 2, 3) };

  test('are cut out of a stream, however it is chopped', () => {
    const stream = Buffer.concat([encodeFrame(frame), encodeFrame({ ...frame, port: 'side' })]);
    for (let size = 1; size <= stream.length; size++) {
      const reader = new FrameReader();
      const frames: Frame[] = [];
      for (let at = 0; at < stream.length; at += size) {
        frames.push(...reader.push(stream.subarray(at, at + size)));
      }
      expect(frames).toEqual([frame, { ...frame, port: 'side' }]);
    }
  });

  test('with any bit flipped are refused, or wait for the rest', () => {
    const sound = encodeFrame(frame);
    for (let bit = 0; bit < sound.length * 8; bit++) {
      const damaged = Buffer.from(sound);
      damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
      let frames: Frame[] = [];
      try {
        frames = [...new FrameReader().push(damaged)];
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
      expect(frames).toEqual([]);
    }
  });
});

describe('a real node', () => {
  test('is reached again after it was down, and what was sent meanwhile may be lost', async () => {
    const first = await run('receiver', 0);
    const { port } = first;
    const sender = await run('sender', undefined, { receiver: port });
    let number = 0;
    const sending = setInterval(() => {
      sender.env.network.send('receiver', { kind: 'numbered', number: ++number });
    }, 5);
    try {
      await until(() => first.state.got.length > 0);
      await first.close();
      const closed = number;
      const second = await run('receiver', port);
      await until(() => second.state.got.some((it) => it > closed));
      expect(second.env.firstBoot).toBe(false);
      const { got } = second.state;
      expect(got).toEqual([...got].sort((one, other) => one - other));
    } finally {
      clearInterval(sending);
    }
  });

  test('shuts a connection that sends garbage, and goes on serving others', async () => {
    const node = await run('node', 0);
    const stranger: Socket = connect(node.port, host);
    stranger.on('error', () => {});
    const shut = new Promise((resolve) => stranger.on('close', resolve));
    stranger.write('GET / HTTP/1.1\r\n\r\n');
    await shut;
    const other: Socket = connect(node.port, host);
    const bytes = (message: unknown) =>
      encodeFrame({ from: 'x', port: 'main', message: encodePlain(message) });
    // A message that is none is passed over.
    other.write(bytes({ number: 1 }));
    other.write(bytes({ kind: 'numbered', number: 2 }));
    await until(() => node.state.got.length > 0);
    expect(node.state.got).toEqual([2]);
    other.destroy();
  });

  test('keeps its identity: another node cannot take its directory', async () => {
    const node = await run('n1', undefined);
    expect(node.env.firstBoot).toBe(true);
    await node.close();
    expect(await readFile(join(directory, 'n1', 'identity'), 'utf8')).toBe('n1');
    const thief = runReal({
      component: collector,
      id: 'n2',
      directory: join(directory, 'n1'),
      peers: {},
    });
    await expect(thief).rejects.toThrow("belongs to node 'n1', not to 'n2'");
    expect((await run('n1', undefined)).env.firstBoot).toBe(false);
  });

  test('says when its port is taken', async () => {
    const { port } = await run('n1', 0);
    await expect(run('n2', port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  test('hands what a component throws to whoever asked for it', async () => {
    const thrown: unknown[] = [];
    const broken: Component<null, Numbered> = {
      name: 'broken',
      create: () => null,
      async start(_state, env) {
        env.timers.set('later', 1_000, () => {
          throw new Error('from a timer');
        });
        env.disk.read('none', () => {
          throw new Error('from the disk');
        });
        throw new Error('from start');
      },
    };
    const node = await runReal({
      component: broken,
      id: 'n1',
      directory: join(directory, 'n1'),
      peers: {},
      onThrow: (error) => thrown.push((error as Error).message),
    });
    await until(() => thrown.length === 3);
    expect(thrown.sort()).toEqual(['from a timer', 'from start', 'from the disk']);
    await node.close();
  });

  test('counts probes, and says nothing after its end', async () => {
    const node = await run('n1', 0);
    node.env.probe('rare');
    node.env.probe('rare');
    expect(node.probes.get('rare')).toBe(2);
    let fired = 0;
    node.env.timers.set('late', 1_000, () => fired++);
    node.env.disk.write('a', 'x', () => fired++);
    await node.close();
    node.env.timers.set('later', 0, () => fired++);
    node.env.disk.read('a', () => fired++);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(fired).toBe(0);
  });
});
