import {
  HarnessFault,
  type LadderOptions,
  type Ledger,
  type LedgerDefinition,
  type Lifecycle,
  type NoteBroken,
  type Phase,
  StableCoreTracker,
  type Step,
} from '../../src/index.ts';
import type { ClientReply, ClientRequest } from '../../src/systems/raft/kv-messages.ts';
import type { AppendReply, Entry, VoteMessage, VoteReply } from '../../src/systems/raft/types.ts';
import type { RaftStateReader, RaftView } from '../../src/systems/raft/view.ts';
import { agreedLeader } from './agreed-leader.ts';
import { AttachedNodes } from './attached.ts';
import { auditNode } from './audit.ts';
import { Backlog } from './backlog.ts';
import { CanonicalChain } from './canonical-chain.ts';
import { unknownPrefix } from './chain.ts';
import { ClientLedger } from './client-ledger.ts';
import { DurableLog } from './durable-log.ts';
import { type ChainModel, MachineModel, noModel } from './machine-model.ts';
import { changedMarks } from './marks.ts';
import { Membership } from './membership.ts';
import type { RaftFacts, RaftMoment } from './moment.ts';
import { NodeLedger } from './node-ledger.ts';
import { paceOf } from './progress-window.ts';
import { isGrant, noteReceived } from './received.ts';
import { Registry } from './registry.ts';
import { triggers } from './triggers.ts';

/** Virtual time between two looks at progress. */
const pulseUs = 50_000;

/** The ghost state of Raft: see `RaftFacts` for what it holds. */
export const raftGhost: LedgerDefinition<RaftMoment> = {
  triggers,
  begin: (options) => new RaftLedger(options, new MachineModel(options.config)),
};

/** The same for a system whose state machine is another one than the key-value store. */
export const raftCoreGhost: LedgerDefinition<RaftMoment> = {
  triggers,
  begin: (options) => new RaftLedger(options, noModel),
};

class RaftLedger implements Ledger<RaftMoment> {
  readonly moment: RaftMoment;
  readonly #facts: RaftFacts;
  readonly #servers: number;
  readonly #prefixAt: (term: number, index: number) => number;
  readonly #backlog = new Backlog();
  #nextPulseUs = 0;
  #membersMayChange = false;
  #membersSeen = 1;
  #nextPruneStep = 0;

  constructor(options: LadderOptions, machine: ChainModel) {
    const { world } = options;
    const canonical = new CanonicalChain();
    const registry = new Registry();
    this.#servers = world.serverCount;
    // Assigned in two steps, or V8 puts it into its old space: see `OperationQueue`.
    const prefixAt = (term: number, index: number): number => {
      const known = canonical.chain.term(index);
      if (known !== -1 && (term === -1 || known === term)) return canonical.chain.prefix(index);
      return registry.find(term, index)?.prefix ?? unknownPrefix;
    };
    this.#prefixAt = prefixAt;
    const nodes = Array.from({ length: world.serverCount }, (_, node) => {
      const files = {
        names: () => world.disk(node).promisedFiles(),
        bytes: (file: string) => world.disk(node).promisedBytes(file),
      };
      return new NodeLedger(node, new DurableLog(files, this.#prefixAt));
    });
    const core = new StableCoreTracker(world);
    const membership = new Membership(options.config, world.serverCount);
    core.decidedBy(membership.groups());
    this.#facts = {
      world,
      options,
      nodes,
      canonical,
      registry,
      leaderOf: new Map(),
      machine,
      clients: new ClientLedger(),
      core,
      attached: new AttachedNodes(world, core, nodes, membership),
      pace: paceOf(options.config),
      membership,
      excusedUs: -1,
      phase: 'form',
      phaseSinceUs: 0,
    };
    const [first] = nodes as [NodeLedger];
    this.moment = {
      message: undefined,
      peer: -1,
      facts: this.#facts,
      timeUs: 0,
      node: 0,
      own: first,
      state: undefined,
      before: first.view,
      after: first.view,
      trouble: '',
    };
  }

  // ------------------------------------------------------------------ events

  afterStep(step: Step): number {
    if (step.node >= this.#servers) return this.#clientStep(step);
    const { moment } = this;
    const own = this.#facts.nodes[step.node] as NodeLedger;
    const after = step.after as RaftView;
    moment.timeUs = step.timeUs;
    moment.node = step.node;
    moment.own = own;
    moment.state = step.state as RaftStateReader;
    moment.before = step.before as RaftView;
    moment.after = after;
    own.view = after;
    if (step.received !== undefined) noteReceived(moment, step);
    let changed = 0;
    if (step.before !== step.after) {
      changed = changedMarks(moment.before, after);
      if (own.log.isRewritten(moment.state.log)) changed |= triggers.log;
      if (changed !== 0) changed |= this.#noteChanges(changed, own, step);
    }
    if (step.sentCount > 0) this.#noteSent(own, step);
    this.#noteTopology();
    return step.timeUs < this.#nextPulseUs ? changed : changed | this.#pulse(step);
  }

  promised(node: number, file: string, _from: number, _to: number): number {
    if (node >= this.#servers) return 0;
    this.#turnTo(node);
    const { durable } = this.moment.own;
    const snapshot = durable.snapshotIndex;
    if (!durable.filePromised(file)) return 0;
    this.#noteCut();
    return triggers.promised | (durable.snapshotIndex === snapshot ? 0 : triggers.snapshot);
  }

  directoryPromised(node: number, _directory: string): number {
    if (node >= this.#servers) return 0;
    this.#turnTo(node);
    const { durable } = this.moment.own;
    const snapshot = durable.snapshotIndex;
    if (!durable.namesPromised()) return 0;
    this.#noteCut();
    return triggers.promised | (durable.snapshotIndex === snapshot ? 0 : triggers.snapshot);
  }

  lifecycle(node: number, what: Lifecycle, timeUs: number): number {
    this.#noteTopology();
    this.#turnTo(node);
    this.moment.timeUs = timeUs;
    const { own } = this.moment;
    switch (what) {
      case 'started':
        own.incarnation = this.#facts.world.incarnation(node);
        own.begin();
        return triggers.started;
      case 'killed':
      case 'power-lost':
        if (own.view.role === 'leader') this.#facts.excusedUs = timeUs;
        own.end(what);
        return triggers.crashed;
      case 'wiped':
        own.wiped();
        return triggers.wiped;
      default:
        return 0;
    }
  }

  phase(phase: Phase, timeUs: number): number {
    this.#facts.phase = phase;
    this.#facts.phaseSinceUs = timeUs;
    this.moment.timeUs = timeUs;
    return triggers.phase;
  }

  threw(node: number, error: unknown, timeUs: number): number {
    if (node >= this.#servers) throw new HarnessFault('a client threw', { cause: error });
    this.#turnTo(node);
    this.moment.timeUs = timeUs;
    this.moment.trouble = error instanceof Error ? `${error.name}: ${error.message}` : `${error}`;
    return triggers.threw;
  }

  stuck(reason: string, timeUs: number): number {
    this.moment.timeUs = timeUs;
    this.moment.trouble = reason;
    return triggers.stuck;
  }

  finish(): number {
    this.moment.timeUs = this.#facts.world.timeUs;
    return triggers.end;
  }

  audit(node: number | undefined, note: NoteBroken): string | undefined {
    // Silent damage breaks ghost state lawfully: promised bytes are not there any more.
    if (this.#facts.options.damage === 'any damage') return undefined;
    if (node !== undefined) return auditNode(this.#facts, node, note);
    for (const { index } of this.#facts.nodes) {
      const disagreement = auditNode(this.#facts, index, note);
      if (disagreement !== undefined) return disagreement;
    }
    return undefined;
  }

  // ------------------------------------------------------------ what changed

  /** What happens between steps: the marks stand still. */
  #turnTo(node: number): void {
    const { moment } = this;
    moment.node = node;
    moment.own = this.#facts.nodes[node] as NodeLedger;
    moment.timeUs = this.#facts.world.timeUs;
    moment.state = this.#facts.world.state(node) as RaftStateReader | undefined;
    moment.after = moment.own.view;
    moment.before = moment.own.view;
  }

  #noteChanges(marks: number, own: NodeLedger, step: Step): number {
    const { facts, state, before, after } = this.moment as RaftMoment & { state: RaftStateReader };
    let changed = marks | triggers.marks;
    // A log that is empty after a start has changed nothing, and yet is not that of the life before.
    const isRead = before.phase !== after.phase && after.phase === 'running';
    if (isRead || (marks & (triggers.log | triggers.snapshot)) !== 0) {
      own.log.follow(state.log, this.#prefixAt);
      if (own.log.replacedFrom !== 0) changed |= triggers.truncated;
      if (own.configurations.follow(own.log)) this.#membersMayChange = true;
    }
    if (before.phase !== after.phase) {
      changed |= triggers.recovered;
      own.running = after.phase === 'running';
      if (after.phase === 'repairing') own.wasRepaired = true;
    }
    if ((marks & triggers.role) !== 0 && after.role === 'leader') changed |= triggers.won;
    if (after.role === 'leader' && !facts.leaderOf.has(after.term)) {
      facts.leaderOf.set(after.term, step.node);
    }
    if ((marks & triggers.log) !== 0) this.#register(own);
    own.decidedNow = (marks & triggers.vote) !== 0 && isGrant(step, after);
    if (own.decidedNow) own.noteDecision(after.term, after.votedFor);
    if (after.leaderId !== 0) own.noteLeader(after.term, after.leaderId);
    if (after.commit > facts.canonical.last && this.#growChain(own, after)) {
      changed |= triggers.chain;
    }
    if (this.#membersMayChange) this.#noteMembers();
    return changed;
  }

  /** First sight of entries. Who comes later must show the same. */
  #register(own: NodeLedger): void {
    const { registry, leaderOf } = this.#facts;
    const { chain, newFrom, newTo } = own.log;
    for (let index = newFrom; index <= newTo; index += 1) {
      const term = chain.term(index);
      if (index < registry.base || registry.find(term, index) !== undefined) continue;
      registry.add(index, {
        term,
        hash: chain.hash(index),
        prefix: chain.prefix(index),
        creator: own.index,
        lawful: leaderOf.get(term) === own.index,
      });
    }
  }

  /** The first to commit decides; a node whose history is another one decides nothing. */
  #growChain(own: NodeLedger, { commit, term }: RaftView): boolean {
    const { canonical, machine, membership } = this.#facts;
    const { chain } = own.log;
    if (chain.prefix(canonical.last) !== canonical.chain.prefix(canonical.last)) return false;
    const from = canonical.last;
    canonical.grownFrom = from + 1;
    for (let index = from + 1; index <= commit && index <= chain.last; index += 1) {
      const entry = own.log.entry(index) as Entry;
      canonical.append(entry, chain.hash(index), term);
      machine.apply(entry);
      membership.grew(entry);
    }
    // What lay beyond the chain may be decided now, or be void.
    if (membership.isChanging) this.#membersMayChange = true;
    return canonical.last > from;
  }

  /** Other groups may decide from now on. */
  #noteMembers(): void {
    const { membership, nodes, canonical, core } = this.#facts;
    this.#membersMayChange = false;
    const { version } = membership;
    membership.look(nodes, canonical);
    if (membership.version !== this.#membersSeen || version !== membership.version) {
      this.#membersSeen = membership.version;
      core.decidedBy(membership.groups());
    }
  }

  /** A durable cut lowers what the next recovery must bring back. */
  #noteCut(): void {
    const { own } = this.moment;
    const { cutFrom } = own.durable;
    if (cutFrom === 0) return;
    if (own.ackedIndex >= cutFrom) own.ackedIndex = cutFrom - 1;
    // A start that cuts what the last life still held has lost it.
    if (own.running && own.mustKeepIndex >= cutFrom) own.mustKeepIndex = 0;
  }

  #noteSent(own: NodeLedger, step: Step): void {
    for (let at = 0; at < step.sentCount; at += 1) {
      const { to, message } = step.sent[at] as Step['sent'][number];
      if (message.kind === 'vote-reply') {
        const { pre, granted, term } = message as VoteReply;
        if (granted && !pre) own.noteGrant(term, to + 1);
      } else if (message.kind === 'vote') {
        const { pre, term } = message as VoteMessage;
        if (!pre) own.noteGrant(term, own.member);
      } else if (message.kind === 'append-reply') {
        const { ok, term, index } = message as AppendReply;
        if (ok && term === own.durable.term && index > own.ackedIndex) own.ackedIndex = index;
      }
    }
  }

  #clientStep(step: Step): number {
    const { clients } = this.#facts;
    this.moment.timeUs = step.timeUs;
    for (let at = 0; at < step.sentCount; at += 1) {
      const { message } = step.sent[at] as Step['sent'][number];
      if (message.kind === 'request') {
        clients.called(message as ClientRequest, step.node, step.timeUs);
      }
    }
    const { received } = step;
    if (received?.kind !== 'reply') return 0;
    const isNews = clients.answered(received as ClientReply, step.node, step.timeUs);
    return isNews ? triggers.answered : 0;
  }

  #pulse(step: Step): number {
    const facts = this.#facts;
    this.#nextPulseUs = step.timeUs + pulseUs;
    if (this.#backlog.moves(facts, agreedLeader(facts), step.timeUs)) {
      facts.excusedUs = step.timeUs;
    }
    if (step.index >= this.#nextPruneStep) {
      this.#nextPruneStep = step.index + 4_096;
      this.#prune();
    }
    return triggers.pulse;
  }

  #noteTopology(): void {
    this.#facts.core.update();
    this.#facts.attached.update();
  }

  /** Below what every node has compacted away, on disk too, no statement reaches. */
  #prune(): void {
    const { nodes, canonical, registry, machine } = this.#facts;
    let below = canonical.last;
    for (const { durable } of nodes) {
      // A spare server holds nothing, and begins with a snapshot if with anything.
      if (durable.lastIndex > 0) below = Math.min(below, durable.snapshotIndex);
    }
    registry.prune(below);
    canonical.prune(registry.base);
    machine.prune(registry.base);
    for (const { durable } of nodes) durable.forgetBelow(registry.base);
  }
}
