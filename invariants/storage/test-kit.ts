import {
  type FileHistory,
  type LadderOptions,
  type LadderRun,
  ladder,
  type Message,
  type Step,
  type WorldView,
} from '../../src/index.ts';
import type { Entry } from '../../src/systems/raft/types.ts';
import type { RaftView } from '../../src/systems/raft/view.ts';
import type { FragmentName } from '../../src/systems/storage/block-checksum.ts';
import { Fragment } from '../../src/systems/storage/chunkserver/fragment.ts';
import { storageSettingsFrom } from '../../src/systems/storage/drawn-settings.ts';
import type { Command } from '../../src/systems/storage/metadata/command.ts';
import { encodeEnvelope } from '../../src/systems/storage/metadata/command-codec.ts';
import { MetadataMachine } from '../../src/systems/storage/metadata/machine.ts';
import type { Reply } from '../../src/systems/storage/metadata/reply.ts';
import { testClasses } from '../../src/systems/storage/metadata/test-rig.ts';
import { emptyView } from '../raft/marks.ts';
import { storageOwnLadder, storageRungs } from './ladder.ts';
import { storageGhost } from './ledger.ts';
import type { StorageFacts } from './moment.ts';
import type { MetadataOracle } from './oracle.ts';

/** What stands where a value is missing. */
const noWords = /undefined|NaN|\[object/;

/** Three masters, no metalogger, six chunkservers, one client: indexes 0-2, 3-8 and 9. */
const config = {
  nodes: 9,
  'storage.masters': 3,
  'storage.metaloggers': 0,
  'storage.blockBytes': 64,
  'storage.blocksPerChunk': 4,
};

export const firstServer = 3;
export const client = 9;

/** A master on paper. */
class RigMaster {
  view: RaftView = { ...emptyView(), phase: 'running' };
  readonly machine: MetadataMachine = new MetadataMachine(storageSettingsFrom(config));
}

/**
 * A ladder at work on a cluster that exists on paper only: tests say what is committed, what masters
 * make of it and what messages say, lawful or not.
 */
export class StorageRig {
  readonly run: LadderRun;
  readonly masters: RigMaster[] = [new RigMaster(), new RigMaster(), new RigMaster()];
  readonly log: Entry[] = [];
  /** What the log gives. */
  readonly truth: MetadataMachine = new MetadataMachine(storageSettingsFrom(config));
  timeUs = 0;
  /** What disks hold, by node and file. */
  readonly disks: Map<number, Map<string, Uint8Array>> = new Map();
  wallUs = 0;
  steps = 0;
  #requests = 0;
  #facts: StorageFacts | undefined;

  constructor(only?: string, history?: FileHistory) {
    const ghost = {
      triggers: storageGhost.triggers,
      begin: (options: LadderOptions) => {
        const ledger = storageGhost.begin(options);
        this.#facts = ledger.moment.facts;
        return ledger;
      },
    };
    this.run = ladder({ name: 'storage on paper', ghost, rungs: storageRungs }).begin({
      world: this.#world(),
      ...(only === undefined ? {} : { only: [only] }),
      damage: 'noticeable damage',
      anyNumber: false,
      config,
      history: history as unknown as LadderOptions['history'],
      stopAtFirst: false,
    });
    this.run.phase('storm', 0);
    for (let node = 0; node < config.nodes; node++) this.run.lifecycle?.(node, 'started', 0);
  }

  #world(): WorldView {
    const rig = this;
    return {
      get timeUs() {
        return rig.timeUs;
      },
      get steps() {
        return rig.steps;
      },
      topologyVersion: 1,
      nodeCount: config.nodes + 1,
      serverCount: config.nodes,
      nodeId: (node) => (node === client ? 'c1' : `n${node + 1}`),
      nodeIndex: (id) => (id === 'c1' ? client : Number(id.slice(1)) - 1),
      zone: () => 'z1',
      status: () => 'up',
      incarnation: () => 1,
      component: () => ({ name: 'storage', create: () => ({}) }),
      state: () => undefined,
      disk: (node) => ({
        promisedFiles: () => [],
        promisedBytes: () => undefined,
        actualFiles: () => [...(rig.disks.get(node)?.keys() ?? [])],
        cachedFiles: () => [],
        actualBytes: (file) => rig.disks.get(node)?.get(file),
        images: () => undefined,
      }),
      linkOpen: () => true,
      linkFair: () => true,
      linkLateUntilUs: () => 0,
      monotonicUs: () => rig.timeUs,
      wallUs: () => rig.timeUs,
      clockWithinBounds: () => true,
      diskHealthy: () => true,
      damaged: () => false,
      metIoError: () => false,
    };
  }

  get facts(): StorageFacts {
    return this.#facts!;
  }

  /** What the checker's own state machine makes of the next batch is bent, as a bug in it would. */
  bend(bent: (oracle: MetadataOracle) => void): void {
    const { oracle } = this.facts;
    const { end } = oracle;
    oracle.end = () => {
      oracle.end = end;
      bent(oracle);
      oracle.machine.state.settle();
      for (const cell of oracle.state.changed) {
        oracle.touched.set(`${cell.table}/${cell.group}/${cell.key}`, cell);
      }
      end.call(oracle);
    };
  }

  /**
   * The ids of the rungs that are broken. Throws where a story could not say why: so each test of a
   * rung tests its words.
   */
  get broken(): readonly string[] {
    return this.run.violations.map((violation) => {
      const facts = storageOwnLadder.factsOf?.(violation) ?? [];
      const isTold = facts.every((fact) => /^[A-Za-z].*\.$/.test(fact) && !noWords.test(fact));
      if (facts.length > 1 && isTold) return violation.rung;
      const values = JSON.stringify(violation.values);
      throw new Error(`${violation.rung} has no words for ${values}: ${facts.join(' ')}`);
    });
  }

  /** Premises of a rung so far. */
  premise(id: string): number {
    return this.run.reports().find((report) => report.id === id)!.premise;
  }

  /** One step of any node. */
  step(node: number, fields: Partial<Omit<Step, 'node'>>): void {
    this.steps += 1;
    this.timeUs += 1_000;
    this.run.afterStep?.({
      index: this.steps,
      timeUs: this.timeUs,
      cause: 'message',
      node,
      incarnation: 1,
      state: undefined,
      before: undefined,
      after: undefined,
      received: undefined,
      from: -1,
      sent: [],
      sentCount: 0,
      ...fields,
    });
  }

  /** An entry comes into the log; gives what it does. */
  propose(session: number, sequence: number, command: Command): Reply {
    this.wallUs += 1_000;
    const { wallUs: timeUs } = this;
    const data = encodeEnvelope({ session, sequence, oldest: 1, timeUs, command });
    const entry: Entry = { term: 1, index: this.log.length + 1, kind: 'command', data };
    this.log.push(entry);
    return this.truth.apply(entry)!;
  }

  /**
   * A master commits all of the log, and applies it.
   * @param spoil changes what the master has made of it, before anybody sees it
   */
  commit(node = 0, spoil?: (machine: MetadataMachine) => void): void {
    const master = this.masters[node]!;
    const { machine, view: before } = master;
    for (const entry of this.log.slice(machine.applied)) machine.apply(entry);
    spoil?.(machine);
    const last = this.log.length;
    master.view = { ...before, commit: last, applied: last, lastIndex: last, term: 1 };
    const log = { firstIndex: 1, lastIndex: last, entry: (index: number) => this.log[index - 1] };
    this.step(node, { before, after: master.view, state: { log, machine, phase: 'running' } });
  }

  /**
   * A leader takes all of the log into its own, and has committed no more of it than before.
   * @param leader what it knows of servers
   */
  append(node = 0, leader: object = {}): void {
    const master = this.masters[node]!;
    const { machine, view: before } = master;
    master.view = { ...before, role: 'leader', lastIndex: this.log.length, term: 1 };
    const log = { entry: (index: number) => this.log[index - 1] };
    const state = { log, machine, phase: 'running', service: { leader } };
    this.step(node, { before, after: master.view, state });
  }

  /** A leader's command, committed at once. */
  lead(command: Command): Reply {
    const reply = this.propose(0, 0, command);
    this.commit();
    return reply;
  }

  /** A client's request is in the log, and committed. */
  ask(session: number, sequence: number, command: Command): Reply {
    const reply = this.propose(session, sequence, command);
    this.commit();
    return reply;
  }

  session(): number {
    return (
      this.lead({ kind: 'open-session', owner: 1, leaseUs: 1_000_000, role: 'client' }) as {
        session: number;
      }
    ).session;
  }

  /** Both classes, six servers in three zones, the first class on the root, and a session. */
  furnish(): number {
    for (const storageClass of testClasses) this.lead({ kind: 'define-class', storageClass });
    for (let server = 4; server <= 9; server++) {
      const zone = Math.ceil((server - 3) / 2);
      const place = { region: zone, zone, host: server, weight: 1, capacityBytes: 10_000 };
      this.lead({ kind: 'register-server', server, ...place });
    }
    const session = this.session();
    this.ask(session, 1, { kind: 'set-class', inode: 1, classId: 1 });
    return session;
  }

  /** Chunkservers have promised a fragment to their disks. */
  store(servers: readonly number[], name: FragmentName): void {
    for (const server of servers) this.facts.servers[server - 1]!.table.add(new Fragment(1, name));
  }

  /** The client sends a call; gives the number of its request. */
  call(session: number, sequence: number, command: Command): number {
    this.#requests += 1;
    const request = this.#requests;
    this.send(client, 0, { kind: 'call', request, session, sequence, oldest: 1, command });
    return request;
  }

  send(node: number, to: number, message: Message & Record<string, unknown>): void {
    this.step(node, { sent: [{ to, port: '', message }], sentCount: 1 });
  }

  receive(node: number, from: number, message: Message & Record<string, unknown>): void {
    this.step(node, { received: message, from });
  }

  /** The client takes the answer to a call. */
  answer(request: number, index: number, reply: Reply | null): void {
    this.receive(client, 0, {
      kind: 'call-done',
      request,
      outcome: 'done',
      leader: 'n1',
      index,
      reply,
      granted: null,
    });
  }
}

/** A rig with chunk 1 on servers 4, 6 and 8 being written, and its session and fence. */
export function writing(only?: string): { rig: StorageRig; session: number; fence: number } {
  const rig = new StorageRig(only);
  const session = rig.furnish();
  rig.ask(session, 2, {
    kind: 'create',
    parent: 1,
    name: 'a',
    mode: 0o644,
    uid: 0,
    gid: 0,
    exclusive: true,
  });
  rig.ask(session, 3, { kind: 'open', inode: 2 });
  const members = [4, 6, 8];
  const grant = { kind: 'grant-write', inode: 2, index: 0, members } as const;
  const { fence } = rig.ask(session, 4, grant) as { fence: number };
  return { rig, session, fence };
}
