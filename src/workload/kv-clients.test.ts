import { describe, expect, it } from 'vitest';
import { checkHistory } from '../checkers/history/check-history.ts';
import type { Model } from '../checkers/history/model.ts';
import { kv } from '../checkers/history/models/kv.ts';
import type { Component } from '../sim/component.ts';
import { calmEnvironment, type Environment } from '../sim/environment.ts';
import { KeyedChoices } from '../sim/keyed-choices.ts';
import type { Config } from '../sim/system-definition.ts';
import { World } from '../sim/world.ts';
import { raftKvProtocol } from '../systems/raft/kv-client-adapter.ts';
import type { ClientReply, ClientRequest, ReplyStatus } from '../systems/raft/kv-messages.ts';
import type { History } from './history.ts';
import { kvClients } from './kv-clients.ts';
import type { KvIntent } from './kv-intents.ts';
import { kvClientKnobs } from './kv-knobs.ts';

interface ServerState {
  readonly values: Map<string, string>;
  /** Last sequence and reply per session: each call has its effect once. */
  readonly sessions: Map<number, ClientReply>;
  index: number;
  requests: ClientRequest[];
}

interface ServerOptions {
  /** Forgets sessions: a retry has its effect twice. */
  readonly forgetful?: boolean;
  /** Name of the node that leads; others redirect to it. */
  readonly leader?: string;
  /** What nodes say instead of the truth. */
  readonly hints?: Readonly<Record<string, string>>;
  readonly refuse?: (request: ClientRequest, nth: number) => ReplyStatus | undefined;
}

/** The answer of a store in memory, and its change. */
function apply(state: ServerState, request: ClientRequest): ClientReply {
  const { values } = state;
  const found = values.get(request.key) ?? null;
  let swapped = false;
  if (request.operation === 'put') values.set(request.key, request.value);
  if (request.operation === 'append') values.set(request.key, (found ?? '') + request.value);
  if (request.operation === 'delete') swapped = values.delete(request.key);
  if (request.operation === 'cas' && found === request.expected) {
    swapped = true;
    values.set(request.key, request.value);
  }
  return {
    kind: 'reply',
    client: request.client,
    sequence: request.sequence,
    attempt: request.attempt,
    status: 'ok',
    value: request.operation === 'get' ? found : null,
    swapped,
    index: ++state.index,
    leader: '',
  };
}

/** A key-value server in memory. */
function server(options: ServerOptions = {}): Component<ServerState, ClientRequest | ClientReply> {
  return {
    name: 'memory-kv',
    create: () => ({ values: new Map(), sessions: new Map(), index: 0, requests: [] }),
    message(state, env, from, message) {
      if (message.kind !== 'request') return;
      state.requests.push(message);
      const refusal = (status: ReplyStatus): ClientReply => ({
        kind: 'reply',
        client: message.client,
        sequence: message.sequence,
        attempt: message.attempt,
        status,
        value: null,
        swapped: false,
        index: 0,
        leader: options.hints?.[env.id] ?? options.leader ?? '',
      });
      const refused = options.refuse?.(message, state.requests.length);
      if (refused !== undefined) return env.network.send(from, refusal(refused));
      const leads = options.leader === undefined || options.leader === env.id;
      if (!leads) return env.network.send(from, refusal('not-leader'));
      if (message.value.length > raftKvProtocol.limits.valueLength) {
        return env.network.send(from, refusal('too-large'));
      }
      if (message.key.length > raftKvProtocol.limits.keyLength) {
        return env.network.send(from, refusal('too-large'));
      }
      const last = options.forgetful ? undefined : state.sessions.get(message.client);
      if (last !== undefined && last.sequence > message.sequence) {
        return env.network.send(from, refusal('stale-sequence'));
      }
      const reply = last?.sequence === message.sequence ? last : apply(state, message);
      state.sessions.set(message.client, reply);
      env.network.send(from, { ...reply, attempt: message.attempt });
    },
  };
}

const lossy: Environment = {
  ...calmEnvironment,
  netLossPerMillion: 100_000,
  netDuplicatePerMillion: 50_000,
  netReorderPerMillion: 100_000,
  netLatencyUs: 3_000,
};

interface Setup {
  readonly config?: Config;
  readonly environment?: Environment;
  readonly servers?: number;
  readonly seed?: number;
  readonly server?: ServerOptions;
  readonly intents?: readonly KvIntent[];
  readonly untilUs?: number;
}

const definition = kvClients({ protocol: raftKvProtocol });

function storm(setup: Setup) {
  const config = setup.config ?? {};
  const seed = setup.seed ?? 1;
  const servers = Array.from({ length: setup.servers ?? 1 }, (_, i) => `n${i + 1}`);
  const history = definition.newHistory() as History;
  const intents = setup.intents ?? definition.drawIntents(config, seed);
  const clients = Array.from({ length: definition.count(config) }, (_, i) => ({
    id: `c${i + 1}`,
    component: definition.client(config, servers, i, intents, history),
    zone: 'clients',
    server: false,
  }));
  const world = new World({
    nodes: [
      ...servers.map((id) => ({ id, component: server(setup.server), zone: 'z1', server: true })),
      ...clients,
    ],
    choices: new KeyedChoices({ kind: 'seed', seed, overrides: [], forks: [] }),
    environment: setup.environment ?? calmEnvironment,
  });
  history.attach(world);
  world.begin();
  world.runUntil(setup.untilUs ?? 20_000_000);
  return { history, world, intents, census: definition.census(history) };
}

function verdict(history: History): string {
  return checkHistory(kv as Model, history.operations()).verdict;
}

/** A config that takes, of each knob, the value with this number (wrapping). */
function configNumber(n: number): Config {
  const config: Record<string, number | string | boolean> = {};
  let rest = n;
  for (const [path, domain] of Object.entries(kvClientKnobs)) {
    if (domain.kind === 'between') config[path] = domain.low + (rest % (domain.high - domain.low));
    else config[path] = domain.values[rest % domain.values.length]!;
    rest = (rest * 7 + 3) % 1_009;
  }
  return config;
}

describe('kvClients', () => {
  it('completes every call against a calm server, and the history is linearizable', () => {
    const { history, census } = storm({});
    expect(history.length).toBeGreaterThan(290);
    expect(census['outcome/ok']).toBe(history.length);
    expect(verdict(history)).toBe('ok');
  });

  it('retries through loss, duplication and reordering, and effects stay single', () => {
    for (let seed = 1; seed <= 12; seed++) {
      const { history, census } = storm({ environment: lossy, seed, config: configNumber(seed) });
      expect(census['outcome/ok']! / history.length).toBeGreaterThan(0.75);
      expect(verdict(history)).toBe('ok');
    }
  });

  it('shows a server that applies retries twice', () => {
    const config = { 'clients.mix': 'appends', 'clients.timeoutUs': 80_000 };
    const verdicts = [1, 2, 3].map((seed) =>
      verdict(storm({ environment: lossy, seed, config, server: { forgetful: true } }).history),
    );
    expect(verdicts).toEqual(['illegal', 'illegal', 'illegal']);
  });

  it('shows a second effect of a request that is sent again later', () => {
    const base = { client: 0, key: 'k0' } as const;
    const intents: KvIntent[] = [
      { ...base, atUs: 0, do: 'append', value: 'a', padTo: 0 },
      { client: 0, atUs: 10_000, do: 'resend', back: 0, when: 'now' },
      { ...base, atUs: 20_000, do: 'get', consistency: 'linearizable' },
    ];
    const once = storm({ intents, untilUs: 1_000_000 });
    expect(verdict(once.history)).toBe('ok');
    expect(once.census['resend/now/append/form']).toBe(1);
    const twice = storm({ intents, untilUs: 1_000_000, server: { forgetful: true } });
    expect(twice.history.found[1]).toBe('aa');
    expect(verdict(twice.history)).toBe('illegal');
  });

  it('follows leader hints', () => {
    const { history, world } = storm({ servers: 5, server: { leader: 'n4' } });
    const asked = [0, 1, 2, 4].map((node) => (world.state(node) as ServerState).requests.length);
    expect(history.outcome.every((outcome) => outcome === 1)).toBe(true);
    expect(asked.reduce((sum, count) => sum + count)).toBeLessThan(10);
  });

  it('finds who serves, though a node that does not know any more names one that does not know', () => {
    const stale = { servers: 5, server: { leader: 'n5', hints: { n2: 'n1', n1: '', n4: 'n1' } } };
    const { history } = storm(stale);
    expect(history.outcome.every((outcome) => outcome === 1)).toBe(true);
  });

  it('reports what it could not find out as unknown, and goes on as another process', () => {
    const unavailable = { refuse: () => 'unavailable' as const };
    const { history } = storm({ server: unavailable, config: { 'clients.count': 2 } });
    const answered = history.outcome.filter((outcome) => outcome !== 0);
    expect(answered.length).toBeGreaterThan(10);
    expect(new Set(answered)).toEqual(new Set([3]));
    expect(new Set(history.process).size).toBe(history.length);
  });

  it('keeps the sequence of a retry and takes a fresh session when the old one is lost', () => {
    const refuse = (_request: ClientRequest, nth: number): ReplyStatus | undefined => {
      if (nth === 1) return 'unknown';
      return nth === 2 ? 'session-expired' : undefined;
    };
    const intents: KvIntent[] = [
      { client: 0, atUs: 0, do: 'put', key: 'k0', value: 'x', padTo: 0 },
      { client: 0, atUs: 0, do: 'put', key: 'k0', value: 'y', padTo: 0 },
    ];
    const { history, world } = storm({ intents, server: { refuse }, untilUs: 5_000_000 });
    const { requests } = world.state(0) as ServerState;
    expect(requests.map(({ sequence, attempt }) => [sequence, attempt])).toEqual([
      [1, 1],
      [1, 2],
      [1, 1],
    ]);
    expect(requests[0]!.client).toBe(requests[1]!.client);
    expect(requests[2]!.client).not.toBe(requests[1]!.client);
    expect(history.reason).toEqual(['session-expired', 'done']);
  });

  it('calls what no copy can do a failure, and only that', () => {
    const length = raftKvProtocol.limits.valueLength;
    const intents: KvIntent[] = [-1, 0, 1].map((more) => ({
      client: 0,
      atUs: 0,
      do: 'put',
      key: 'k0',
      value: 'x',
      padTo: length + more,
    }));
    const { history } = storm({ intents });
    expect(history.option).toEqual(['value-below-limit', 'value-at-limit', 'value-over-limit']);
    expect(history.outcome).toEqual([1, 1, 2]);
  });

  it('resolves what a cas expects from what its client saw', () => {
    const base = { client: 0, atUs: 0, key: 'k0', padTo: 0 } as const;
    const intents: KvIntent[] = [
      { ...base, do: 'cas', expected: 'last-seen', value: 'a' },
      { ...base, do: 'cas', expected: 'stale', value: 'b' },
      { ...base, do: 'cas', expected: 'last-seen', value: 'c' },
      { ...base, do: 'cas', expected: 'stale', value: 'd' },
      { ...base, do: 'cas', expected: { value: 'c' }, value: 'e' },
      { ...base, do: 'cas', expected: 'unset', value: 'f' },
    ];
    const { history } = storm({ intents });
    expect(history.expected).toEqual([null, '?', 'a', 'a', 'c', null]);
    expect(history.swapped).toEqual([true, false, true, false, true, false]);
  });

  it('forgets open calls and sessions at a restart', () => {
    const intents: KvIntent[] = [
      { client: 0, atUs: 0, do: 'put', key: 'k0', value: 'x', padTo: 0 },
      { client: 0, atUs: 50, do: 'restart' },
      { client: 0, atUs: 100, do: 'get', key: 'k0', consistency: 'linearizable' },
    ];
    const { history, world } = storm({ intents });
    expect(history.reason[0]).toBe('client-restart');
    expect(history.outcome).toEqual([3, 1]);
    const { requests } = world.state(0) as ServerState;
    expect(requests[0]!.client).not.toBe(requests[1]!.client);
  });

  it('runs several calls at once in an open loop, one per process', () => {
    const config = { 'clients.loop': 'open', 'clients.shape': 'bursts', 'clients.lanes': 6 };
    const { history } = storm({ config, environment: { ...calmEnvironment, netLatencyUs: 3_000 } });
    const openBy = new Map<number, number>();
    let open = 0;
    let most = 0;
    for (const event of history.events) {
      const process = history.process[event >> 1]!;
      const change = (event & 1) === 0 ? 1 : -1;
      openBy.set(process, (openBy.get(process) ?? 0) + change);
      expect(openBy.get(process)).toBeLessThanOrEqual(1);
      open += change;
      most = Math.max(most, open);
    }
    expect(most).toBeGreaterThan(8);
  });

  it('is the same run twice', () => {
    const runs = [1, 2].map(() => storm({ environment: lossy, seed: 9, config: configNumber(5) }));
    expect(runs[0]!.world.digest).toBe(runs[1]!.world.digest);
    expect(runs[0]!.history.toJsonl()).toBe(runs[1]!.history.toJsonl());
  });
});
