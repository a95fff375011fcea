import { choicePoint } from './choice-point.ts';
import type { Disk } from './disk-contract.ts';
import type { Clock, Env, LogValue, Network, Random, Received, Timers } from './env.ts';
import type { Address, Message, NodeId } from './message.ts';
import type { SimNode } from './sim-node.ts';

/** What an `Env` asks of the world. All calls are made while the node's code runs. */
export interface EnvHost {
  readonly nowUs: number;
  setTimer(node: SimNode, name: string, delayUs: number, callback: () => void): void;
  send(node: SimNode, to: Address, message: Message): void;
  /** Folds a draw into the digest. */
  drawn(node: SimNode, value: number): void;
  maybe(node: SimNode, name: string): boolean;
  probe(node: SimNode, name: string): void;
  log(node: SimNode, text: string, fields: Readonly<Record<string, LogValue>> | undefined): void;
}

/**
 * The `Env` of one life of a node. Calls by a life that is over do nothing: nothing of it may reach
 * its successor.
 */
export class NodeEnv implements Env, Clock, Timers, Network<Message>, Random {
  readonly id: NodeId;
  readonly firstBoot: boolean;
  readonly disk: Disk;
  readonly #host: EnvHost;
  readonly #node: SimNode;
  readonly #life: number;

  constructor(host: EnvHost, node: SimNode) {
    this.id = node.id;
    this.firstBoot = node.incarnation === 1;
    this.disk = node.disk.face;
    this.#host = host;
    this.#node = node;
    this.#life = node.incarnation;
  }

  get clock(): Clock {
    return this;
  }
  get timers(): Timers {
    return this;
  }
  get network(): Network<Message> {
    return this;
  }
  get random(): Random {
    return this;
  }

  monotonicUs(): number {
    return this.#node.clock.monotonicUs(this.#host.nowUs);
  }

  wallUs(): number {
    return this.#node.clock.wallUs(this.#host.nowUs);
  }

  set(name: string, delayUs: number, callback: () => void): void {
    if (this.#life !== this.#node.incarnation) return;
    if (!(delayUs >= 0) || !Number.isFinite(delayUs)) {
      throw new RangeError(
        `Expected \`delayUs\` of timer '${name}' to be a finite number from 0 up, got ${delayUs}`,
      );
    }
    this.#host.setTimer(this.#node, name, Math.ceil(delayUs), callback);
  }

  cancel(name: string): void {
    const timer = this.#node.timers.get(name);
    if (timer !== undefined && this.#life === this.#node.incarnation) this.#node.disarm(timer);
  }

  send(to: Address, message: Message): void {
    if (this.#life === this.#node.incarnation) this.#host.send(this.#node, to, message);
  }

  receive(): Promise<Received<Message>> {
    const node = this.#node;
    if (this.#life !== node.incarnation) return new Promise(() => {});
    node.asynchronous = true;
    const first = node.mailbox.shift();
    if (first !== undefined) return Promise.resolve(first);
    return new Promise((resolve) => {
      node.receivers.push(resolve);
    });
  }

  below(bound: number, name: string, key: number = 0): number {
    if (!Number.isInteger(bound) || bound < 1 || bound > 2 ** 32) {
      throw new RangeError(
        `Expected \`bound\` of draw '${name}' to be an integer from 1 to 2^32, got ${bound}`,
      );
    }
    const value = this.#node.stream.spread(choicePoint(name), key | 0, bound);
    this.#host.drawn(this.#node, value);
    return value;
  }

  between(low: number, high: number, name: string, key: number = 0): number {
    return low + this.below(high - low + 1, name, key);
  }

  sleep(delayUs: number): Promise<void> {
    this.#node.asynchronous = true;
    return new Promise((resolve) => {
      this.set(`sleep ${++this.#node.sleeps}`, delayUs, resolve);
    });
  }

  maybe(name: string): boolean {
    return this.#life === this.#node.incarnation && this.#host.maybe(this.#node, name);
  }

  probe(name: string): void {
    if (this.#life === this.#node.incarnation) this.#host.probe(this.#node, name);
  }

  log(text: string, fields?: Readonly<Record<string, LogValue>>): void {
    if (this.#life === this.#node.incarnation) this.#host.log(this.#node, text, fields);
  }
}
