import type { Address } from '../../../sim/message.ts';
import { Alarms, Reminder } from '../../common/alarms.ts';
import type { Entry, RaftHost, RaftService } from '../../raft/index.ts';
import type { Answer, Ask, ReadResult, Watch } from '../messages/client-messages.ts';
import type { OrchestratorMessage } from '../messages/orchestrator-codec.ts';
import { ClusterMachine } from '../state/machine.ts';
import type { Reply } from '../state/reply.ts';
import type { OrchestratorSettings } from '../state/settings.ts';
import type { OrchestratorTimings } from '../timings.ts';
import { ClusterClock } from './cluster-clock.ts';
import { Dispatcher } from './dispatcher.ts';
import { EventRing, type Waiting } from './events.ts';
import { isOfWorker, Leader } from './leader.ts';
import { Leadership } from './leadership.ts';
import { ManagerCounts } from './manager-metrics.ts';
import { answerTo } from './queries.ts';
import type { TrustOptions } from './trust-office.ts';

/** Subscribers that wait at one manager; more are answered at once. */
const maxWaiting = 1_024;

export interface ManagerOptions {
  /** Names of all managers. */
  readonly managers: readonly string[];
  readonly settings: OrchestratorSettings;
  readonly timings: OrchestratorTimings;
  readonly trust: TrustOptions;
  /** Events that are kept for subscribers. Default 4,096. */
  readonly eventsKept?: number;
}

/** A manager: the store replicated by Raft, and on the leader the shell that acts by it. */
export class ManagerService implements RaftService<OrchestratorMessage, Reply> {
  readonly machine: ClusterMachine;
  readonly counts: ManagerCounts = new ManagerCounts();
  /** While this node leads, and its machine has all that was acknowledged before. */
  leader: Leader | null = null;
  private readonly host: RaftHost<OrchestratorMessage, Reply>;
  private readonly options: ManagerOptions;
  private readonly events: EventRing;
  private readonly clock: ClusterClock;
  private waiting: Waiting[] = [];
  private readonly wake: Reminder;

  constructor(host: RaftHost<OrchestratorMessage, Reply>, options: ManagerOptions) {
    this.host = host;
    this.options = options;
    this.machine = new ClusterMachine(options.settings);
    this.events = new EventRing(options.eventsKept ?? 4_096);
    // Renewals have more than this left before a certificate is over.
    const mostAheadUs = Math.floor(options.timings.certificateUs / 4);
    this.clock = new ClusterClock(host.env.clock, mostAheadUs);
    this.wake = new Reminder(new Alarms(host.env, 'watchers'), () => this.tellWatchers());
  }

  message(from: Address, message: OrchestratorMessage): void {
    if (message.kind === 'ask') this.ask(from, message);
    else if (message.kind === 'watch') this.watch(from, message);
    else if (this.leader !== null) this.leader.message(from, message);
    else this.refuse(from, message);
  }

  applied(_entry: Entry, _result: Reply | undefined): void {
    const { state } = this.machine;
    this.counts.count('entries');
    this.events.applyTo(state);
    this.leader?.observe(state.changed);
    const { host } = this;
    if (host.running && !host.isLeader && host.leader !== '') this.clock.heard(state.timeUs);
    if (this.waiting.length > 0) this.wake.within(this.options.timings.batchUs);
  }

  beginsToLead(term: number): void {
    const { host, counts, clock } = this;
    const { managers, timings, trust } = this.options;
    const state = () => this.machine.state;
    const lead = new Leadership({ host, term, timings, managers, counts, state, clock });
    this.leader = new Leader(lead, trust);
    this.leader.begin();
  }

  ceasesToLead(): void {
    if (this.leader !== null) this.clock.heard(this.leader.lead.timeUs);
    this.leader?.end();
    this.leader = null;
  }

  /** Whoever asks is told who leads, or to come again. */
  private refuse(from: Address, message: OrchestratorMessage): void {
    const { host } = this;
    const outcome = host.running && !host.isLeader ? 'not-leader' : 'unavailable';
    const { leader } = host;
    const { network } = host.env;
    if (isRequest(message)) {
      const { request } = message;
      const none = { index: 0, reply: null, token: '' };
      network.send(from, { kind: 'call-done', request, outcome, leader, ...none });
    } else if (isOfWorker(message)) {
      const refusal = Dispatcher.refusal(message, outcome, leader);
      if (refusal !== null) network.send(from, refusal);
    }
  }

  // ---------------------------------------------------------------- reads

  private ask(from: Address, ask: Ask): void {
    const { host, machine } = this;
    if (!host.running) this.tell(from, ask, 'unavailable', null);
    else if (ask.fresh) {
      host.read(({ status }) => {
        if (status === 'fresh') this.answer(from, ask);
        else this.tell(from, ask, status, null);
      });
    } else if (machine.applied < ask.minIndex) this.tell(from, ask, 'behind', null);
    else this.answer(from, ask);
  }

  private answer(from: Address, ask: Ask): void {
    const { leader, machine } = this;
    const { query } = ask;
    if (query.kind === 'metrics') {
      const text = this.counts.text(machine.state, leader !== null);
      this.tell(from, ask, 'done', { kind: 'text', text });
    } else if (query.kind !== 'keys') {
      this.tell(from, ask, 'done', answerTo(machine.state, query));
    } else if (leader?.office.isOpen === true) {
      const { term } = leader.lead;
      this.tell(from, ask, 'done', { kind: 'keys', term, managerKey: leader.office.agreementKey });
    } else this.tell(from, ask, leader === null ? 'not-leader' : 'unavailable', null);
  }

  private tell(to: Address, { request }: Ask, outcome: ReadResult, answer: Answer | null): void {
    const { leader, env } = this.host;
    const index = this.machine.applied;
    env.network.send(to, { kind: 'told', request, outcome, leader, index, answer });
  }

  // ---------------------------------------------------------------- events

  private watch(from: Address, watch: Watch): void {
    const { host, options } = this;
    if (this.events.hasAfter(watch.after) || this.waiting.length >= maxWaiting) {
      host.env.network.send(from, this.events.after(watch));
      return;
    }
    const { watchUs } = options.timings;
    const untilUs = host.env.clock.monotonicUs() + watchUs;
    this.waiting.push({ from, watch, untilUs });
    this.wake.within(watchUs);
  }

  /** Those for whom something has happened, or who have waited long enough. */
  private tellWatchers(): void {
    const nowUs = this.host.env.clock.monotonicUs();
    const waiting = this.waiting.splice(0);
    for (const one of waiting) {
      if (one.untilUs > nowUs && !this.events.hasAfter(one.watch.after)) this.waiting.push(one);
      else this.host.env.network.send(one.from, this.events.after(one.watch));
    }
    const next = this.waiting.reduce((least, { untilUs }) => Math.min(least, untilUs), nowUs + 1e9);
    if (this.waiting.length > 0) this.wake.within(next - nowUs);
  }
}

type RequestMessage = Extract<
  OrchestratorMessage,
  { readonly kind: 'call' | 'put-secret' | 'apply' }
>;

/** Whether a client asks for a change by it. */
function isRequest(message: OrchestratorMessage): message is RequestMessage {
  return message.kind === 'call' || message.kind === 'put-secret' || message.kind === 'apply';
}
