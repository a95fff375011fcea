import { describe, expect, it } from 'vitest';
import type { Component } from '../sim/component.ts';
import { calmEnvironment, type Environment } from '../sim/environment.ts';
import { KeyedChoices } from '../sim/keyed-choices.ts';
import type { Config } from '../sim/system-definition.ts';
import { World } from '../sim/world.ts';
import type { History } from './history.ts';
import { type RequestIntent, requestClients } from './request-clients.ts';

interface Echo {
  readonly kind: 'ping' | 'pong';
  readonly request: number;
}

const definition = requestClients<Echo>({
  ask: ({ request }) => ({ kind: 'ping', request }),
  answers: ({ kind, request }) => (kind === 'pong' ? request : undefined),
});
const config: Config = { 'clients.count': 3, 'clients.requests': 40 };

/** Servers that note what arrives, and answer if they are among those that do. */
function run(answering: readonly string[], environment: Environment = calmEnvironment) {
  const arrived: string[] = [];
  const server: Component<null, Echo> = {
    name: 'echo',
    create: () => null,
    message(_state, env, from, { request }) {
      arrived.push(`${request}@${env.id}`);
      if (answering.includes(env.id)) env.network.send(from, { kind: 'pong', request });
    },
  };
  const peers = ['n1', 'n2'];
  const history = definition.newHistory() as History;
  const intents = definition.drawIntents(config, 1) as readonly RequestIntent[];
  const clients = [0, 1, 2].map((index) => ({
    id: `c${index + 1}`,
    component: definition.client(config, peers, index, intents, history),
    zone: 'clients',
    server: false,
  }));
  const world = new World({
    nodes: [...peers.map((id) => ({ id, component: server, zone: 'z', server: true })), ...clients],
    choices: new KeyedChoices({ kind: 'seed', seed: 1, overrides: [], forks: [] }),
    environment,
  });
  world.begin();
  world.runUntil(10_000_000, Number.POSITIVE_INFINITY);
  return { arrived, history, summary: definition.summary?.(history), intents };
}

describe('requestClients', () => {
  it('draws the same requests for a seed, and others for other seeds, small or large', () => {
    const drawn = (seed: number) => JSON.stringify(definition.drawIntents(config, seed));
    expect(drawn(1)).toBe(drawn(1));
    const seeds = [1, 2, 3, 2 ** 32 + 1, 2 ** 53 - 1];
    expect(new Set(seeds.map(drawn)).size).toBe(seeds.length);
    const { intents } = run([]);
    expect(intents.map(({ request }) => request)).toEqual(intents.map((_, index) => index + 1));
    expect(intents).toHaveLength(40);
    expect(new Set(intents.map(({ client }) => client % 3)).size).toBe(3);
    expect(intents.every(({ atUs }) => atUs >= 100_000 && atUs < 2_000_000)).toBe(true);
  });

  it('asks each node as drawn, and is content with an answer', () => {
    const { arrived, summary, intents } = run(['n1', 'n2']);
    const expected = intents.map(({ request, node }) => `${request}@n${(node % 2) + 1}`);
    expect(arrived.toSorted()).toEqual(expected.toSorted());
    expect(summary).toMatchObject({ ok: 40, fail: 0, unknown: 0 });
    expect(summary?.latenciesUs).toHaveLength(40);
  });

  it('tries the next node when none answers', () => {
    const { arrived, summary } = run(['n2']);
    expect(summary).toMatchObject({ ok: 40, unknown: 0 });
    expect(arrived.length).toBeGreaterThan(40);
    expect(Math.max(...(summary?.latenciesUs ?? []))).toBeGreaterThan(200_000);
  });

  it('gives up after five copies of a request and calls its outcome unknown', () => {
    const { arrived, summary } = run([]);
    expect(arrived).toHaveLength(5 * 40);
    expect(summary).toMatchObject({ ok: 0, fail: 0, unknown: 40 });
  });

  it('counts a request once, however often it is answered', () => {
    const doubled = { ...calmEnvironment, netDuplicatePerMillion: 1_000_000 };
    const { history, summary } = run(['n1', 'n2'], doubled);
    expect(summary).toMatchObject({ ok: 40, unknown: 0 });
    expect(definition.census(history)['outcome/ok']).toBe(40);
  });
});
