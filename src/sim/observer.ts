import type { LogValue } from './env.ts';
import type { Message } from './message.ts';

/** Why a step ran. */
export type StepCause =
  | 'start'
  | 'message'
  | 'timer'
  | 'disk'
  /** Messages of an earlier step, held back inside the node, leave it. No component code runs. */
  | 'release';

/** One message that left a node in the step that is being reported. */
export interface SentMessage {
  /** Index of the receiving node among the world's nodes. */
  readonly to: number;
  readonly port: string;
  readonly message: Message;
}

/**
 * What one step did. One object per world, reused: copy what must outlive the callback.
 */
export interface Step {
  /** Number of the step in the run, from 1. */
  readonly index: number;
  /** True time in microseconds since the start of the run. */
  readonly timeUs: number;
  readonly cause: StepCause;
  /** Index of the node that stepped. */
  readonly node: number;
  /** Which life of the node, from 1. */
  readonly incarnation: number;
  /** The component's state, as it is after the step. */
  readonly state: unknown;
  /** Marks before and after the step, when the component has `observe`. */
  readonly before: unknown;
  readonly after: unknown;
  /** The message that was handled, for cause `message`. */
  readonly received: Message | undefined;
  /** Index of the sender of `received`, else -1. */
  readonly from: number;
  /** Messages that left the node in this step; only the first `sentCount` are of this step. */
  readonly sent: readonly SentMessage[];
  readonly sentCount: number;
}

/** What happened to a node from outside. */
export type Lifecycle =
  | 'started'
  /** The process died; what it wrote without sync is still in the cache. */
  | 'killed'
  /** The machine lost power; any subset of what was not synced is gone. */
  | 'power-lost'
  | 'stalled'
  | 'suspended'
  | 'resumed'
  /** All files are gone; the identity stays. */
  | 'wiped';

/**
 * Watches a world. The ladder is one, the recorder another. Nothing that an observer does may
 * change the run. All members are optional, so that a hot path pays only for what is watched.
 */
export interface WorldObserver {
  /** After each step, with component code or (cause `release`) without. */
  afterStep?(step: Step): void;
  lifecycle?(node: number, what: Lifecycle, timeUs: number): void;
  /**
   * A successful sync has promised the current bytes of a file (see `world.disk(node)`), of which
   * `from` to `to` may differ from what was promised before. Called before the component learns of it.
   */
  promised?(node: number, file: string, from: number, to: number): void;
  /** A successful directory sync has promised the current names in a directory. */
  directoryPromised?(node: number, directory: string): void;
  /** Component code threw, or a promise of it was rejected and nobody handled that. */
  threw?(node: number, error: unknown, timeUs: number): void;
  probe?(node: number, name: string): void;
  log?(
    node: number,
    text: string,
    fields: Readonly<Record<string, LogValue>> | undefined,
    timeUs: number,
  ): void;
  /** The nemesis did something; `text` is for people, `family` for the census. */
  fault?(event: FaultEvent): void;
}

/** A fault that began or ended. */
export interface FaultEvent {
  readonly timeUs: number;
  /** Index in the plan; -1 for what stands in no plan (healing, a hand in the terminal UI). */
  readonly planIndex: number;
  readonly family: string;
  readonly phase: 'begin' | 'end' | 'refused';
  /** Nodes concerned. */
  readonly nodes: readonly number[];
  readonly text: string;
}
