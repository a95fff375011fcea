/** What a person at the screen may ask of a session. Plain data: it crosses threads. */
export type WatchCommand =
  /** Goes on from the moment that is shown. */
  | { readonly kind: 'play' }
  | { readonly kind: 'pause' }
  /** Plays when paused and pauses when playing. */
  | { readonly kind: 'toggle' }
  /** One of `speeds`, by its index; out of range: the nearest. */
  | { readonly kind: 'speed'; readonly index: number }
  | { readonly kind: 'faster' }
  | { readonly kind: 'slower' }
  | StepCommand
  | JumpCommand
  /** Shows another moment of the run. One that was not reached yet is run to. Pauses. */
  | { readonly kind: 'seek'; readonly to: Moment }
  /** Marks the step that is shown, or another; takes the mark off when there is one. */
  | { readonly kind: 'mark'; readonly step?: number }
  /** Which events the window of events shows; an empty filter shows all. */
  | { readonly kind: 'filter'; readonly filter: EventFilter }
  /** How many events the screen has room for, and how far it is scrolled. Default 40, 0. */
  | { readonly kind: 'window'; readonly rows: number; readonly back: number }
  /** Searches the whole run so far; an empty filter ends the search. Comes bit by bit. */
  | { readonly kind: 'search'; readonly filter: EventFilter }
  /** Follows something through the cluster; null ends it. Comes bit by bit. */
  | { readonly kind: 'follow'; readonly what: FollowTarget | null }
  /** Troubles the cluster now, at the moment that is shown. Becomes a fault of the plan. */
  | { readonly kind: 'intervene'; readonly what: Intervention }
  /** Takes back the last intervention: the run is done again without it. */
  | { readonly kind: 'undo' }
  /** Runs a second past, with one fault changed, beside the first. Comes bit by bit. */
  | { readonly kind: 'compare'; readonly edit: PlanEdit }
  /** Goes on in the second past of the comparison; the first is forgotten. */
  | { readonly kind: 'adopt' }
  /** Ends the comparison. */
  | { readonly kind: 'dismiss' }
  /** Writes a case file that `replay` takes; default path: below `logs/watch`. */
  | { readonly kind: 'save'; readonly path?: string }
  /** Following a directory: drills down into a finding, by the path of its case file. */
  | { readonly kind: 'open'; readonly path: string }
  /** Back from there to the directory. */
  | { readonly kind: 'leave' }
  | { readonly kind: 'quit' };

/**
 * Virtual microseconds that pass in one real microsecond, slowest first: five decades. The last is
 * as fast as the machine can.
 */
export const speeds: readonly number[] = [
  0.001,
  0.003,
  0.01,
  0.03,
  0.1,
  0.3,
  1,
  3,
  10,
  30,
  100,
  Number.POSITIVE_INFINITY,
];

/** Moves by some events, forward or (count below zero) back. Pauses. */
export interface StepCommand {
  readonly kind: 'step';
  /** `event`: any step. `message`: a step that handles a message. `node`: a step of `node`. */
  readonly by: 'event' | 'message' | 'node';
  /** Needed by `node`; else restricts the steps to this node. */
  readonly node?: string;
  /** Default 1. */
  readonly count?: number;
}

/** Moves to the next, or the previous, moment of a kind. Pauses there; says so if there is none. */
export interface JumpCommand {
  readonly kind: 'jump';
  /** `leader`: a node became the leader. `role`: any change of a role. `fault`: one began. */
  readonly to: 'leader' | 'role' | 'fault' | 'violation' | 'mark';
  readonly back?: boolean;
}

/** A place in the run. */
export type Moment =
  | { readonly step: number }
  | { readonly timeUs: number }
  | { readonly at: 'start' | 'end' | 'furthest' };

/** Which events are meant; all that is given must fit. */
export interface EventFilter {
  readonly node?: string;
  /** Part of the kind or the name of the event, for example `vote` or `timer`. */
  readonly kind?: string;
  /** Part of the line, whatever its case. */
  readonly text?: string;
}

/** What can be followed. */
export type FollowTarget =
  /** What led to a step, and what it led to. */
  | { readonly step: number }
  /** A message on its way, by its `id`. */
  | { readonly message: string }
  /** A cell of a node's tail, such as a log entry, by its `id` and its group (index and term). */
  | { readonly cell: number; readonly group: number };

/** What a person may do to the cluster. Nodes by name. */
export type Intervention =
  /** Two nodes cannot talk to each other. */
  | { readonly kind: 'partition'; readonly between: readonly [string, string] }
  /** Nobody can talk to the node. */
  | { readonly kind: 'isolate'; readonly node: string }
  /** Nobody can talk to the node that leads now. */
  | { readonly kind: 'isolate-leader' }
  /** Two halves of the cluster cannot talk, the node is in the first. */
  | { readonly kind: 'halves'; readonly node: string }
  /** The node dies and stays down: the process alone, or the machine by loss of power. */
  | { readonly kind: 'crash'; readonly node: string; readonly powerLoss: boolean }
  /** Ends what keeps the node down or still. */
  | { readonly kind: 'restart'; readonly node: string }
  /** The process stands still until `restart`, or runs on if it stands still. */
  | { readonly kind: 'pause'; readonly node: string }
  /** The wall clock jumps. */
  | { readonly kind: 'skew'; readonly node: string; readonly byUs: number }
  /** The monotonic clock runs at another rate until healed. */
  | { readonly kind: 'drift'; readonly node: string; readonly partsPerMillion: number }
  /** A message in flight, by its `id`, never arrives. */
  | { readonly kind: 'lose'; readonly message: string }
  /** Everything that is in force ends. */
  | { readonly kind: 'heal' };

/** A change of one fault of the plan, by its index. */
export type PlanEdit =
  | { readonly kind: 'remove'; readonly fault: number }
  | { readonly kind: 'move'; readonly fault: number; readonly byUs: number };
