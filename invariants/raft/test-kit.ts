import type { LadderRun, Lifecycle, Step, WorldObserver, WorldView } from '../../src/index.ts';
import { plainConfiguration } from '../../src/systems/raft/confchange.ts';
import { encodeCommand } from '../../src/systems/raft/kv-codec.ts';
import { KvMachine } from '../../src/systems/raft/kv-machine.ts';
import type { Operation, RaftKvMessage } from '../../src/systems/raft/kv-messages.ts';
import { encodeSnapshot, snapshotName } from '../../src/systems/raft/snapshot-format.ts';
import type { Entry, Member } from '../../src/systems/raft/types.ts';
import type { RaftStateReader, RaftView } from '../../src/systems/raft/view.ts';
import { BatchWriter, segmentName, walVersion } from '../../src/systems/raft/wal-format.ts';
import { raftLadder } from './ladder.ts';
import { emptyView } from './marks.ts';

/** An entry whose data say nothing to the state machine. */
export function entry(term: number, index: number, text = `${term}.${index}`): Entry {
  return { term, index, kind: 'noop', data: new TextEncoder().encode(text) };
}

/** Fields of a command that a test cares about. */
interface CommandFields {
  readonly client?: number;
  readonly sequence?: number;
  readonly operation?: Operation;
  readonly key?: string;
  readonly value?: string;
}

export function command(term: number, index: number, fields: CommandFields = {}): Entry {
  const {
    client = 7,
    sequence = index,
    operation = 'put',
    key = 'k',
    value = `v${index}`,
  } = fields;
  const data = encodeCommand({ operation, client, sequence, key, value, expected: null });
  return { term, index, kind: 'command', data };
}

/** One node of a rig, as mutable as a test needs it. */
class RigNode {
  view: RaftView = emptyView();
  log: Entry[] = [];
  base = 0;
  baseTerm = 0;
  machine = new KvMachine(1_000);
  status: 'up' | 'down' = 'down';
  incarnation = 0;
  damaged = false;
  /** Promised files. */
  files = new Map<string, Uint8Array>();
  batches = 0;
  /** Entries that syncs have promised, by index. */
  readonly promised: Map<number, Entry> = new Map();

  /** How far the log in memory is on the disk, as the node itself has heard. */
  get stableIndex(): number {
    const isVolatile = this.log.findIndex((one) => this.promised.get(one.index) !== one);
    return this.base + (isVolatile === -1 ? this.log.length : isVolatile);
  }
}

/** What one step of a rig does: new marks, and messages. */
export interface RigStep {
  readonly marks?: Partial<RaftView>;
  /** The log in memory from the base on. */
  readonly log?: readonly Entry[];
  readonly received?: readonly [from: number, message: RaftKvMessage];
  readonly sent?: readonly (readonly [to: number, message: RaftKvMessage])[];
}

/** What a sync of a rig promises, in the order of the records. */
interface Promise {
  readonly term?: number;
  readonly vote?: Member;
  readonly entries?: readonly Entry[];
}

interface RigOptions {
  /** Rungs to run; default: all. */
  readonly only?: string | readonly string[];
  readonly history?: unknown;
  /** Whether noticed damage may strike any number of nodes. Default: no. */
  readonly anyNumber?: boolean;
  /** Sees the same steps. */
  readonly watch?: WorldObserver;
}

/**
 * A ladder at work on a cluster that exists on paper only: tests say what each node's state, disk
 * and messages are, lawful or not. Three servers (0, 1, 2) run from the start, then one client (3).
 */
export class Rig {
  readonly run: LadderRun;
  readonly nodes: RigNode[] = [new RigNode(), new RigNode(), new RigNode()];
  readonly #client = 3;
  readonly #watch: WorldObserver | undefined;
  timeUs = 0;
  steps = 0;
  #topology = 1;
  /** Nodes to which everything comes late. */
  readonly slowed: Set<number> = new Set();
  /** Which links are fair. */
  fair: (from: number, to: number) => boolean = () => true;
  /** Settings of the run; what is not there has its calm value. */
  readonly config: Record<string, boolean | number> = {};

  constructor(options: RigOptions = {}) {
    this.#watch = options.watch;
    this.run = raftLadder.begin({
      world: this.#world(),
      ...(options.only === undefined ? {} : { only: [options.only].flat() }),
      damage: 'noticeable damage',
      anyNumber: options.anyNumber ?? false,
      config: this.config,
      history: options.history,
    });
    this.run.phase('storm', 0);
    for (const [node] of this.nodes.entries()) this.boot(node);
  }

  #world(): WorldView {
    const rig = this;
    const node = (index: number) => rig.nodes[index] as RigNode;
    return {
      get timeUs() {
        return rig.timeUs;
      },
      get steps() {
        return rig.steps;
      },
      get topologyVersion() {
        return rig.#topology;
      },
      nodeCount: 4,
      serverCount: 3,
      nodeId: (index) => (index === rig.#client ? 'c1' : `n${index + 1}`),
      nodeIndex: (id) => (id === 'c1' ? rig.#client : Number(id.slice(1)) - 1),
      zone: () => 'z1',
      status: (index) => (index === rig.#client ? 'up' : node(index).status),
      incarnation: (index) => node(index).incarnation,
      component: () => ({ name: 'raft-kv', create: () => ({}) }),
      state: (index) => (node(index).status === 'down' ? undefined : rig.#state(index)),
      disk: (index) => ({
        promisedFiles: () => [...node(index).files.keys()].sort(),
        promisedBytes: (file) => node(index).files.get(file),
        actualFiles: () => [],
        cachedFiles: () => [],
        actualBytes: () => undefined,
        images: () => undefined,
      }),
      linkOpen: () => true,
      linkFair: (from, to) => rig.fair(from, to),
      linkLateUntilUs: () => 0,
      monotonicUs: () => rig.timeUs,
      wallUs: () => rig.timeUs,
      clockWithinBounds: (index) => !rig.slowed.has(index),
      diskHealthy: () => true,
      damaged: (index) => node(index).damaged,
      metIoError: () => false,
    };
  }

  #state(index: number): RaftStateReader {
    const { view, log, base, baseTerm, machine } = this.nodes[index] as RigNode;
    const at = (place: number) => log[place - base - 1];
    return {
      phase: view.phase,
      self: index + 1,
      machine,
      log: {
        firstIndex: base + 1,
        lastIndex: base + log.length,
        entry: at,
        term: (place) => (place === base ? baseTerm : (at(place)?.term ?? -1)),
      },
    };
  }

  /** Starts a life and, unless told otherwise, lets it get through recovery. */
  boot(index: number, recovered: RigStep | 'still recovering' = {}): void {
    const node = this.nodes[index] as RigNode;
    node.status = 'up';
    node.incarnation += 1;
    node.view = emptyView();
    node.log = [];
    this.#topology += 1;
    this.run.lifecycle?.(index, 'started', this.timeUs);
    if (recovered === 'still recovering') return;
    const configuration = plainConfiguration([1, 2, 3]);
    const marks = { phase: 'running', configuration, ...recovered.marks } as Partial<RaftView>;
    this.step(index, { ...recovered, marks });
  }

  lifecycle(index: number, what: Lifecycle): void {
    if (what === 'killed' || what === 'power-lost') (this.nodes[index] as RigNode).status = 'down';
    this.#topology += 1;
    this.run.lifecycle?.(index, what, this.timeUs);
    if (what === 'wiped') (this.nodes[index] as RigNode).files.clear();
  }

  /** One step of a server. */
  step(index: number, { marks = {}, log, received, sent = [] }: RigStep): this {
    const node = this.nodes[index] as RigNode;
    const before = node.view;
    if (log !== undefined) node.log = [...log];
    const { stableIndex } = node;
    const lists = { match: [...before.match], next: [...before.next] };
    node.view = { ...before, ...lists, stableIndex, ...marks };
    node.view.firstIndex = node.base + 1;
    node.view.lastIndex = node.base + node.log.length;
    node.view.lastTerm = node.log.at(-1)?.term ?? node.baseTerm;
    this.#emit(index, before, node.view, received, sent);
    return this;
  }

  #emit(
    node: number,
    before: unknown,
    after: unknown,
    received: RigStep['received'],
    sent: NonNullable<RigStep['sent']>,
  ): void {
    this.steps += 1;
    this.timeUs += 100;
    const step: Step = {
      index: this.steps,
      timeUs: this.timeUs,
      cause: received === undefined ? 'timer' : 'message',
      node,
      incarnation: this.nodes[node]?.incarnation ?? 1,
      state: node === this.#client ? {} : this.#state(node),
      before,
      after,
      received: received?.[1],
      from: received?.[0] ?? -1,
      sent: sent.map(([to, message]) => ({ to, port: 'main', message })),
      sentCount: sent.length,
    };
    this.run.afterStep?.(step);
    this.#watch?.afterStep?.(step);
  }

  /** The client sends to a server, or takes an answer from one. */
  client(what: { sends?: RaftKvMessage; takes?: RaftKvMessage }): this {
    const received = what.takes === undefined ? undefined : ([0, what.takes] as const);
    const sent = what.sends === undefined ? [] : ([[0, what.sends]] as const);
    this.#emit(this.#client, undefined, undefined, received, sent);
    return this;
  }

  /** A sync of the log: one batch at the end of the one segment that a node has. */
  promise(index: number, { term, vote = 0, entries = [] }: Promise): this {
    const node = this.nodes[index] as RigNode;
    const file = segmentName(1);
    const old = node.files.get(file) ?? new Uint8Array(0);
    const writer = new BatchWriter();
    node.batches += 1;
    writer.begin(1, 5, node.batches, old.length);
    if (old.length === 0) {
      const start = { previousSequence: 0, previousEnd: 0, lastIndex: 0, lastTerm: 0 };
      writer.header({ version: walVersion, sequence: 1, term: 0, votedFor: 0, ...start });
    }
    if (term !== undefined) writer.hardState(term, vote);
    for (const one of entries) {
      writer.entry(one);
      node.promised.set(one.index, one);
    }
    const batch = writer.finish();
    const bytes = new Uint8Array(old.length + batch.length);
    bytes.set(old);
    bytes.set(batch, old.length);
    node.files.set(file, bytes);
    this.run.promised?.(index, file, old.length, bytes.length);
    if (old.length === 0) this.run.directoryPromised?.(index, '');
    return this;
  }

  /** A snapshot of a state machine becomes durable. */
  promiseSnapshot(index: number, at: number, term: number, machine: KvMachine): this {
    const configuration = plainConfiguration([1, 2, 3]);
    const { file } = encodeSnapshot(at, term, configuration, machine.save());
    (this.nodes[index] as RigNode).files.set(snapshotName(at), file);
    this.run.directoryPromised?.(index, '');
    return this;
  }

  /** A node wins a term in the open, with its vote on its disk. */
  elect(index: number, term: number): this {
    this.promise(index, { term, vote: index + 1 });
    this.step(index, { marks: { role: 'candidate', term, votedFor: index + 1, leaderId: 0 } });
    const next = this.nodes.map(() => (this.nodes[index] as RigNode).view.lastIndex + 1);
    const marks = { role: 'leader', leaderId: index + 1, match: [0, 0, 0], next } as const;
    return this.step(index, { marks: { ...marks, match: [...marks.match] } });
  }

  /** A node has a log in memory and on disk. */
  hold(index: number, term: number, log: readonly Entry[]): this {
    this.promise(index, { term, entries: log });
    return this.step(index, { marks: { term }, log });
  }

  /** A node commits and applies up to an index, as its log says. */
  commit(index: number, upTo: number): this {
    const node = this.nodes[index] as RigNode;
    for (const one of node.log) {
      if (one.index > node.machine.applied && one.index <= upTo) node.machine.apply(one);
    }
    return this.step(index, { marks: { commit: upTo, applied: upTo } });
  }

  /** Lets time pass at a node, a look at progress every 20 ms. */
  wait(forUs: number): this {
    for (const until = this.timeUs + forUs; this.timeUs < until; ) {
      this.timeUs += 20_000;
      this.step(0, {});
    }
    return this;
  }

  get broken(): string | undefined {
    return this.run.violation?.rung;
  }

  premise(id: string): number {
    return this.run.reports().find((report) => report.id === id)?.premise ?? 0;
  }
}
