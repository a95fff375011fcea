import type { Stream } from './choices.ts';
import type { AnyComponent } from './component.ts';
import type { SimulatedDisk } from './disk/disk.ts';
import type { Env, Received } from './env.ts';
import { hashText } from './hash.ts';
import type { Codec, Message, NodeId } from './message.ts';
import type { NodeClock } from './node-clock.ts';
import type { NodeStatus } from './world-view.ts';

/** Timers of a node that are kept while they are not set. */
const keptTimers = 16;

/** A pending timer. Its event in the queue may be early; then it is put back. */
export interface TimerRecord {
  readonly name: string;
  /** Reading of the node's monotonic clock at which it is due. */
  dueUs: number;
  callback: () => void;
  /** False once it has rung or was cancelled: kept for the next time it is set. */
  armed: boolean;
  /** True time of the event that stands for it in the queue. */
  queuedAtUs: number;
  /** Events of earlier generations are void. */
  generation: number;
}

/** An event that came while the node stood still. */
export interface ParkedEvent {
  readonly kind: number;
  readonly incarnation: number;
  readonly causeStep: number;
  readonly subject: unknown;
  readonly detail: unknown;
}

/** One node of a world, over all its lives. Plain data for the world; nobody else holds it. */
export class SimNode {
  readonly index: number;
  readonly id: NodeId;
  readonly idHash: number;
  readonly zone: string;
  readonly server: boolean;
  readonly clock: NodeClock;
  readonly drawnDriftPpm: number;
  readonly stream: Stream;
  readonly disk: SimulatedDisk;
  /** What else is simulated of the machine: it outlives lives, and components. */
  readonly machine: unknown;
  component: AnyComponent;
  codec: Codec<Message>;
  status: NodeStatus = 'down';
  incarnation = 0;
  state: unknown;
  env: Env | undefined;
  /** Whether a handler of this life has used promises, so that each step must drain them. */
  asynchronous = false;
  before: unknown;
  after: unknown;
  role: string | undefined;
  slowUs = 0;
  /** What the last `topologyVersion` knew of the disk. */
  wasDamaged = false;
  readonly timers: Map<string, TimerRecord> = new Map();
  readonly mailbox: Received<Message>[] = [];
  readonly receivers: ((received: Received<Message>) => void)[] = [];
  parked: ParkedEvent[] = [];
  sleeps = 0;

  constructor(made: {
    index: number;
    id: NodeId;
    zone: string;
    server: boolean;
    clock: NodeClock;
    stream: Stream;
    disk: SimulatedDisk;
    component: AnyComponent;
    codec: Codec<Message>;
  }) {
    this.index = made.index;
    this.id = made.id;
    this.idHash = hashText(made.id);
    this.zone = made.zone;
    this.server = made.server;
    this.clock = made.clock;
    this.drawnDriftPpm = made.clock.partsPerMillion;
    this.stream = made.stream;
    this.disk = made.disk;
    this.component = made.component;
    this.machine = made.component.createMachine?.();
    this.codec = made.codec;
    this.makeViews();
  }

  get running(): boolean {
    return this.status === 'up';
  }

  makeViews(): void {
    this.before = this.component.createView?.();
    this.after = this.component.createView?.();
  }

  /** A timer has rung or is cancelled. Names that keep changing must not pile up. */
  disarm(timer: TimerRecord): void {
    timer.armed = false;
    if (this.timers.size > keptTimers) this.timers.delete(timer.name);
  }

  /** Forgets everything that dies with a life. */
  endLife(): void {
    this.state = undefined;
    this.env = undefined;
    this.asynchronous = false;
    this.role = undefined;
    this.timers.clear();
    this.mailbox.length = 0;
    this.receivers.length = 0;
    this.parked = [];
    this.sleeps = 0;
  }
}
