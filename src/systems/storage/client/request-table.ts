import type { Env } from '../../../sim/env.ts';
import type { NodeId } from '../../../sim/message.ts';
import type { OfKind } from '../../common/fields.ts';
import type { StorageMessage, StorageWireMessage } from '../messages/storage-codec.ts';

/** Answers that name the request they are for. */
export type AnswerKind = 'call-done' | 'answered' | 'blocks-read' | 'bytes-written' | 'part-put';
export type AnswerOf<Kind extends AnswerKind> = OfKind<StorageMessage, Kind>;

/** An answer, and which node gave it. */
export interface Arrived<Kind extends AnswerKind> {
  readonly from: NodeId;
  readonly answer: AnswerOf<Kind>;
}

interface Listener {
  readonly kind: AnswerKind;
  /** When it stops waiting for the next answer; Infinity while it does not wait. */
  dueUs: number;
  arrived(from: NodeId, answer: StorageMessage): void;
  timedOut(): void;
}

const timerName = 'requests';

/**
 * What a client has asked and waits for. Each copy of a request has a number of its own, which no
 * other life of the client uses: answers to an earlier life come in too, and find nothing.
 */
export class RequestTable {
  private readonly env: Env<StorageWireMessage>;
  private readonly listeners: Map<number, Listener> = new Map();
  private next: number;
  private alarmUs: number = Number.POSITIVE_INFINITY;
  private closed: boolean = false;

  constructor(env: Env<StorageWireMessage>) {
    this.env = env;
    // 31 bits for the life, 21 for the requests of that life.
    this.next = env.random.below(2 ** 31, 'client-requests') * 2 ** 21 + 1;
  }

  /** A question whose copies may go to several nodes. It has to be ended. */
  question<Kind extends AnswerKind>(kind: Kind): Question<Kind> {
    return new Question(this, kind);
  }

  /** Asks once; null when no answer comes in time. */
  async ask<Kind extends AnswerKind>(
    to: NodeId,
    kind: Kind,
    timeoutUs: number,
    make: (request: number) => StorageMessage,
  ): Promise<AnswerOf<Kind> | null> {
    const question = this.question(kind);
    question.send(to, make);
    const arrived = await question.next(timeoutUs);
    question.end();
    return arrived === null ? null : arrived.answer;
  }

  /** True when the message answered something. */
  receive(from: NodeId, message: StorageWireMessage): boolean {
    if (!('request' in message) || this.closed) return false;
    const listener = this.listeners.get(message.request);
    if (listener === undefined || listener.kind !== message.kind) return false;
    listener.arrived(from, message as StorageMessage);
    return true;
  }

  /** Nothing that waits goes on: this life of the client is over. */
  close(): void {
    this.closed = true;
    this.listeners.clear();
    this.env.timers.cancel(timerName);
  }

  /** Sends a copy and gives its number. */
  post(to: NodeId, make: (request: number) => StorageMessage, listener: Listener): number {
    const request = this.next++;
    if (this.closed) return request;
    this.listeners.set(request, listener);
    this.env.network.send(to, make(request));
    return request;
  }

  /** The time on the monotonic clock after a while. */
  dueIn(delayUs: number): number {
    return this.env.clock.monotonicUs() + Math.max(0, delayUs);
  }

  forget(request: number): void {
    this.listeners.delete(request);
  }

  /** Sees to it that a listener is told when it has waited long enough. */
  wake(dueUs: number): void {
    if (dueUs >= this.alarmUs || this.closed) return;
    this.alarmUs = dueUs;
    const delayUs = Math.max(0, dueUs - this.env.clock.monotonicUs());
    this.env.timers.set(timerName, delayUs, () => this.ring());
  }

  /** Few requests are open at a time: all are looked at. */
  private ring(): void {
    this.alarmUs = Number.POSITIVE_INFINITY;
    const nowUs = this.env.clock.monotonicUs();
    let nextUs = Number.POSITIVE_INFINITY;
    for (const listener of new Set(this.listeners.values())) {
      if (listener.dueUs <= nowUs) listener.timedOut();
      else if (listener.dueUs < nextUs) nextUs = listener.dueUs;
    }
    if (nextUs !== Number.POSITIVE_INFINITY) this.wake(nextUs);
  }
}

/** A question under way: its copies have numbers of their own, an answer to any of them counts. */
export class Question<Kind extends AnswerKind> implements Listener {
  readonly kind: Kind;
  dueUs: number = Number.POSITIVE_INFINITY;
  private readonly table: RequestTable;
  private readonly numbers: number[] = [];
  private readonly waiting: Arrived<Kind>[] = [];
  private resolve: ((arrived: Arrived<Kind> | null) => void) | null = null;

  constructor(table: RequestTable, kind: Kind) {
    this.table = table;
    this.kind = kind;
  }

  /** Number of the latest copy. */
  get latest(): number {
    return this.numbers.at(-1) ?? 0;
  }

  send(to: NodeId, make: (request: number) => StorageMessage): void {
    this.numbers.push(this.table.post(to, make, this));
  }

  /** The next answer to any copy, or null when none comes in time. */
  next(timeoutUs: number): Promise<Arrived<Kind> | null> {
    const first = this.waiting.shift();
    if (first !== undefined) return Promise.resolve(first);
    return new Promise((resolve) => {
      this.resolve = resolve;
      this.dueUs = this.table.dueIn(timeoutUs);
      this.table.wake(this.dueUs);
    });
  }

  /** Later answers are of no interest. */
  end(): void {
    for (const number of this.numbers) this.table.forget(number);
  }

  arrived(from: NodeId, answer: StorageMessage): void {
    const arrived = { from, answer: answer as AnswerOf<Kind> };
    if (this.resolve === null) this.waiting.push(arrived);
    else this.settle(arrived);
  }

  timedOut(): void {
    this.settle(null);
  }

  private settle(arrived: Arrived<Kind> | null): void {
    const { resolve } = this;
    this.resolve = null;
    this.dueUs = Number.POSITIVE_INFINITY;
    resolve?.(arrived);
  }
}
