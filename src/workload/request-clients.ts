import fc from 'fast-check';
import type { Component } from '../sim/component.ts';
import type { Env } from '../sim/env.ts';
import { joinWords } from '../sim/hash.ts';
import type { Codec, Message } from '../sim/message.ts';
import type { Config, Domain } from '../sim/system-definition.ts';
import type { ClientsDefinition, HistoryLike } from './clients-definition.ts';
import { History, operationInfo, operationOk } from './history.ts';
import { kvCensus, operationSummary } from './kv-census.ts';

/** One request that a client wants to make: plain data, drawn before the run. */
export interface RequestIntent {
  /** Name of the request among all of the run, from 1. */
  readonly request: number;
  /** Which client, from 0; wraps when there are fewer. */
  readonly client: number;
  /** The node that is asked first, from 0; wraps when there are fewer. */
  readonly node: number;
  /** Not before this time of the client's life. */
  readonly atUs: number;
  /** Free draw for the content of the request, from 0 to 999. */
  readonly draw: number;
}

/** What a scenario says about clients that ask and wait for an answer. */
export interface RequestClientsOptions<M extends Message> {
  /** The message that makes a request. The answer has to carry the request's number back. */
  ask(intent: RequestIntent): M;
  /** The number of the request that a message answers; undefined: it answers none. */
  answers(message: M): number | undefined;
  /** How many clients; default 1 to 4. */
  readonly count?: Domain;
  /** How many requests all of them make together; default 20 to 100. */
  readonly requests?: Domain;
  /** First and last request are made in this time; default: from 0.1 s to 2 s. */
  readonly fromUs?: number;
  readonly toUs?: number;
  /** A request that is not answered in this time is sent again, to the next node. Default 0.2 s. */
  readonly timeoutUs?: number;
  /** Copies of one request; then its outcome stays unknown. Default 5. */
  readonly attempts?: number;
  readonly codec?: Codec<M>;
}

interface ClientState {
  /** Requests that wait for their answer: number to operation of the history. */
  readonly open: Map<number, number>;
}

const names = { count: 'clients.count', requests: 'clients.requests' } as const;

const draws = fc.tuple(fc.nat(839), fc.nat(839), fc.nat(999), fc.nat(999));

/**
 * Clients for any component that answers requests: each sends its requests at drawn times to drawn
 * nodes, tries again elsewhere when no answer comes, and records what it saw. A request that is sent
 * again has the same number, so the component sees duplicates, as in real life.
 *
 * @example
 * const askers = requestClients<{ kind: 'ping' | 'pong'; request: number }>({
 *   ask: ({ request }) => ({ kind: 'ping', request }),
 *   answers: ({ kind, request }) => (kind === 'pong' ? request : undefined),
 * });
 */
export function requestClients<M extends Message>(
  options: RequestClientsOptions<M>,
): ClientsDefinition {
  const { count, requests } = options;
  return {
    name: 'request-clients',
    knobs: {
      [names.count]: count ?? { kind: 'between', low: 1, high: 4 },
      [names.requests]: requests ?? { kind: 'between', low: 20, high: 100 },
    },
    drawIntents: (config, seed) => drawRequests(options, Number(config[names.requests]), seed),
    count: (config: Config): number => Number(config[names.count]),
    newHistory: (): HistoryLike => new History(),
    client(config, peers, index, intents, history) {
      const all = intents as readonly RequestIntent[];
      const own = all.filter(({ client }) => client % Number(config[names.count]) === index);
      return requestClient(options, peers, own, history as History);
    },
    census: (history) => kvCensus(history as History),
    summary: (history) => operationSummary(history as History),
  };
}

function drawRequests<M extends Message>(
  options: RequestClientsOptions<M>,
  count: number,
  seed: number,
): readonly RequestIntent[] {
  const fromUs = options.fromUs ?? 100_000;
  const spanUs = (options.toUs ?? 2_000_000) - fromUs;
  const exactly = { minLength: count, maxLength: count, size: 'max' } as const;
  // fast-check takes 32 bits of seed and hardly mixes them: neighbours must not be alike.
  const word = joinWords(Math.floor(seed / 2 ** 32), seed | 0);
  const all = fc.noBias(fc.array(draws, exactly));
  const [drawn = []] = fc.sample(all, { numRuns: 1, seed: word });
  return drawn.map(([client, node, at, draw], index) => ({
    request: index + 1,
    client,
    node,
    atUs: fromUs + Math.floor((spanUs * at) / 1_000),
    draw,
  }));
}

function requestClient<M extends Message>(
  options: RequestClientsOptions<M>,
  peers: readonly string[],
  intents: readonly RequestIntent[],
  history: History,
): Component<ClientState, M> {
  const { timeoutUs = 200_000, attempts = 5, codec } = options;
  // One operation may be open per process of a history, so each request is a process of its own.
  const begin = (state: ClientState, env: Env<M>, intent: RequestIntent): void => {
    const first = options.ask(intent);
    const operation = history.invoke(
      {
        process: intent.request,
        operation: first.kind,
        option: 'request',
        consistency: 'none',
        key: '',
        value: null,
        expected: null,
      },
      env.clock.monotonicUs(),
    );
    state.open.set(intent.request, operation);
    const attempt = (nth: number): void => {
      if (!state.open.has(intent.request)) return;
      if (nth === attempts) {
        finish(state, env, intent.request, operationInfo, 'no-answer');
        return;
      }
      const message = nth === 0 ? first : options.ask(intent);
      env.network.send(peers[(intent.node + nth) % peers.length]!, message);
      env.timers.set(`request-${intent.request}`, timeoutUs, () => attempt(nth + 1));
    };
    attempt(0);
  };
  const finish = (
    state: ClientState,
    env: Env<M>,
    request: number,
    outcome: typeof operationOk | typeof operationInfo,
    reason: string,
  ): void => {
    const operation = state.open.get(request);
    if (operation === undefined) return;
    state.open.delete(request);
    env.timers.cancel(`request-${request}`);
    const completion = { outcome, value: null, swapped: false, index: 0, reason };
    history.complete(operation, completion, env.clock.monotonicUs());
  };
  return {
    name: 'request-client',
    create: () => ({ open: new Map() }),
    start(state, env) {
      for (const intent of intents) {
        env.timers.set(`request-${intent.request}`, intent.atUs, () => begin(state, env, intent));
      }
    },
    message(state, env, _from, message) {
      const request = options.answers(message);
      if (request !== undefined) finish(state, env, request, operationOk, 'answered');
    },
    ...(codec === undefined ? {} : { codec }),
  };
}
