import { randomInt } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Component } from '../sim/component.ts';
import type { Env, LogValue, Received } from '../sim/env.ts';
import type { Codec, Message, NodeId } from '../sim/message.ts';
import { plainCodec } from '../sim/plain-codec.ts';
import { RealDisk, syncPath } from './real-disk.ts';
import { type Endpoint, RealNetwork } from './real-network.ts';
import { RealClock, RealTimers } from './real-timers.ts';

/** How to run one component on this machine. */
export interface RealOptions<State, M extends Message> {
  readonly component: Component<State, M>;
  readonly id: NodeId;
  /** Keeps the node's identity and its files. Made when missing. */
  readonly directory: string;
  /** Where to listen; port 0 takes a free one. Without it only replies arrive, as at a client. */
  readonly listen?: Endpoint;
  /** Where other nodes listen, by name; the node's own name may be among them. */
  readonly peers: Readonly<Record<NodeId, Endpoint>>;
  /** Default: true when the directory has no identity yet. */
  readonly firstBoot?: boolean;
  /** Takes what a handler throws. Default: the process ends with it, as a crash. */
  readonly onThrow?: (error: unknown) => void;
  /** Takes `env.log`. Default: one line of JSON to standard error. */
  readonly onLog?: (text: string, fields: Readonly<Record<string, LogValue>> | undefined) => void;
}

/** A component that is running on this machine. */
export interface RealNode<State, M extends Message> {
  readonly state: State;
  readonly env: Env<M>;
  /** The port on which it listens; 0 when it does not. */
  readonly port: number;
  /** How often each probe was seen. */
  readonly probes: ReadonlyMap<string, number>;
  /** Ends this life at once: nothing of it runs any more. Resolves when all is released. */
  close(): Promise<void>;
}

/**
 * Runs a component on this machine's clocks, sockets and files: the same `Env` as in a simulation.
 * Rejects when the directory belongs to another node or the port is taken.
 *
 * @example
 * const node = await runReal({
 *   component, id: 'n1', directory: 'data/n1',
 *   listen: { host: '127.0.0.1', port: 7001 }, peers: { n2: { host: '127.0.0.1', port: 7002 } },
 * });
 */
export async function runReal<State, M extends Message>(
  options: RealOptions<State, M>,
): Promise<RealNode<State, M>> {
  const fresh = await claimDirectory(options.directory, options.id);
  const life = new RealLife(options, options.firstBoot ?? fresh);
  await life.begin();
  return life;
}

/** Makes the directory this node's own, durably. True when it was nobody's. */
async function claimDirectory(directory: string, id: NodeId): Promise<boolean> {
  await mkdir(join(directory, 'files'), { recursive: true });
  const marker = join(directory, 'identity');
  const owner = await readFile(marker, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (owner !== undefined && owner !== id) {
    throw new Error(`${directory} belongs to node '${owner}', not to '${id}'`);
  }
  if (owner !== undefined) return false;
  const handle = await open(`${marker}.new`, 'w');
  await handle.writeFile(id);
  await handle.sync();
  await handle.close();
  await rename(`${marker}.new`, marker);
  await syncPath(directory);
  await syncPath(dirname(resolve(directory)));
  return true;
}

class RealLife<State, M extends Message> implements RealNode<State, M> {
  readonly env: Env<M>;
  readonly probes: Map<string, number> = new Map();
  state!: State;
  port = 0;
  readonly #options: RealOptions<State, M>;
  readonly #codec: Codec<M>;
  readonly #network: RealNetwork;
  readonly #timers: RealTimers;
  readonly #disk: RealDisk;
  readonly #mailbox: Received<M>[] = [];
  readonly #receivers: ((received: Received<M>) => void)[] = [];
  #closed = false;
  #started = false;

  constructor(options: RealOptions<State, M>, firstBoot: boolean) {
    this.#options = options;
    this.#codec = options.component.codec ?? (plainCodec as unknown as Codec<M>);
    const clock = new RealClock();
    this.#timers = new RealTimers(clock);
    this.#disk = new RealDisk(join(options.directory, 'files'), (callback) =>
      this.#guard(callback),
    );
    const { [options.id]: _self, ...others } = options.peers;
    this.#network = new RealNetwork(others, options.listen !== undefined, (frame) =>
      this.#deliver(frame.from, frame.port, frame.message),
    );
    this.env = this.#makeEnv(firstBoot, clock);
  }

  async begin(): Promise<void> {
    const { component, listen } = this.#options;
    try {
      if (listen !== undefined) this.port = await this.#network.listen(listen);
    } catch (error) {
      await this.close();
      throw error;
    }
    this.state = component.create(this.env, undefined);
    this.#started = true;
    this.#guard(() => component.start?.(this.state, this.env));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#timers.close();
    await Promise.all([this.#network.close(), this.#disk.close()]);
  }

  #makeEnv(firstBoot: boolean, clock: RealClock): Env<M> {
    const { id } = this.#options;
    const below = (bound: number): number => randomInt(bound);
    const timers = {
      set: (name: string, delayUs: number, callback: () => void) => {
        if (!this.#closed) this.#timers.set(name, delayUs, () => this.#guard(callback));
      },
      cancel: (name: string) => this.#timers.cancel(name),
    };
    let sleeps = 0;
    return {
      id,
      firstBoot,
      clock,
      timers,
      network: {
        send: (to, message) => this.#send(to, message),
        receive: () => this.#receive(),
      },
      disk: this.#disk,
      random: { below, between: (low, high) => low + below(high - low + 1) },
      sleep: (delayUs) =>
        new Promise((done) => {
          timers.set(`sleep ${++sleeps}`, delayUs, done);
        }),
      maybe: () => false,
      probe: (name) => void this.probes.set(name, (this.probes.get(name) ?? 0) + 1),
      log: (text, fields) => {
        if (this.#options.onLog !== undefined) this.#options.onLog(text, fields);
        else {
          const time = new Date().toISOString();
          process.stderr.write(`${JSON.stringify({ time, node: id, text, ...fields })}\n`);
        }
      },
    };
  }

  #send(to: string, message: M): void {
    if (this.#closed) return;
    const colon = to.indexOf(':');
    const node = colon < 0 ? to : to.slice(0, colon);
    const port = colon < 0 ? 'main' : to.slice(colon + 1);
    const from = this.#options.id;
    // Encoded now: the sender's objects are not looked at again.
    const bytes = this.#codec.encode(message);
    if (node === from) setImmediate(() => this.#deliver(from, port, bytes));
    else this.#network.send(node, { from, port, message: bytes });
  }

  #deliver(from: NodeId, port: string, bytes: Uint8Array): void {
    // A message for a life that has not begun, or is over, is lost.
    if (this.#closed || !this.#started) return;
    let message: M;
    try {
      message = this.#codec.decode(bytes);
    } catch (error) {
      if (error instanceof RangeError) return;
      throw error;
    }
    const { component } = this.#options;
    if (component.message !== undefined) {
      this.#guard(() => component.message?.(this.state, this.env, from, message, port));
      return;
    }
    const receiver = this.#receivers.shift();
    if (receiver === undefined) this.#mailbox.push({ from, message });
    else receiver({ from, message });
  }

  #receive(): Promise<Received<M>> {
    const first = this.#mailbox.shift();
    if (first !== undefined) return Promise.resolve(first);
    return new Promise((resolve) => {
      this.#receivers.push(resolve);
    });
  }

  /** Runs code of the component; what it throws, now or later, ends the process by default. */
  #guard(run: () => void | Promise<void>): void {
    const failed = (error: unknown): void => {
      if (this.#options.onThrow !== undefined) this.#options.onThrow(error);
      else {
        setImmediate(() => {
          throw error;
        });
      }
    };
    try {
      const result = run();
      if (result instanceof Promise) result.catch(failed);
    } catch (error) {
      failed(error);
    }
  }
}
