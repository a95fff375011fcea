// biome-ignore-all lint/style/noExcessiveLinesPerFile: the heart of the simulator; a step reads best in one place
import { choicePoint } from './choice-point.ts';
import type { ChoicePoint, Choices, Stream } from './choices.ts';
import type { AnyComponent } from './component.ts';
import { enter, leave } from './current.ts';
import { Digest } from './digest.ts';
import { type DiskHost, SimulatedDisk } from './disk/disk.ts';
import type { LogValue } from './env.ts';
import type { Environment } from './environment.ts';
import { EventQueue } from './event-queue.ts';
import { hashText } from './hash.ts';
import { Marks } from './marks.ts';
import type { Address, Codec, Message } from './message.ts';
import { Network, type NetworkHost, type Packet } from './network.ts';
import { aroundZero, NodeClock } from './node-clock.ts';
import { type EnvHost, NodeEnv } from './node-env.ts';
import type { FaultEvent, WorldObserver } from './observer.ts';
import { fromBytes, throughBytes } from './paranoia.ts';
import { plainCodec } from './plain-codec.ts';
import { causeNumber, causeOf, RingTrace } from './ring-trace.ts';
import { SchedulingPriority } from './scheduling-priority.ts';
import { SimNode, type TimerRecord } from './sim-node.ts';
import { type OutboxEntry, StepRecord } from './step-record.ts';
import type { DiskTrouble, LinkTrouble, WorldControl } from './world-control.ts';
import { WorldFacts } from './world-facts.ts';
import type { SliceEnd, WorldOptions } from './world-options.ts';

const tiePoint = choicePoint('tie');
const holdPoint = choicePoint('hold');
const holdTimePoint = choicePoint('hold time');
const armedPoint = choicePoint('armed');
const driftPoint = choicePoint('drift');
const offsetPoint = choicePoint('wall clock offset');
const originPoint = choicePoint('clock origin');

/** Kinds of events in the queue. The values of steps are those of their cause. */
const startEvent = causeNumber.start;
const messageEvent = causeNumber.message;
const timerEvent = causeNumber.timer;
const diskEvent = causeNumber.disk;
const releaseEvent = causeNumber.release;
const controlEvent = 5;

/** Ties are drawn from this range; what the nemesis does comes before. */
const tieSize = 1 << 20;
const controlTie = -1;

const nothing = (): void => {};

/** A message that was sent and has not arrived. */
export interface FlyingPacket {
  readonly packet: Packet;
  /** The step that sent it. */
  readonly causeStep: number;
  /** Infinity while it waits on a clogged link. */
  readonly arrivesUs: number;
  /** Of the event queue; -1 while it waits on a clogged link. */
  readonly slot: number;
}

/** A step of an async component that waits for the host's queues to run. */
interface Destination {
  readonly node: number;
  readonly port: string;
}

/**
 * A cluster in one thread: nodes, clients, network, disks and clocks on virtual time.
 *
 * A run is a pure function of the options. `runUntil` delivers events one at a time; each delivery
 * to a node is a step. Between two steps the `WorldControl` verbs may be used.
 */
export class World extends WorldFacts implements WorldControl, EnvHost, NetworkHost {
  /** The last steps, for whoever explains a failure. */
  readonly trace: RingTrace = new RingTrace();
  readonly serverCount: number;
  readonly nodeCount: number;

  readonly #options: WorldOptions;
  protected readonly environment: Environment;
  #observer: WorldObserver;
  readonly #choices: Choices;
  readonly #scheduling: Stream;
  readonly #maybe: Stream;
  readonly #digest = new Digest();
  readonly #queue = new EventQueue();
  readonly #destinations = new Map<Address, Destination | undefined>();
  protected readonly network: Network;
  readonly #step = new StepRecord();
  /** Points of `maybe` by name; null for those that this run does not volunteer. */
  readonly #armed = new Map<string, ChoicePoint | null>();
  readonly #marks = new Marks();
  readonly #priority: SchedulingPriority;
  readonly #stepsPerInstant: number;
  #steps = 0;
  #releases = 0;
  #instantSteps = 0;
  #causeStep = 0;
  #stopped = false;
  #running: SimNode | undefined;
  #awaiting: SimNode | undefined;

  constructor(options: WorldOptions) {
    super();
    this.#options = options;
    this.environment = options.environment;
    this.#observer = options.observer ?? {};
    this.#choices = options.choices;
    this.#scheduling = options.choices.stream('scheduler');
    this.#maybe = options.choices.stream('maybe');
    this.#priority = new SchedulingPriority(
      this.#scheduling,
      options.environment.schedulerHorizonUs,
      options.nodes.filter((node) => node.server).length,
    );
    this.#stepsPerInstant = options.stepsPerInstant ?? 100_000;
    this.nodeCount = options.nodes.length;
    this.serverCount = options.nodes.filter((node) => node.server).length;
    this.network = new Network(
      this,
      options.environment,
      options.choices,
      options.nodes.map((node) => node.id),
    );
    options.nodes.forEach((node, index) => {
      if (this.indexes.has(node.id)) throw new RangeError(`two nodes are named '${node.id}'`);
      if (node.server && index >= this.serverCount) {
        throw new RangeError(`server '${node.id}' stands after a client: servers come first`);
      }
      this.indexes.set(node.id, index);
      this.nodes.push(this.#makeNode(index));
    });
  }

  // ---------------------------------------------------------------- running

  /** Begins the first life of every node, servers first. */
  begin(): void {
    for (const node of this.nodes) this.start(node.index);
  }

  /**
   * Runs until a true time (its events included), a number of further steps, or `stop`.
   * `drain` as the answer means that promises of a component must run before the step can end: let
   * the host's queues run, then call again.
   */
  runUntil(untilUs: number, moreSteps: number = Infinity): SliceEnd {
    if (this.#awaiting !== undefined) this.#afterDrain();
    const stepLimit = this.#steps + moreSteps;
    const queue = this.#queue;
    for (;;) {
      if (this.#stopped) return 'stopped';
      if (this.#awaiting !== undefined) return 'drain';
      if (this.#steps >= stepLimit) return 'steps';
      const timeUs = queue.nextTime();
      if (timeUs > untilUs) {
        if (untilUs > this.nowUs) this.nowUs = untilUs;
        return 'time';
      }
      if (timeUs > this.nowUs) {
        this.nowUs = timeUs;
        this.#instantSteps = 0;
      } else if (++this.#instantSteps > this.#stepsPerInstant) return 'livelock';
      const slot = queue.pop();
      this.#dispatch(slot);
    }
  }

  /** Puts another observer in place, for one that has to look at the world first. */
  observe(observer: WorldObserver): void {
    this.#observer = observer;
  }

  /** Ends `runUntil` after the step that is running. It can be called again. */
  stop(): void {
    this.#stopped = true;
  }

  /** Lets `runUntil` go on after a `stop`. */
  unstop(): void {
    this.#stopped = false;
  }

  get steps(): number {
    return this.#steps;
  }

  /** Steps in which component code ran: all but those that let go of held messages. */
  get componentSteps(): number {
    return this.#steps - this.#releases;
  }

  get timeUs(): number {
    return this.nowUs;
  }

  /** Digest of all that happened so far: 16 hexadecimal digits. */
  get digest(): string {
    return this.#digest.toString();
  }

  /** A 32-bit fingerprint of all that happened so far, cheap enough to be taken at each step. */
  get fingerprint(): number {
    return this.#digest.fingerprint;
  }

  /** The step at which whatever happens now was caused. */
  get currentStep(): StepRecord {
    return this.#step;
  }

  // ---------------------------------------------------------------- dispatch

  #dispatch(slot: number): void {
    const queue = this.#queue;
    const kind = queue.kind[slot] as number;
    const subject = queue.subject[slot];
    const detail = queue.detail[slot];
    const causeStep = queue.causeStep[slot] as number;
    const incarnation = queue.incarnation[slot] as number;
    const nodeIndex = queue.node[slot] as number;
    queue.release(slot);
    if (kind === controlEvent) {
      this.#causeStep = 0;
      (subject as () => void)();
      this.#marks.fire();
      return;
    }
    const node = this.nodes[nodeIndex] as SimNode;
    if (kind === messageEvent) {
      const arrives = this.network.arrives(subject as Packet, causeStep);
      if (!arrives || node.status === 'down') return;
    } else if (incarnation !== node.incarnation || node.status === 'down') {
      return;
    }
    if (node.status !== 'up') {
      node.parked.push({ kind, incarnation, causeStep, subject, detail });
      return;
    }
    this.#causeStep = causeStep;
    if (kind === messageEvent) this.#deliver(node, subject as Packet);
    else if (kind === diskEvent) this.#completeDisk(node, subject as () => void, detail as string);
    else if (kind === timerEvent) this.#fireTimer(node, subject as TimerRecord, detail as number);
    else this.#releaseHeld(node, subject as readonly OutboxEntry[]);
  }

  #deliver(node: SimNode, packet: Packet): void {
    const sender = this.nodes[packet.from] as SimNode;
    const { message } = packet;
    const step = this.#beginStep(node, messageEvent, message.kind, packet.from);
    step.received = message;
    this.#digest.word(packet.key);
    const { receipts } = this.#marks;
    if (receipts.size > 0) this.#marks.note(receipts, message.kind, node);
    const handler = node.component.message;
    if (handler === undefined) {
      const received = { from: sender.id, message };
      const receiver = node.receivers.shift();
      if (receiver === undefined) node.mailbox.push(received);
      else receiver(received);
      this.#finish(node, undefined);
      return;
    }
    enter(node.id);
    let result: unknown;
    try {
      result = handler.call(
        node.component,
        node.state,
        node.env as never,
        sender.id,
        message,
        packet.port,
      );
    } catch (error) {
      this.#threw(node, error);
      return;
    }
    this.#finish(node, result);
  }

  #completeDisk(node: SimNode, callback: () => void, label: string): void {
    this.#beginStep(node, diskEvent, label, -1);
    enter(node.id);
    try {
      callback();
    } catch (error) {
      this.#threw(node, error);
      return;
    }
    this.#finish(node, undefined);
  }

  #fireTimer(node: SimNode, timer: TimerRecord, generation: number): void {
    if (timer.generation !== generation || !timer.armed) return;
    if (node.clock.monotonicUs(this.nowUs) < timer.dueUs) {
      this.#queueTimer(node, timer);
      return;
    }
    node.disarm(timer);
    this.#beginStep(node, timerEvent, timer.name, -1);
    enter(node.id);
    try {
      timer.callback();
    } catch (error) {
      this.#threw(node, error);
      return;
    }
    this.#finish(node, undefined);
  }

  #releaseHeld(node: SimNode, held: readonly OutboxEntry[]): void {
    this.#releases++;
    const step = this.#beginStep(node, releaseEvent, 'release', -1);
    for (const entry of held) {
      step.post(entry.to, entry.port, entry.message).frame = entry.frame;
    }
    this.#endStep(node, false);
  }

  #beginStep(node: SimNode, cause: number, what: string, from: number): StepRecord {
    const index = ++this.#steps;
    this.#choices.atStep(index);
    const step = this.#step;
    step.index = index;
    step.timeUs = this.nowUs;
    step.cause = causeOf(cause);
    step.node = node.index;
    step.incarnation = node.incarnation;
    step.from = from;
    step.received = undefined;
    step.sentCount = 0;
    this.trace.record(
      index,
      this.nowUs,
      node.index,
      node.incarnation,
      cause,
      what,
      from,
      this.#causeStep,
    );
    this.#causeStep = index;
    const digest = this.#digest;
    digest.int(this.nowUs);
    digest.word((cause << 16) | (node.index << 8) | (from & 0xff));
    this.#running = node;
    return step;
  }

  /** The handler returned: runs its promises, then ends the step. */
  #finish(node: SimNode, result: unknown): void {
    if (isThenable(result)) {
      node.asynchronous = true;
      const life = node.incarnation;
      result.then(undefined, (error: unknown) => {
        if (node.incarnation === life && node.status !== 'down') this.#threw(node, error);
      });
    }
    if (node.asynchronous) {
      const { drain } = this.#options;
      if (drain === undefined) {
        this.#awaiting = node;
        leave();
        return;
      }
      try {
        drain();
      } catch (error) {
        this.#threw(node, error);
        return;
      }
      // A rejected promise may have ended the life, and the step with it.
      if (this.#running !== node) return;
    }
    leave();
    this.#endStep(node, true);
  }

  #afterDrain(): void {
    const node = this.#awaiting as SimNode;
    this.#awaiting = undefined;
    if (this.#running === node) this.#endStep(node, true);
  }

  /** What the component's code throws ends its life; what an observer throws ends the run. */
  #endStep(node: SimNode, mayHold: boolean): void {
    this.#running = undefined;
    const step = this.#step;
    try {
      this.#settleStep(node, step, mayHold);
    } catch (error) {
      this.#threw(node, error);
      return;
    }
    step.state = node.state;
    step.before = mayHold ? node.before : node.after;
    step.after = node.after;
    this.#observer.afterStep?.(step);
    this.#marks.fire();
  }

  /** The part of a step's end that runs code of the component: its codec, its marks, its role. */
  #settleStep(node: SimNode, step: StepRecord, mayHold: boolean): void {
    if (step.sentCount > 0) {
      const held = mayHold && this.environment.schedulerHoldPerMillion > 0 && this.#hold(node);
      if (held) step.sentCount = 0;
      else this.#transmit(node, step);
    }
    const { component } = node;
    if (component.observe !== undefined && mayHold) {
      const { before } = node;
      node.before = node.after;
      node.after = before;
      component.observe(node.state, node.after);
    }
    if (this.#marks.roles.size > 0 && node.server) this.#noteRole(node);
  }

  #threw(node: SimNode, error: unknown): void {
    leave();
    this.#running = undefined;
    this.#observer.threw?.(node.index, error, this.nowUs);
    this.kill(node.index);
  }

  // ---------------------------------------------------------------- messages

  send(node: SimNode, to: Address, message: Message): void {
    let destination = this.#destinations.get(to);
    if (destination === undefined) {
      destination = this.#resolve(to);
      this.#destinations.set(to, destination);
    }
    if (destination === undefined) {
      this.log(node, `message to unknown address '${to}' is lost`, undefined);
      return;
    }
    if (this.#running !== node) throw new Error('a node may send only while it runs a step');
    const entry = this.#step.post(destination.node, destination.port, message);
    if (this.#options.paranoid === true) entry.frame = throughBytes(message, node.codec);
  }

  #resolve(address: Address): Destination | undefined {
    const colon = address.indexOf(':');
    const index = this.indexes.get(colon < 0 ? address : address.slice(0, colon));
    if (index === undefined) return undefined;
    return { node: index, port: colon < 0 ? 'main' : address.slice(colon + 1) };
  }

  /** Whether the step's messages are held back; if so they are queued. */
  #hold(node: SimNode): boolean {
    const step = this.#step;
    const first = step.sent[0] as OutboxEntry;
    const key = node.codec.identity(first.message) ^ (first.to << 24);
    const share = this.environment.schedulerHoldPerMillion;
    if (node.stream.chance(holdPoint, key, share) === 0) return false;
    const longest = this.environment.schedulerHoldUs;
    const delayUs = 1 + node.stream.below(holdTimePoint, key, longest);
    const held = step.sent.slice(0, step.sentCount).map((entry) => ({ ...entry }));
    this.#push(this.nowUs + delayUs, key, releaseEvent, node, held, undefined);
    return true;
  }

  #transmit(node: SimNode, step: StepRecord): void {
    const { codec } = node;
    const { sends } = this.#marks;
    for (let at = 0; at < step.sentCount; at++) {
      const entry = step.sent[at] as OutboxEntry;
      const { message } = entry;
      this.#digest.word(entry.to);
      codec.fold(message, this.#digest);
      const copy =
        entry.frame === undefined ? codec.copy(message) : fromBytes(entry.frame, message, codec);
      this.network.send(this.nowUs, node.index, entry.to, entry.port, copy, codec);
      if (sends.size > 0) this.#marks.note(sends, message.kind, node);
    }
  }

  deliverAt(timeUs: number, packet: Packet, causeStep: number = this.#causeStep): void {
    const node = this.nodes[packet.to] as SimNode;
    const running = this.#causeStep;
    this.#causeStep = causeStep;
    this.#push(
      timeUs + this.#priority.delayUs(node.index, this.nowUs),
      packet.key,
      messageEvent,
      node,
      packet,
      undefined,
    );
    this.#causeStep = running;
  }

  slowUs(node: number): number {
    return (this.nodes[node] as SimNode).slowUs;
  }

  /** A node took another role by its own words. */
  #noteRole(node: SimNode): void {
    const role = node.component.role?.(node.state);
    if (role === node.role || role === undefined) return;
    node.role = role;
    this.#marks.note(this.#marks.roles, role, node);
  }

  #push(
    timeUs: number,
    key: number,
    kind: number,
    node: SimNode,
    subject: unknown,
    detail: unknown,
  ): void {
    const tie = this.environment.schedulerPermuteTies
      ? this.#scheduling.below(tiePoint, key ^ node.idHash, tieSize)
      : 0;
    this.#queue.push(
      timeUs,
      tie,
      kind,
      node.index,
      node.incarnation,
      this.#causeStep,
      subject,
      detail,
    );
  }

  // ---------------------------------------------------------------- services of Env

  setTimer(node: SimNode, name: string, delayUs: number, callback: () => void): void {
    const dueUs = node.clock.monotonicUs(this.nowUs) + delayUs;
    const pending = node.timers.get(name);
    if (pending === undefined) {
      const timer = { name, dueUs, callback, armed: true, queuedAtUs: 0, generation: 0 };
      node.timers.set(name, timer);
      this.#queueTimer(node, timer);
      return;
    }
    pending.dueUs = dueUs;
    pending.callback = callback;
    if (!pending.armed) {
      pending.armed = true;
      this.#queueTimer(node, pending);
      return;
    }
    // A later due time leaves the queued event where it is: it will be put back when it comes.
    if (node.clock.trueTimeOf(dueUs) < pending.queuedAtUs) this.#queueTimer(node, pending);
  }

  #queueTimer(node: SimNode, timer: TimerRecord): void {
    const atUs = node.clock.trueTimeOf(timer.dueUs);
    timer.queuedAtUs = atUs > this.nowUs ? atUs : this.nowUs;
    timer.generation++;
    const key = this.environment.schedulerPermuteTies ? hashText(timer.name) : 0;
    this.#push(timer.queuedAtUs, key, timerEvent, node, timer, timer.generation);
  }

  drawn(_node: SimNode, value: number): void {
    this.#digest.int(value);
  }

  maybe(_node: SimNode, name: string): boolean {
    const share = this.environment.maybePerMillion;
    if (share === 0) return false;
    let point = this.#armed.get(name);
    if (point === undefined) {
      const armed = this.#maybe.below(armedPoint, hashText(name), 2) === 1;
      point = armed ? choicePoint(name) : null;
      this.#armed.set(name, point);
    }
    return point !== null && this.#maybe.chance(point, _node.index, share) === 1;
  }

  probe(node: SimNode, name: string): void {
    this.#observer.probe?.(node.index, name);
    const { probes } = this.#marks;
    if (probes.size > 0) this.#marks.note(probes, name, node);
  }

  log(node: SimNode, text: string, fields: Readonly<Record<string, LogValue>> | undefined): void {
    this.#observer.log?.(node.index, text, fields, this.nowUs);
  }

  // ---------------------------------------------------------------- control events

  onMark(event: string, callback: (node: number) => void): void {
    this.#marks.on(event, callback);
  }

  at(timeUs: number, callback: () => void): void {
    const atUs = timeUs > this.nowUs ? timeUs : this.nowUs;
    this.#queue.push(atUs, controlTie, controlEvent, 0, 0, 0, callback, undefined);
  }

  // ---------------------------------------------------------------- lives

  start(index: number, build?: AnyComponent): void {
    const node = this.nodes[index] as SimNode;
    if (node.status !== 'down') return;
    if (this.#awaiting !== undefined) {
      // One step at a time: this life begins when the promises of the open step have run.
      this.at(this.nowUs, () => this.start(index, build));
      return;
    }
    if (build !== undefined && build !== node.component) {
      node.component = build;
      node.codec = build.codec ?? plainCodec;
      node.makeViews();
    }
    node.incarnation++;
    node.status = 'up';
    if (node.incarnation > 1) node.disk.reboot();
    const origin = node.stream.spread(originPoint, node.incarnation, 10_000_000);
    node.clock.restart(this.nowUs, origin);
    this.topologyVersion++;
    this.#causeStep = 0;
    this.#beginStep(node, startEvent, 'start', -1);
    this.#digest.word(node.incarnation);
    enter(node.id);
    let result: unknown;
    try {
      const env = new NodeEnv(this, node);
      node.env = env as never;
      node.state = node.component.create(env as never, node.machine);
      if (node.component.observe !== undefined) {
        node.component.observe(node.state, node.before);
        node.component.observe(node.state, node.after);
      }
    } catch (error) {
      this.#threw(node, error);
      return;
    }
    this.#observer.lifecycle?.(index, 'started', this.nowUs);
    this.#marks.note(this.#marks.others, 'start', node);
    try {
      result = node.component.start?.(node.state, node.env as never);
    } catch (error) {
      this.#threw(node, error);
      return;
    }
    this.#finish(node, result);
  }

  kill(index: number): void {
    this.#crash(index, false);
  }

  powerLoss(index: number): void {
    this.#crash(index, true);
  }

  #crash(index: number, powerLoss: boolean): void {
    const node = this.nodes[index] as SimNode;
    if (node.status === 'down') {
      // The process is dead already, but the power of its machine can still go.
      if (!powerLoss || node.incarnation === 0) return;
      node.disk.crash(true);
    } else {
      node.status = 'down';
      if (this.#awaiting === node) this.#awaiting = undefined;
      node.disk.crash(powerLoss);
    }
    if (powerLoss) node.component.powerLost?.(node.machine);
    this.topologyVersion++;
    this.#digest.word(powerLoss ? 0x70776c73 : 0x6b696c6c);
    this.#digest.word(index);
    this.#observer.lifecycle?.(index, powerLoss ? 'power-lost' : 'killed', this.nowUs);
    node.endLife();
  }

  stall(index: number): void {
    this.#pause(index, 'stalled');
  }

  suspend(index: number): void {
    this.#pause(index, 'suspended');
  }

  #pause(index: number, status: 'stalled' | 'suspended'): void {
    const node = this.nodes[index] as SimNode;
    if (node.status !== 'up') return;
    node.status = status;
    if (status === 'suspended') node.clock.suspend(this.nowUs);
    this.topologyVersion++;
    this.#observer.lifecycle?.(index, status, this.nowUs);
  }

  resume(index: number): void {
    const node = this.nodes[index] as SimNode;
    if (node.status !== 'stalled' && node.status !== 'suspended') return;
    node.status = 'up';
    node.clock.resume(this.nowUs);
    this.topologyVersion++;
    this.#observer.lifecycle?.(index, 'resumed', this.nowUs);
    const { parked } = node;
    node.parked = [];
    for (const event of parked) {
      this.#queue.push(
        this.nowUs,
        0,
        event.kind,
        index,
        event.incarnation,
        event.causeStep,
        event.subject,
        event.detail,
      );
    }
  }

  wipe(index: number): void {
    const node = this.nodes[index] as SimNode;
    if (node.status !== 'down') return;
    node.disk.wipe();
    node.wasDamaged = node.disk.damaged;
    this.topologyVersion++;
    this.#digest.word(0x77697065);
    this.#digest.word(index);
    this.#observer.lifecycle?.(index, 'wiped', this.nowUs);
  }

  // ---------------------------------------------------------------- trouble

  link(from: number, to: number): LinkTrouble {
    return this.network.trouble(from, to);
  }

  linksChanged(): void {
    this.topologyVersion++;
    this.#causeStep = 0;
    this.network.release(this.nowUs);
  }

  slow(index: number, delayUs: number): void {
    (this.nodes[index] as SimNode).slowUs = delayUs;
    this.topologyVersion++;
  }

  stepWallClock(index: number, byUs: number): void {
    (this.nodes[index] as SimNode).clock.stepWall(byUs);
    this.topologyVersion++;
  }

  freezeWallClock(index: number, frozen: boolean): void {
    (this.nodes[index] as SimNode).clock.freezeWall(this.nowUs, frozen);
    this.topologyVersion++;
  }

  driftMonotonicClock(index: number, partsPerMillion: number): void {
    const node = this.nodes[index] as SimNode;
    const drift = partsPerMillion === 0 ? node.drawnDriftPpm : partsPerMillion;
    node.clock.drift(this.nowUs, drift);
    // A faster clock makes queued timers late: all are put where they now belong.
    for (const timer of node.timers.values()) {
      if (timer.armed) this.#queueTimer(node, timer);
    }
    this.topologyVersion++;
  }

  troubleDisk(index: number, trouble: DiskTrouble): () => void {
    const end = (this.nodes[index] as SimNode).disk.trouble(trouble);
    this.topologyVersion++;
    return () => {
      this.topologyVersion++;
      this.#causeStep = 0;
      end();
    };
  }

  flipBit(index: number, file: string, offset: number, bit: number): boolean {
    this.topologyVersion++;
    const node = this.nodes[index] as SimNode;
    const isThere = node.disk.flipBit(file, offset, bit);
    node.wasDamaged = node.disk.damaged;
    return isThere;
  }

  command(index: number, message: Message): boolean {
    const node = this.nodes[index] as SimNode;
    if (node.status !== 'up' || this.#awaiting !== undefined) return false;
    const { codec } = node;
    const copy =
      this.#options.paranoid === true
        ? fromBytes(throughBytes(message, codec), message, codec)
        : codec.copy(message);
    this.#causeStep = 0;
    this.#digest.word(0x636d6e64);
    codec.fold(message, this.#digest);
    const [from, to] = [index, index];
    this.#deliver(node, { from, to, port: 'main', message: copy, key: 0, sizeBytes: 0 });
    return true;
  }

  loseMessage(from: number, to: number, key: number): boolean {
    const isMeant = ({ packet }: FlyingPacket): boolean =>
      packet.from === from && packet.to === to && packet.key === key;
    const flying = this.packetsInFlight().find(isMeant);
    if (flying === undefined) return false;
    this.#digest.word(0x6c6f7365);
    this.#digest.word(key);
    if (flying.slot < 0) this.network.forget(flying.packet);
    else {
      // Its place in the queue stays, so that whatever else is to come keeps its order.
      this.#queue.kind[flying.slot] = controlEvent;
      this.#queue.subject[flying.slot] = nothing;
    }
    return true;
  }

  /** Messages that were sent and have not arrived, soonest first, then those on clogged links. */
  packetsInFlight(): readonly FlyingPacket[] {
    const queue = this.#queue;
    const flying: FlyingPacket[] = [];
    for (const slot of queue.slots()) {
      if (queue.kind[slot] !== messageEvent) continue;
      const packet = queue.subject[slot] as Packet;
      const causeStep = queue.causeStep[slot] as number;
      flying.push({ packet, causeStep, arrivesUs: queue.timeOf(slot), slot });
    }
    flying.sort((a, b) => a.arrivesUs - b.arrivesUs || a.slot - b.slot);
    for (const { packet, causeStep } of this.network.waiting()) {
      flying.push({ packet, causeStep, arrivesUs: Number.POSITIVE_INFINITY, slot: -1 });
    }
    return flying;
  }

  /** Whether something was put down with `at` for this very time and is still to come. */
  hasControlAt(timeUs: number): boolean {
    const queue = this.#queue;
    return queue
      .slots()
      .some((slot) => queue.kind[slot] === controlEvent && queue.timeOf(slot) === timeUs);
  }

  reportFault(event: FaultEvent): void {
    this.#observer.fault?.(event);
  }

  // ---------------------------------------------------------------- making

  #makeNode(index: number): SimNode {
    const options = this.#options.nodes[index] as WorldOptions['nodes'][number];
    const stream = this.#choices.stream(`${options.server ? 'node' : 'client'}/${options.id}`);
    const driftBound = options.server ? this.environment.clockDriftPpm : 0;
    const offsetBound = options.server ? this.environment.clockOffsetUs : 0;
    // Calm is no drift: the middle of the range comes first.
    const clock = new NodeClock(
      aroundZero(stream.below(driftPoint, 0, 2 * driftBound + 1)),
      aroundZero(stream.below(offsetPoint, 0, 2 * Math.min(offsetBound, 1_073_741_824) + 1)) +
        1_700_000_000_000_000,
    );
    const environment = options.server ? this.environment : clientEnvironment(this.environment);
    let node: SimNode;
    const host = this.#diskHost(() => node);
    const disk = new SimulatedDisk(host, this.#choices.stream(`disk/${options.id}`), environment);
    node = new SimNode({
      index,
      id: options.id,
      zone: options.zone,
      server: options.server,
      clock,
      stream,
      disk,
      component: options.component,
      codec: (options.component.codec ?? plainCodec) as Codec<Message>,
    });
    return node;
  }

  #diskHost(owner: () => SimNode): DiskHost {
    const world = this;
    const noteDamage = (): void => {
      const node = owner();
      const { damaged } = node.disk;
      if (damaged !== node.wasDamaged) world.topologyVersion++;
      node.wasDamaged = damaged;
    };
    return {
      folder: this.#digest,
      nowUs: () => world.nowUs,
      complete(delayUs, label, callback) {
        const node = owner();
        const atUs = world.nowUs + delayUs + world.#priority.delayUs(node.index, world.nowUs);
        // The label is the key of a tie, and most runs leave ties alone.
        const key = world.environment.schedulerPermuteTies ? hashText(label) : 0;
        world.#push(atUs, key, diskEvent, node, callback, label);
      },
      promised(file, from, to) {
        noteDamage();
        world.#observer.promised?.(owner().index, file, from, to);
      },
      directoryPromised(directory) {
        noteDamage();
        world.#observer.directoryPromised?.(owner().index, directory);
      },
      mark(event) {
        const { others } = world.#marks;
        if (others.size > 0) world.#marks.note(others, event, owner());
      },
      asynchronous() {
        owner().asynchronous = true;
      },
      metIoError() {
        world.topologyVersion++;
      },
      caughtUp() {
        world.topologyVersion++;
      },
    };
  }
}

function clientEnvironment(environment: Environment): Environment {
  return { ...environment, diskCapacityBytes: 0 };
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value;
}
