import type { Component } from '../../src/sim/component.ts';
import type { Env } from '../../src/sim/env.ts';
import { calmEnvironment, type Environment } from '../../src/sim/environment.ts';
import { KeyedChoices } from '../../src/sim/keyed-choices.ts';
import { World } from '../../src/sim/world.ts';
import type {
  ClientReply,
  ClientRequest,
  RaftKvMessage,
} from '../../src/systems/raft/kv-messages.ts';
import { type RaftKvNode, raftKvComponent } from '../../src/systems/raft/raft-kv.ts';

import { type RaftSettings, settingsFrom } from '../../src/systems/raft/settings.ts';

/** How often the client looks for what the test wants sent: only steps may send. */
const pollUs = 500;

function poll(env: Env<RaftKvMessage>, queue: [to: string, request: ClientRequest][]): void {
  for (const [to, request] of queue.splice(0)) env.network.send(to, request);
  env.timers.set('poll', pollUs, () => poll(env, queue));
}

/** What a test makes a cluster of. */
export interface ClusterOptions {
  readonly nodes?: number;
  readonly seed?: number;
  readonly settings?: Partial<RaftSettings>;
  readonly environment?: Partial<Environment>;
  readonly paranoid?: boolean;
}

/** The fields of a request that a test cares about. */
export type Call = Partial<Omit<ClientRequest, 'kind'>> & Pick<ClientRequest, 'operation' | 'key'>;

/** A Raft cluster in a simulated world with one client endpoint, steered by a test. */
export class Cluster {
  readonly world: World;
  readonly replies: ClientReply[] = [];
  readonly probes: Map<string, number> = new Map();
  readonly errors: unknown[] = [];
  readonly size: number;
  /** In true time: when each node became leader of which term. */
  readonly leaders: { readonly node: number; readonly term: number }[] = [];
  private sequence = 0;
  private readonly queue: [to: string, request: ClientRequest][] = [];

  constructor(options: ClusterOptions = {}) {
    const { nodes = 3, seed = 1, settings = {}, environment = {} } = options;
    this.size = nodes;
    const peers = Array.from({ length: nodes }, (_, index) => `n${index + 1}`);
    const all = { ...settingsFrom({}), ...settings };
    const { replies } = this;
    const client: Component<object, RaftKvMessage> = {
      name: 'test-client',
      create: () => ({}),
      start: (_state, env) => poll(env, this.queue),
      message(_state, _env, _from, message) {
        if (message.kind === 'reply') replies.push(message);
      },
    };
    this.world = new World({
      nodes: [
        ...peers.map((id, index) => ({
          id,
          component: raftKvComponent(peers, index, all),
          zone: `z${index}`,
          server: true,
        })),
        { id: 'c1', component: client, zone: 'clients', server: false },
      ],
      choices: new KeyedChoices({ kind: 'seed', seed, overrides: [], forks: [] }),
      environment: { ...calmEnvironment, ...environment },
      paranoid: options.paranoid ?? false,
      observer: {
        probe: (_node, name) => {
          this.probes.set(name, (this.probes.get(name) ?? 0) + 1);
        },
        threw: (_node, error) => {
          this.errors.push(error);
        },
        afterStep: (step) => {
          const before = step.before as { role: string } | undefined;
          const after = step.after as { role: string; term: number } | undefined;
          if (after?.role === 'leader' && before?.role !== 'leader') {
            this.leaders.push({ node: step.node, term: after.term });
          }
        },
      },
    });
    this.world.begin();
  }

  node(index: number): RaftKvNode {
    return this.world.state(index) as RaftKvNode;
  }

  run(forUs: number): void {
    this.world.runUntil(this.world.timeUs + forUs);
    if (this.errors.length > 0) throw this.errors[0];
  }

  /** Runs until a condition holds; false when it does not within the time. */
  runUntil(condition: () => boolean, withinUs: number = 5_000_000): boolean {
    const end = this.world.timeUs + withinUs;
    while (!condition() && this.world.timeUs < end) this.run(1_000);
    return condition();
  }

  /** Index of the running leader of the highest term, or -1. */
  leader(): number {
    let best = -1;
    for (let index = 0; index < this.size; index++) {
      if (this.world.status(index) !== 'up') continue;
      const { core, phase } = this.node(index);
      if (phase !== 'running' || core?.role !== 'leader') continue;
      if (best < 0 || core.term > this.node(best).core!.term) best = index;
    }
    return best;
  }

  /** Sends a request to a node and gives its sequence. */
  send(node: number, call: Call): number {
    const sequence = call.sequence ?? ++this.sequence;
    const request: ClientRequest = {
      kind: 'request',
      client: 1,
      attempt: 1,
      value: '',
      expected: null,
      consistency: 'linearizable',
      ...call,
      sequence,
    };
    this.queue.push([`n${node + 1}`, request]);
    return sequence;
  }

  reply(sequence: number): ClientReply | undefined {
    return this.replies.findLast((reply) => reply.sequence === sequence);
  }

  /** Calls the leader, again after each refusal, until the answer is `ok`. */
  call(call: Call): ClientReply {
    const sequence = call.sequence ?? ++this.sequence;
    for (let attempt = 1; attempt < 200; attempt++) {
      const leader = this.leader();
      if (leader >= 0) {
        const seen = this.replies.length;
        this.send(leader, { ...call, sequence, attempt });
        const answered = () =>
          this.replies.slice(seen).find((reply) => reply.sequence === sequence);
        this.runUntil(() => answered() !== undefined, 200_000);
        const reply = answered();
        if (reply?.status === 'ok') return reply;
      }
      this.run(20_000);
    }
    throw new Error(`no answer to ${JSON.stringify(call)}`);
  }

  /** Cuts a node off from all others, or joins it again; its client link stays. */
  isolate(node: number, cut: boolean): void {
    for (let other = 0; other < this.size; other++) {
      if (other === node) continue;
      this.world.link(node, other).cut += cut ? 1 : -1;
      this.world.link(other, node).cut += cut ? 1 : -1;
    }
    this.world.linksChanged();
  }
}
