import type {
  LadderOptions,
  Ledger,
  LedgerDefinition,
  Lifecycle,
  NoteBroken,
  Phase,
  Step,
} from '../../src/index.ts';
import type { ManagerNode } from '../../src/systems/orchestrator/manager/manager-component.ts';
import type { OrchestratorMessage } from '../../src/systems/orchestrator/messages/orchestrator-codec.ts';
import type { Node } from '../../src/systems/orchestrator/state/rows.ts';
import type { WorkerView } from '../../src/systems/orchestrator/worker/component.ts';
import type { Worker } from '../../src/systems/orchestrator/worker/worker.ts';
import type { Entry } from '../../src/systems/raft/types.ts';
import type { RaftView } from '../../src/systems/raft/view.ts';
import { Asks } from './asks.ts';
import { type EntryLaw, Verdicts } from './entry-rung.ts';
import { journalOf } from './journals.ts';
import { Machines } from './machines.ts';
import { Members } from './members.ts';
import type { OrchestratorFacts, OrchestratorMoment } from './moment.ts';
import { ClusterOracle, type EntryLook } from './oracle.ts';
import { StoryOfObjects } from './story-of-objects.ts';
import { triggers } from './triggers.ts';

/** Virtual time between two looks at progress. */
const pulseUs = 250_000;

/** The ghost state of the orchestrator: see `OrchestratorFacts` for what it holds. */
export function orchestratorGhost(laws: readonly EntryLaw[]): LedgerDefinition<OrchestratorMoment> {
  return { triggers, begin: (options) => new OrchestratorLedger(options, laws) };
}

/** Whether a server of the world is a worker; the others are managers. */
function isWorker(name: string): boolean {
  return name === 'worker';
}

class OrchestratorLedger implements Ledger<OrchestratorMoment> {
  readonly moment: OrchestratorMoment;
  readonly #facts: OrchestratorFacts;
  readonly #servers: number;
  #nextPulseUs = 0;

  constructor(options: LadderOptions, laws: readonly EntryLaw[]) {
    const { world } = options;
    this.#servers = world.serverCount;
    this.#facts = {
      world,
      options,
      oracle: new ClusterOracle(),
      verdicts: new Verdicts(laws),
      machines: new Machines(world),
      members: new Members(),
      asks: new Asks(),
      objects: new StoryOfObjects(),
      phase: 'form',
      healedUs: Number.POSITIVE_INFINITY,
      barrierTerm: 0,
      barrierUs: Number.POSITIVE_INFINITY,
      appended: new Map(),
      leader: undefined,
      downs: [],
      fences: [],
      journals: [],
      idleEntries: 0,
      lateDecisions: 0,
    };
    this.moment = {
      facts: this.#facts,
      message: undefined,
      peer: -1,
      timeUs: 0,
      node: 0,
      manager: undefined,
      worker: undefined,
      containers: [],
      mounts: [],
      answer: undefined,
      call: undefined,
      told: undefined,
      ask: undefined,
      watched: undefined,
      watch: undefined,
    };
  }

  // ------------------------------------------------------------------ events

  afterStep(step: Step): number {
    this.#turnTo(step.node, step.timeUs);
    if (step.node >= this.#servers) return this.#clientStep(step);
    const changed = isWorker(this.#facts.world.component(step.node).name)
      ? this.#workerStep(step)
      : this.#managerStep(step);
    return step.timeUs < this.#nextPulseUs ? changed : changed | this.#pulse(step);
  }

  promised(): number {
    return 0;
  }

  directoryPromised(): number {
    return 0;
  }

  lifecycle(node: number, what: Lifecycle, timeUs: number): number {
    this.#turnTo(node, timeUs);
    const { machines, leader } = this.#facts;
    // Its next life has another clock, and does not lead.
    if (node === leader?.node && what !== 'stalled' && what !== 'suspended' && what !== 'resumed') {
      this.#facts.leader = undefined;
    }
    const { world, journals } = this.#facts;
    const isBack = what === 'started' && world.incarnation(node) > 1;
    if (isBack && isWorker(world.component(node).name)) journals[node] = journalOf(world, node);
    const machine = machines.machine(node);
    if (machine !== undefined) machines.follow(node, machine, [], []);
    return 0;
  }

  phase(phase: Phase, timeUs: number): number {
    this.#facts.phase = phase;
    if (phase === 'settle') this.#facts.healedUs = timeUs;
    this.moment.timeUs = timeUs;
    return triggers.phase;
  }

  /** That every step ends is for the run itself to judge. */
  threw(): number {
    return 0;
  }

  stuck(): number {
    return 0;
  }

  finish(): number {
    this.moment.timeUs = this.#facts.world.timeUs;
    return triggers.end;
  }

  audit(_node: number | undefined, _note: NoteBroken): string | undefined {
    return undefined;
  }

  // ------------------------------------------------------------ what changed

  #turnTo(node: number, timeUs: number): void {
    const { moment } = this;
    moment.node = node;
    moment.timeUs = timeUs;
    moment.manager = undefined;
    moment.worker = undefined;
    moment.containers.length = 0;
    moment.mounts.length = 0;
  }

  #managerStep(step: Step): number {
    const state = step.state as ManagerNode;
    const before = step.before as RaftView;
    const after = step.after as RaftView;
    if (after.phase === 'running') this.moment.manager = state;
    const { oracle, appended, leader, world, members } = this.#facts;
    const kind = step.received?.kind;
    if (leader?.node === step.node && (kind === 'beat' || kind === 'register')) {
      leader.heardUs.set(members.idOf(step.from), world.monotonicUs(step.node));
    }
    if (before === after) return 0;
    if (after.role === 'leader') {
      const { node, timeUs } = step;
      const isDeposed = after.term < this.#facts.barrierTerm;
      if (isDeposed && after.lastIndex > before.lastIndex) this.#facts.lateDecisions += 1;
      for (let index = before.lastIndex + 1; index <= after.lastIndex; index += 1) {
        const monotonicUs = world.monotonicUs(node);
        appended.set(index, { node, timeUs, monotonicUs, incarnation: world.incarnation(node) });
      }
    }
    let changed = 0;
    if (after.commit > oracle.last && this.#takeCommitted(state, after.commit)) {
      changed |= triggers.chain;
    }
    if (after.applied !== before.applied || after.phase !== before.phase) {
      changed |= triggers.applied;
    }
    return changed;
  }

  /**
   * The first to commit shows the oracle what is committed. A node without the entries that follow
   * shows nothing: somebody else committed them before it took its snapshot.
   */
  #takeCommitted({ log, machine }: ManagerNode, commit: number): boolean {
    const { oracle, verdicts, objects, appended } = this.#facts;
    if (oracle.fault !== undefined || log.entry(oracle.last + 1) === undefined) return false;
    verdicts.begin();
    for (let index = oracle.last + 1; index <= commit; index += 1) {
      this.#take(log.entry(index) as Entry, machine as ManagerNode['service']['machine']);
      if (oracle.fault !== undefined) return true;
      objects.follow(index, this.moment.timeUs, oracle.state, oracle.past);
      appended.delete(index);
    }
    return true;
  }

  #take(entry: Entry, { state }: ManagerNode['service']['machine']): void {
    const facts = this.#facts;
    try {
      const look = facts.oracle.take(entry, state.settings);
      if (look === undefined) return;
      this.#note(look);
      facts.verdicts.judge(look, facts);
    } catch (error) {
      facts.oracle.fault = error;
    }
  }

  /** What rungs want to know of an entry that they do not judge themselves. */
  #note({ index, envelope, reply, past }: EntryLook): void {
    const facts = this.#facts;
    const { timeUs } = this.moment;
    const { term, command, session } = envelope;
    const by = facts.appended.get(index);
    // What was taken into a log in a life before was so by another clock, and its leader is gone.
    if (command.kind === 'barrier' && term > facts.barrierTerm) {
      facts.barrierTerm = term;
      facts.barrierUs = timeUs;
      facts.leader =
        by?.incarnation !== facts.world.incarnation(by?.node ?? 0)
          ? undefined
          : { node: by.node, sinceUs: by.monotonicUs, heardUs: new Map(), appendedUs: 0 };
    }
    const { leader } = facts;
    if (leader !== undefined && by?.node === leader.node && term === facts.barrierTerm) {
      leader.appendedUs = by.monotonicUs;
    }
    if (session > 0 && reply.kind !== 'refused') facts.objects.askedUs = timeUs;
    const isOwn = session === 0 && command.kind !== 'barrier' && command.kind !== 'open-session';
    if (isOwn && past.leftAlone()) facts.idleEntries += 1;
    if (reply.kind === 'registered') {
      facts.members.registered(reply.node, timeUs);
    }
    for (const { key, before, after } of past.of<Node>('nodes')) {
      if (before?.registration === after?.registration || leader === undefined) continue;
      leader.heardUs.set(String(key), facts.world.monotonicUs(leader.node));
    }
    if (command.kind !== 'node-edges') return;
    for (const { key, before, after } of past.of<Node>('nodes')) {
      if (before?.status === after?.status) continue;
      const node = String(key);
      if (after?.status === 'fenced') facts.fences.push(node);
      else if (by !== undefined) facts.downs.push({ node, appendedUs: by.timeUs, term });
    }
  }

  #workerStep(step: Step): number {
    const { moment } = this;
    const worker = step.state as Worker;
    const { machines, members } = this.#facts;
    moment.worker = worker;
    const received = step.received as OrchestratorMessage | undefined;
    if (received?.kind === 'certified' && received.outcome === 'done') {
      members.certified(step.node, received.node);
    }
    machines.follow(step.node, worker.core.options.machine, moment.containers, moment.mounts);
    const isMoved = moment.containers.length > 0 || moment.mounts.length > 0;
    const before = step.before as WorkerView;
    const after = step.after as WorkerView;
    const isNews = before !== after && differs(before, after);
    return (isMoved ? triggers.machine : 0) | (isNews || isMoved ? triggers.worker : 0);
  }

  #clientStep(step: Step): number {
    const { asks } = this.#facts;
    for (let at = 0; at < step.sentCount; at += 1) {
      const message = step.sent[at]!.message as OrchestratorMessage;
      if (message.kind === 'call' || message.kind === 'put-secret' || message.kind === 'apply') {
        asks.called(message, step.node, step.timeUs);
      } else if (message.kind === 'ask') asks.asked(message, step.node);
      else if (message.kind === 'watch') asks.watching(message, step.node);
    }
    return this.#noteReceived(step);
  }

  #noteReceived({ received, node, timeUs }: Step): number {
    const { moment } = this;
    const { asks } = this.#facts;
    const message = received as OrchestratorMessage | undefined;
    switch (message?.kind) {
      case 'call-done':
        moment.answer = message;
        moment.call = asks.done(message, node, timeUs);
        return message.outcome === 'done' ? triggers.answered : 0;
      case 'told':
        moment.told = message;
        moment.ask = asks.told(message, node);
        return message.outcome === 'done' ? triggers.told : 0;
      case 'watched':
        moment.watched = message;
        moment.watch = asks.watched(message, node);
        return triggers.watched;
      default:
        return 0;
    }
  }

  #pulse(step: Step): number {
    this.#nextPulseUs = step.timeUs + pulseUs;
    return triggers.pulse;
  }
}

function differs(before: WorkerView, after: WorkerView): boolean {
  return (
    before.journal !== after.journal ||
    before.phase !== after.phase ||
    before.leaseHolds !== after.leaseHolds ||
    before.owed !== after.owed
  );
}
