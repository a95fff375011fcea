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
  readonly sent: readonly SentRecord[];
  /** Role before and after, when the step changed it. */
  readonly role?: readonly [before: string, after: string];
  /** Fields of the component's view that the step changed. */
  readonly changed?: Readonly<Record<string, readonly [before: unknown, after: unknown]>>;
  /** All fields of that view, at the first step of a life; only in traces with details. */
  readonly view?: Fields;
}

/** Named values as plain data: what a picture or a line can show of a message or a view. */
export type Fields = Readonly<Record<string, unknown>>;

/** A message that left a node. */
export interface SentRecord {
  readonly to: string;
  readonly kind: string;
  /** What it says, in short; only in traces with details. */
  readonly fields?: Fields;
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
  /** For `fault`: what `text` says, for programs. */
  readonly fault?: FaultNote;
}

/** A fault that began, ended or was refused. */
export interface FaultNote {
  /** Its place in the plan of the case; -1 when it stands in none. */
  readonly plan: number;
  /** Kind of the fault; for disks `disk/<mode>`. */
  readonly family: string;
  readonly phase: 'begin' | 'end' | 'refused';
  /** The nodes concerned, the target first. */
  readonly nodes: readonly string[];
  /** Directed links that this fault closed when it began. */
  readonly cut?: readonly (readonly [from: string, to: string])[];
}
