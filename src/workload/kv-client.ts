import type { Component } from '../sim/component.ts';
import type { Env } from '../sim/env.ts';
import type { Message } from '../sim/message.ts';
import type { Completion, History } from './history.ts';
import { operationFail, operationInfo, operationOk } from './history.ts';
import { type CallIntent, type KvIntent, paddedKey, paddedValue } from './kv-intents.ts';
import type { KvClientSettings } from './kv-knobs.ts';
import { expectationValue, KnownValues, optionOf } from './kv-knowledge.ts';
import type { KvCall, KvProtocol, KvReply } from './kv-protocol.ts';

/** One session of a client, with at most one call open. */
interface Lane {
  readonly timer: string;
  session: number;
  sequence: number;
  /** Process of the history under which calls are recorded. */
  process: number;
  /** The open call; undefined when the lane is free. */
  call: KvCall | undefined;
  /** Its operation in the history. */
  operation: number;
  startedUs: number;
  backOffUs: number;
  /** Redirects followed at once since the last pause. */
  redirects: number;
}

/** What a life of a client keeps in memory. */
export interface KvClientState {
  readonly lanes: readonly Lane[];
  /** The next of this client's intents. */
  next: number;
  startUs: number;
  /** In a closed loop: when the pause after the last call is over. */
  readyUs: number;
  /** Index of the node that is asked first. */
  target: number;
  /**
   * The node whose turn it is when nobody knows a leader. Hints do not move it: two nodes that were
   * removed and name each other would else be asked for ever.
   */
  turn: number;
  known: KnownValues;
  /** The latest calls, newest last. */
  readonly past: KvCall[];
  /** Calls to send again when another leader is known. */
  armed: KvCall[];
}

/** What makes one client. */
export interface KvClientOptions<M extends Message> {
  readonly protocol: KvProtocol<M>;
  readonly settings: KvClientSettings;
  /** Names of the nodes that serve. */
  readonly peers: readonly string[];
  /** Which client this is, from 0. */
  readonly index: number;
  /** The intents of all clients. */
  readonly intents: readonly KvIntent[];
  readonly history: History;
}

const keptCalls = 8;
const mostRedirects = 3;

/**
 * A client of a key-value service: an endpoint on the network that carries out its intents, retries
 * under the same sequence number, follows leader hints, gives up, and records what it saw.
 */
class KvClient<M extends Message> {
  readonly #protocol: KvProtocol<M>;
  readonly #settings: KvClientSettings;
  readonly #peers: readonly string[];
  readonly #index: number;
  readonly #allIntents: readonly KvIntent[];
  readonly #history: History;
  /** Those of this client; sorted out when its first life begins. */
  #intents: readonly KvIntent[] = [];
  // Processes and sessions must never be used twice, by no life: this outlives them on purpose.
  #identities = 0;

  constructor(options: KvClientOptions<M>) {
    this.#protocol = options.protocol;
    this.#settings = options.settings;
    this.#peers = options.peers;
    this.#index = options.index;
    this.#history = options.history;
    this.#allIntents = options.intents;
  }

  create(): KvClientState {
    const clients = this.#settings.count;
    this.#intents = this.#allIntents.filter((intent) => intent.client % clients === this.#index);
    const lanes: Lane[] = [];
    const count = this.#settings.open ? this.#settings.lanes : 1;
    for (let i = 0; i < count; i++) {
      const identity = this.#identity();
      lanes.push({
        timer: `call-${i}`,
        session: identity + 1,
        sequence: 0,
        process: identity,
        call: undefined,
        operation: -1,
        startedUs: 0,
        backOffUs: 0,
        redirects: 0,
      });
    }
    return {
      lanes,
      next: 0,
      startUs: 0,
      readyUs: 0,
      target: this.#index % this.#peers.length,
      turn: this.#index % this.#peers.length,
      known: new KnownValues(),
      past: [],
      armed: [],
    };
  }

  start(state: KvClientState, env: Env<M>): void {
    state.startUs = env.clock.monotonicUs();
    this.#dispatch(state, env);
  }

  message(state: KvClientState, env: Env<M>, from: string, message: M): void {
    const reply = this.#protocol.reply(message);
    if (reply === undefined) return;
    const lane = laneOf(state.lanes, reply.session);
    const call = lane?.call;
    if (lane === undefined || call === undefined || call.sequence !== reply.sequence) {
      this.#history.note(`late-reply/${reply.status}`);
      return;
    }
    if (reply.outcome !== 'ok') this.#history.note(`refused/${call.operation}/${reply.status}`);
    if (reply.outcome === 'ok') {
      if (call.consistency === 'linearizable') this.#learnLeader(state, env, nodeOf(from));
      this.#finish(state, env, lane, success(call, reply));
      state.known.learn(call, reply);
    } else if (reply.outcome === 'failed') {
      this.#finish(state, env, lane, failure(operationFail, reply.status));
    } else if (reply.attempt !== call.attempt) {
      // A refusal of an earlier copy: the latest one is still under way.
      return;
    } else if (reply.outcome === 'session-lost') {
      this.#finish(state, env, lane, failure(operationInfo, reply.status));
      this.#newSession(lane);
    } else {
      this.#refused(state, env, lane, call, reply);
    }
    this.#dispatch(state, env);
  }

  #identity(): number {
    return this.#index + this.#settings.count * this.#identities++;
  }

  #newSession(lane: Lane): void {
    lane.session = this.#identity() + 1;
    lane.sequence = 0;
  }

  /** Begins whatever is due and has room. */
  #dispatch(state: KvClientState, env: Env<M>): void {
    for (; state.next < this.#intents.length; state.next++) {
      const intent = this.#intents[state.next]!;
      const dueUs = Math.max(state.startUs + intent.atUs, state.readyUs);
      const nowUs = env.clock.monotonicUs();
      if (nowUs < dueUs) {
        env.timers.set('next', dueUs - nowUs, () => this.#dispatch(state, env));
        return;
      }
      if (intent.do === 'restart') this.#restart(state, env);
      else if (intent.do === 'resend') this.#resend(state, env, intent.back, intent.when);
      else {
        const lane = state.lanes.find((candidate) => candidate.call === undefined);
        if (lane === undefined) return;
        this.#begin(state, env, lane, intent);
      }
    }
  }

  #begin(state: KvClientState, env: Env<M>, lane: Lane, intent: CallIntent): void {
    const key = paddedKey(intent.key);
    const writes = intent.do === 'put' || intent.do === 'append' || intent.do === 'cas';
    const value = writes ? paddedValue(intent.value, intent.padTo) : '';
    const expected =
      intent.do === 'cas' ? expectationValue(intent.expected, key, state.known) : null;
    const consistency = intent.do === 'get' ? intent.consistency : 'linearizable';
    lane.sequence++;
    lane.call = {
      session: lane.session,
      sequence: lane.sequence,
      attempt: 0,
      operation: intent.do,
      key,
      value,
      expected,
      consistency,
    };
    lane.startedUs = env.clock.monotonicUs();
    lane.backOffUs = this.#settings.backOffUs;
    lane.redirects = 0;
    lane.operation = this.#history.invoke(
      {
        process: lane.process,
        operation: intent.do,
        option: optionOf(intent, key, value, this.#protocol.limits),
        consistency,
        key,
        value: writes ? value : null,
        expected,
      },
      lane.startedUs,
    );
    this.#sendCopy(state, env, lane, lane.call);
  }

  /** Sends the next copy of the open call, and waits for its answer. */
  #sendCopy(state: KvClientState, env: Env<M>, lane: Lane, call: KvCall): void {
    const copy: KvCall = { ...call, attempt: call.attempt + 1 };
    if (lane.call === undefined) return;
    lane.call = copy;
    const last = state.past.length - 1;
    if (copy.attempt > 1 && sameCall(state.past[last], copy)) state.past[last] = copy;
    else state.past.push(copy);
    if (state.past.length > keptCalls) state.past.shift();
    // Local reads are asked of all nodes in turn, or they would only ever meet the leader.
    const target =
      copy.consistency === 'local' ? copy.sequence + copy.attempt + this.#index : state.target;
    env.network.send(this.#peers[target % this.#peers.length]!, this.#protocol.request(copy));
    env.timers.set(lane.timer, this.#settings.timeoutUs, () => {
      this.#nextNode(state);
      this.#again(state, env, lane, 0, 'timeout');
      this.#dispatch(state, env);
    });
  }

  /** Another copy after a pause, or the end of all patience. */
  #again(state: KvClientState, env: Env<M>, lane: Lane, pauseUs: number, reason: string): void {
    const call = lane.call;
    if (call === undefined) return;
    const nowUs = env.clock.monotonicUs();
    if (nowUs + pauseUs - lane.startedUs >= this.#settings.giveUpUs) {
      this.#finish(state, env, lane, failure(operationInfo, reason));
      if (this.#settings.newSessionAfterUnknown) this.#newSession(lane);
    } else if (pauseUs === 0) {
      this.#sendCopy(state, env, lane, call);
    } else {
      env.timers.set(lane.timer, pauseUs, () => {
        if (lane.call !== undefined) this.#sendCopy(state, env, lane, lane.call);
      });
    }
  }

  #refused(state: KvClientState, env: Env<M>, lane: Lane, call: KvCall, reply: KvReply): void {
    const hinted = this.#learnLeader(state, env, reply.leader);
    if (hinted && lane.redirects < mostRedirects) {
      lane.redirects++;
      this.#again(state, env, lane, 0, reply.status);
      return;
    }
    if (!hinted) this.#nextNode(state);
    lane.redirects = 0;
    const jitterUs = env.random.below(lane.backOffUs, 'client-back-off', call.sequence);
    const pauseUs = lane.backOffUs + jitterUs;
    lane.backOffUs = Math.min(2 * lane.backOffUs, 16 * this.#settings.backOffUs);
    this.#again(state, env, lane, pauseUs, reply.status);
  }

  /** Notes who leads; true when that is another node than the one asked so far. */
  #learnLeader(state: KvClientState, env: Env<M>, leader: string): boolean {
    const target = this.#peers.indexOf(leader);
    if (target === -1 || target === state.target) return false;
    state.target = target;
    const armed = state.armed;
    if (armed.length > 0) {
      state.armed = [];
      for (const call of armed) this.#sendAgain(state, env, call, 'new-leader');
    }
    return true;
  }

  #nextNode(state: KvClientState): void {
    const peers = this.#peers.length;
    state.turn = (state.turn + 1) % peers;
    if (state.turn === state.target) state.turn = (state.turn + 1) % peers;
    state.target = state.turn;
  }

  #finish(state: KvClientState, env: Env<M>, lane: Lane, completion: Completion): void {
    const nowUs = env.clock.monotonicUs();
    env.timers.cancel(lane.timer);
    lane.call = undefined;
    if (completion.outcome === operationInfo) lane.process = this.#identity();
    if (!this.#settings.open) state.readyUs = nowUs + this.#settings.thinkUs;
    this.#history.complete(lane.operation, completion, nowUs);
  }

  #resend(state: KvClientState, env: Env<M>, back: number, when: 'now' | 'new-leader'): void {
    const call = state.past[state.past.length - 1 - back];
    if (call === undefined) return;
    if (when === 'now') this.#sendAgain(state, env, call, 'now');
    else state.armed.push(call);
  }

  #sendAgain(state: KvClientState, env: Env<M>, call: KvCall, when: string): void {
    const copy: KvCall = { ...call, attempt: call.attempt + 1 };
    this.#history.note(`resend/${when}/${call.operation}`);
    env.network.send(this.#peers[state.target]!, this.#protocol.request(copy));
  }

  /** All that a new life of the client would know is nothing; what was open stays unknown. */
  #restart(state: KvClientState, env: Env<M>): void {
    this.#history.note('restart/client');
    for (const lane of state.lanes) {
      if (lane.call !== undefined) {
        this.#finish(state, env, lane, failure(operationInfo, 'client-restart'));
      }
      this.#newSession(lane);
    }
    state.known = new KnownValues();
    state.armed = [];
    state.target = this.#index % this.#peers.length;
    state.turn = state.target;
  }
}

/** The lane with this session. A loop: it runs for each reply, and a closure would be made each time. */
function laneOf(lanes: readonly Lane[], session: number): Lane | undefined {
  for (const lane of lanes) if (lane.session === session) return lane;
  return undefined;
}

function nodeOf(address: string): string {
  const colon = address.indexOf(':');
  return colon < 0 ? address : address.slice(0, colon);
}

function sameCall(a: KvCall | undefined, b: KvCall): boolean {
  return a !== undefined && a.session === b.session && a.sequence === b.sequence;
}

function success(call: KvCall, reply: KvReply): Completion {
  const reads = call.operation === 'get';
  const answers = call.operation === 'cas' || call.operation === 'delete';
  let reason = 'done';
  if (reads) reason = reply.value === null ? 'unset' : 'value';
  else if (answers) reason = reply.swapped ? 'yes' : 'no';
  return {
    outcome: operationOk,
    value: reads ? reply.value : null,
    swapped: answers && reply.swapped,
    index: reply.index,
    reason,
  };
}

function failure(outcome: typeof operationFail | typeof operationInfo, reason: string): Completion {
  return { outcome, value: null, swapped: false, index: 0, reason };
}

/** The component of one client. */
export function kvClient<M extends Message>(
  options: KvClientOptions<M>,
): Component<KvClientState, M> {
  const client = new KvClient(options);
  const codec = options.protocol.codec;
  return {
    name: 'kv-client',
    create: () => client.create(),
    start: (state, env) => client.start(state, env),
    message: (state, env, from, message) => client.message(state, env, from, message),
    ...(codec === undefined ? {} : { codec }),
  };
}
