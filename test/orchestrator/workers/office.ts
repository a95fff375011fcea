import { nodeCiphers } from '../../../src/node-crypto/node-ciphers.ts';
import type { Component } from '../../../src/sim/component.ts';
import type { Env } from '../../../src/sim/env.ts';
import { hexOf } from '../../../src/systems/orchestrator/crypto/bytes.ts';
import {
  answersChallenge,
  issue,
} from '../../../src/systems/orchestrator/identity/certificates.ts';
import {
  firstRoot,
  type RootRow,
} from '../../../src/systems/orchestrator/identity/root-rotation.ts';
import {
  type OrchestratorWireMessage,
  orchestratorCodec,
} from '../../../src/systems/orchestrator/messages/orchestrator-codec.ts';
import type {
  AssignedTask,
  Beat,
  Join,
  Register,
  SessionBegins,
} from '../../../src/systems/orchestrator/messages/worker-messages.ts';
import { nodeSpec } from '../../../src/systems/orchestrator/specs/node-spec.ts';
import { defaultSettings } from '../../../src/systems/orchestrator/state/settings.ts';
import { Rig } from '../../../src/systems/orchestrator/test-rig.ts';
import {
  fencedAfterUs,
  type OrchestratorTimings,
} from '../../../src/systems/orchestrator/timings.ts';
import type { Demands } from './demands.ts';

const tickUs = 10_000;
const idleTickUs = 200_000;
const rootSeed = new Uint8Array(32).fill(7);
const managerSeed = new Uint8Array(32).fill(8);
export const managers: readonly string[] = ['c1', 'c2', 'c3'];
/** The longest one of all services. */
export const graceUs = 300_000;

/** A worker as the leader of a term knows it. */
interface Seat {
  readonly session: string;
  readonly worker: string;
  readonly node: string;
  readonly registration: number;
  /** What it was sent last, as text by task. */
  told: Map<string, string>;
  to: number;
  /** When that was. */
  toldUs: number;
}

/**
 * Managers whose store never fails: the real state machine and controllers, led in turn by one of
 * three endpoints, which forget all but the store when the lead goes on.
 */
export class Office {
  readonly rig: Rig = new Rig({ ...defaultSettings, orphanUs: 100_000_000, taskHistory: 0 });
  readonly roots: readonly RootRow[] = firstRoot({
    id: 1,
    publicKey: hexOf(nodeCiphers.signingKey(rootSeed)),
  });
  readonly timings: OrchestratorTimings;
  readonly demands: Demands;
  readonly counts: Record<string, number> = {};
  leader = 0;
  /** By the id of the node: when it was last heard in this term, and came last. */
  readonly heardUs: Map<string, number> = new Map();
  readonly cameUs: Map<string, number> = new Map();
  readonly heardThisTerm: Set<string> = new Set();
  private readonly seats: Map<string, Seat> = new Map();
  private readonly nodeOfKey: Map<string, string> = new Map();
  private readonly namesOf: Map<string, number> = new Map();
  private sessions = 0;
  private serial = 0;
  private nextLeadUs = 0;

  constructor(timings: OrchestratorTimings, demands: Demands) {
    this.timings = timings;
    this.demands = demands;
  }

  get length(): number {
    return Object.values(this.counts).reduce((sum, count) => sum + count, 0);
  }

  count(what: string): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }

  /** The session that a node has. */
  seatOf(worker: string): Seat | undefined {
    return [...this.seats.values()].find((seat) => seat.worker === worker);
  }

  tick(env: Env<OrchestratorWireMessage>): void {
    const { rig } = this;
    rig.timeUs = Math.max(rig.timeUs, env.clock.wallUs());
    const leads = rig.timeUs < this.demands.untilUs || this.nextLeadUs === 0;
    if (leads && rig.timeUs >= this.nextLeadUs) this.passLead(env);
    this.demands.make(rig, env);
    this.judge();
    rig.drive();
    for (const seat of this.seats.values()) this.assign(env, seat);
  }

  private passLead(env: Env<OrchestratorWireMessage>): void {
    this.nextLeadUs = this.rig.timeUs + env.random.between(1_500_000, 6_000_000, 'lead');
    if (this.rig.term++ > 1) this.count('leads');
    this.rig.failOver();
    this.leader = env.random.below(managers.length, 'leader');
    this.seats.clear();
    this.heardThisTerm.clear();
    for (const node of this.heardUs.keys()) this.heardUs.set(node, this.rig.timeUs);
  }

  /** Nodes that are silent go down, and are fenced when they have stopped what is to be fenced. */
  private judge(): void {
    const { rig, timings } = this;
    for (const [node, heardUs] of this.heardUs) {
      const silentUs = rig.timeUs - heardUs;
      const { status } = rig.state.nodes.get(node)!;
      if (status === 'up' && silentUs > timings.downUs) {
        rig.edge(node, 'down');
        this.count('down');
      } else if (status === 'down' && silentUs > fencedAfterUs(timings, graceUs)) {
        rig.edge(node, 'fenced');
        this.count('fenced');
      }
    }
  }

  private content(node: string): AssignedTask[] {
    const { state } = this.rig;
    const tasks = [...(state.index.loads.get(node)?.tasks ?? [])].sort();
    return tasks.map((id) => {
      const { service, slot, revision, desired, address, ports, sequence } = state.tasks.get(id)!;
      const { spec, secrets } = state.revisions.get(service, revision)!;
      const volumes = spec.template.volumes.map(({ source }) => {
        const volume = state.named('volume', source)!;
        const { claim, spec: about } = state.volumes.get(volume)!;
        const epoch = claim?.task === id ? claim.epoch : 0;
        return { volume, name: source, exclusive: about.exclusive, epoch };
      });
      const what = { service, slot, revision, desired, spec, address, ports, volumes, secrets };
      return { task: id, sequence, ...what };
    });
  }

  private assign(env: Env<OrchestratorWireMessage>, seat: Seat): void {
    const tasks = this.content(seat.node);
    const now = new Map(tasks.map((task) => [task.task, JSON.stringify({ ...task, sequence: 0 })]));
    const changed = tasks.filter(({ task }) => now.get(task) !== seat.told.get(task));
    const removed = [...seat.told.keys()].filter((task) => !now.has(task));
    if (seat.to > 0 && changed.length + removed.length === 0) return;
    const full = seat.to === 0;
    const from = seat.to;
    seat.to = Math.max(this.rig.state.applied, from + 1);
    seat.told = now;
    seat.toldUs = this.rig.timeUs;
    env.network.send(seat.worker, {
      kind: 'assign',
      ...{ session: seat.session, full, from, to: seat.to, tasks: changed, removed },
      ...{ secrets: [], forgotten: [], drainDeadlineUs: 0 },
    });
  }

  take(env: Env<OrchestratorWireMessage>, from: string, message: OrchestratorWireMessage): void {
    switch (message.kind) {
      case 'join':
        env.network.send(from, this.join(message));
        return;
      case 'register':
        this.register(env, from, message);
        return;
      case 'beat':
      case 'report':
      case 'unmounted': {
        const seat = this.seats.get(message.session);
        const { session } = message;
        if (seat === undefined) {
          env.network.send(from, { kind: 'session-over', session, leader: '' });
          return;
        }
        if (message.kind === 'beat') this.beat(env, seat, message);
        else if (message.kind === 'report') {
          const { reports, report } = message;
          const { node, registration } = seat;
          const reply = this.rig.lead({ kind: 'report', node, registration, reports });
          if (reply.kind === 'refused') return;
          for (const { observed } of reports) this.count(`report ${observed}`);
          env.network.send(from, { kind: 'report-heard', session, report });
        } else {
          const { volume, epoch } = message;
          const reply = this.rig.lead({ kind: 'unmounted', node: seat.node, volume, epoch });
          // Its end was not reported yet: the worker says it again.
          if (reply.kind === 'refused' && reply.why === 'in-use') return;
          this.count('unmounted');
          env.network.send(from, { kind: 'unmounted-heard', session, volume, epoch });
        }
      }
    }
  }

  private join({ request, signing, description }: Join): OrchestratorWireMessage {
    let node = this.nodeOfKey.get(signing.publicKey);
    if (node === undefined) {
      // A machine that lost its disk is another node: the name of the old one is taken.
      const nth = (this.namesOf.get(signing.subject) ?? 0) + 1;
      this.namesOf.set(signing.subject, nth);
      const spec = nodeSpec(`${signing.subject}-n${String.fromCharCode(96 + nth)}`);
      const made = this.rig.lead({ kind: 'register-node', node: '', spec, description });
      if (made.kind !== 'registered') throw new Error(JSON.stringify(made));
      node = made.node;
      this.nodeOfKey.set(signing.publicKey, node);
      this.heardUs.set(node, this.rig.timeUs);
      this.count('joined');
    }
    const life = { nowUs: 1, lifetimeUs: 2 ** 50, skewUs: 0 };
    const root = { id: 1, seed: rootSeed };
    const certificate = issue(nodeCiphers, root, signing, ++this.serial, life)!;
    const { roots } = this;
    return {
      kind: 'certified',
      ...{ request, outcome: 'done', why: null, leader: '', node, certificate, roots },
    };
  }

  private register(
    env: Env<OrchestratorWireMessage>,
    from: string,
    { request, certificate, challenge, signature, description }: Register,
  ): void {
    const { rig, timings } = this;
    const expected = `${rig.term}/${request}`;
    if (challenge !== expected) {
      env.network.send(from, { kind: 'challenge', request, challenge: expected });
      return;
    }
    if (!answersChallenge(nodeCiphers, certificate, challenge, signature)) return;
    const node = this.nodeOfKey.get(certificate.publicKey)!;
    const { spec } = rig.state.nodes.get(node)!;
    const reply = rig.lead({ kind: 'register-node', node, spec, description });
    if (reply.kind !== 'registered') return;
    const { registration } = reply;
    for (const [name, seat] of this.seats) if (seat.node === node) this.seats.delete(name);
    const session = `${rig.term}-${++this.sessions}`;
    const seat: Seat = {
      session,
      worker: from,
      node,
      registration,
      told: new Map(),
      to: 0,
      toldUs: 0,
    };
    this.seats.set(session, seat);
    this.heardUs.set(node, rig.timeUs);
    this.cameUs.set(node, rig.timeUs);
    this.count('sessions');
    const begins: SessionBegins = {
      kind: 'session',
      ...{ request, session, node, registration, term: rig.term },
      ...{ beatUs: timings.beatUs, leaseUs: timings.leaseUs, managers, roots: this.roots },
      managerKey: nodeCiphers.agreementKey(managerSeed),
    };
    env.network.send(from, begins);
  }

  private beat(env: Env<OrchestratorWireMessage>, seat: Seat, { beat, assigned }: Beat): void {
    const { session, worker, node, registration } = seat;
    const row = this.rig.state.nodes.get(node)!;
    if (row.registration !== registration || row.status !== 'up') {
      // It was given up: it has to come anew.
      this.seats.delete(session);
      env.network.send(worker, { kind: 'session-over', session, leader: '' });
      return;
    }
    this.heardUs.set(node, this.rig.timeUs);
    this.heardThisTerm.add(node);
    env.network.send(worker, { kind: 'beat-heard', session, beat, term: this.rig.term });
    // It has had something else than it was told for long: all of it once more, as of now.
    if (assigned === seat.to || this.rig.timeUs - seat.toldUs < this.timings.callTimeoutUs) return;
    seat.told = new Map();
    seat.to = 0;
    // So that the worker sees that it is newer.
    this.rig.lead({ kind: 'barrier' });
    this.assign(env, seat);
  }
}

/** One of the managers. */
export function managerComponent(
  office: Office,
  index: number,
): Component<object, OrchestratorWireMessage> {
  const tick = (env: Env<OrchestratorWireMessage>): void => {
    const leads = office.leader === index;
    if (leads) office.tick(env);
    env.timers.set('tick', leads ? tickUs : idleTickUs, () => tick(env));
  };
  return {
    name: 'manager',
    codec: orchestratorCodec,
    create: () => ({}),
    start: (_state, env) => tick(env),
    message(_state, env, from, message) {
      if (office.leader === index) {
        office.take(env, from, message);
        return;
      }
      const leader = managers[office.leader]!;
      if ('session' in message) {
        const session = String(message.session);
        env.network.send(from, { kind: 'session-over', session, leader });
      } else if ('request' in message) {
        const { request } = message;
        const turned = { request, outcome: 'not-leader', why: null, what: '', leader } as const;
        env.network.send(from, { kind: 'turned-away', ...turned });
      }
    },
  };
}
