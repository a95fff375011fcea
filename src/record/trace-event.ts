/** One thing that happened in a run, as plain data: what `replay --events` prints. */
export type TraceEvent = StepEvent | OutsideEvent;

/** A step of a node. */
export interface StepEvent {
  readonly type: 'step';
  /** Number of the step in the run, from 1. */
  readonly step: number;
  /** True time in microseconds since the start of the run. */
  readonly timeUs: number;
  readonly node: string;
  readonly incarnation: number;
  readonly cause: 'start' | 'message' | 'timer' | 'disk' | 'release';
  /** Kind of the message, name of the timer, or operation of the disk. */
  readonly what?: string;
  /** Sender of the message that was handled. */
  readonly from?: string;
  /** The step whose output led to this one; absent when the world itself did. */
  readonly causeStep?: number;
  /** Messages that left the node. */
  readonly sent: readonly { readonly to: string; readonly kind: string }[];
  /** Role before and after, when the step changed it. */
  readonly role?: readonly [before: string, after: string];
  /** Fields of the component's view that the step changed. */
  readonly changed?: Readonly<Record<string, readonly [before: unknown, after: unknown]>>;
}

/** Something that happened outside of component code, or that a component said. */
export interface OutsideEvent {
  readonly type: 'lifecycle' | 'fault' | 'log' | 'probe' | 'threw' | 'phase';
  /** Steps done when it happened. */
  readonly step: number;
  readonly timeUs: number;
  /** The node concerned; absent when it concerns several or none. */
  readonly node?: string;
  readonly text: string;
}
