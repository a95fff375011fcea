import type { Env } from '../../../src/sim/env.ts';
import type { CallDone } from '../../../src/systems/storage/messages/metadata-messages.ts';
import type {
  StorageMessage,
  StorageWireMessage,
} from '../../../src/systems/storage/messages/storage-codec.ts';
import type { Command } from '../../../src/systems/storage/metadata/command.ts';
import type { Reply } from '../../../src/systems/storage/metadata/reply.ts';
import type { StorageTimings } from '../../../src/systems/storage/timings.ts';

/** What a file of a client's own must be in the end, if nothing is open about it. */
export interface Expected {
  inode: number;
  validBytes: number;
}

export interface PlainClient {
  session: number;
  sequence: number;
  request: number;
  renewedUs: number;
  /** Own files by name; null: nobody knows what became of the last change of it. */
  readonly files: Map<string, Expected | null>;
  /** Inodes by name in the root, 0 for none, and until when they may be told without asking. */
  readonly cache: Map<string, { readonly inode: number; readonly untilUs: number }>;
  done: number;
  /** Calls that were given up. */
  lost: number;
  intent: number;
  /** Grants that came with members ready. */
  granted: number;
  /** When each copy of a call was sent, by its own clock: leases are counted from then. */
  readonly sentUs: Map<number, number>;
  /** Parts of the stripe that is being put. */
  stored: boolean[];
}

export type ClientEnv = Env<StorageWireMessage>;

export interface PlainCallsOptions {
  readonly masters: readonly string[];
  readonly index: number;
  readonly timings: StorageTimings;
}

const mostAttempts = 40;

/** What is waited for: the message is sent again, to the next master, until its answer comes. */
export interface Waiting {
  readonly copies: Set<number>;
  readonly message: StorageMessage;
  readonly done: (answer: Answered) => void;
  attempts: number;
  target: number;
}

/** It had no effect. Without its session a first copy of the call may have had one. */
export function isRefusal(reply: Reply | null): boolean {
  return reply?.kind === 'error' && reply.errno !== 'ENOTCONN';
}

export type Answered = Extract<StorageMessage, { kind: 'call-done' | 'answered' }> | null;

export type AskDone = (answer: Answered) => void;
export type CallEnd = (reply: Reply | null, whole: CallDone | null) => void;

/** How a client of these tests asks masters: one thing at a time, again and again. */
export interface PlainCalls {
  begin(state: PlainClient): void;
  waitsFor(state: PlainClient): Waiting | null;
  ask(state: PlainClient, env: ClientEnv, message: StorageMessage, done: AskDone): void;
  call(state: PlainClient, env: ClientEnv, command: Command, done: CallEnd): void;
  answered(state: PlainClient, env: ClientEnv, message: StorageWireMessage): void;
}

export function plainCalls(options: PlainCallsOptions): PlainCalls {
  const { masters, timings, index } = options;
  const waiting: WeakMap<PlainClient, { now: Waiting | null }> = new WeakMap();

  const ask = (
    state: PlainClient,
    env: ClientEnv,
    message: StorageMessage,
    done: AskDone,
  ): void => {
    const target = index + state.request;
    const one: Waiting = { copies: new Set(), message, done, attempts: 0, target };
    waiting.get(state)!.now = one;
    send(state, env, one);
  };

  const send = (state: PlainClient, env: ClientEnv, one: Waiting): void => {
    if (waiting.get(state)!.now !== one) return;
    if (one.attempts++ === mostAttempts) {
      waiting.get(state)!.now = null;
      state.lost += 1;
      one.done(null);
      return;
    }
    const request = ++state.request;
    one.copies.add(request);
    state.sentUs.set(request, env.clock.monotonicUs());
    const copy = { ...one.message, request } as StorageMessage;
    env.network.send(masters[one.target % masters.length]!, copy);
    env.timers.set('again', timings.callTimeoutUs, () => {
      one.target += 1;
      send(state, env, one);
    });
  };

  const call = (state: PlainClient, env: ClientEnv, command: Command, done: CallEnd): void => {
    const sequence = state.session === 0 ? 0 : ++state.sequence;
    const request = ++state.request;
    const { session } = state;
    const oldest = sequence;
    ask(state, env, { kind: 'call', request, session, sequence, oldest, command }, (answer) => {
      const whole = answer?.kind === 'call-done' ? answer : null;
      if (whole !== null) state.done += 1;
      done(whole?.reply ?? null, whole);
    });
  };

  const answered = (state: PlainClient, env: ClientEnv, message: StorageWireMessage): void => {
    const one = waiting.get(state)!.now;
    if (one === null || (message.kind !== 'call-done' && message.kind !== 'answered')) return;
    if (!one.copies.has(message.request)) return;
    if (message.outcome !== 'done') {
      const leader = masters.indexOf(message.leader);
      one.target = leader >= 0 ? leader : one.target + 1;
      env.timers.set('again', 30_000, () => send(state, env, one));
      return;
    }
    env.timers.cancel('again');
    waiting.get(state)!.now = null;
    one.done(message);
  };

  return {
    begin: (state) => waiting.set(state, { now: null }),
    waitsFor: (state) => waiting.get(state)!.now,
    ask,
    call,
    answered,
  };
}
