import type { NodeCard } from '../sim/node-card.ts';
import type { EventFilter } from './commands.ts';

/**
 * Everything that a screen shows of one moment, as plain data. Panels are pure functions of it. A
 * session sends at most 15 a second; nothing in it grows with the length of the run.
 */
export interface WatchSnapshot {
  readonly kind: 'world';
  readonly status: WorldStatus;
  /** Servers in order, then clients. */
  readonly nodes: readonly NodeSnapshot[];
  readonly network: NetworkSnapshot;
  readonly plan: readonly PlanLine[];
  readonly ladder: LadderSnapshot;
  readonly clients: ClientsSnapshot;
  readonly probes: readonly ProbeCount[];
  readonly events: EventWindow;
  readonly timeline: TimelineSnapshot;
  readonly search?: SearchSnapshot;
  readonly follow?: FollowSnapshot;
  readonly comparison?: Comparison;
  /** The newest thing that the session has to say; `number` rises with each. */
  readonly notice?: Notice;
}

/** The last answer to a command, for the line at the bottom. */
export interface Notice {
  readonly number: number;
  readonly tone: 'good' | 'plain' | 'warning' | 'bad';
  readonly text: string;
}

export type RunPhase = 'form' | 'storm' | 'heal' | 'settle' | 'end';

/** Where the run stands. Times are true (virtual) microseconds. */
export interface WorldStatus {
  readonly scenario: string;
  /** Null for a case without one. */
  readonly seed: number | null;
  /** Settings that were drawn: path and value. */
  readonly config: readonly (readonly [path: string, value: string])[];
  /** `working`: on its way to a moment that was asked for, see `progress`. */
  readonly mode: 'playing' | 'paused' | 'working' | 'ended';
  /** 0 to 1, in mode `working`. */
  readonly progress?: number;
  readonly phase: RunPhase;
  readonly timeUs: number;
  readonly step: number;
  /** The furthest moment that was reached in this past; the shown one may lie before it. */
  readonly furthest: { readonly step: number; readonly timeUs: number };
  /** When phases begin, and when the run ends if nothing breaks. */
  readonly phases: { readonly stormUs: number; readonly healUs: number; readonly endUs: number };
  /** Index into `speeds`. */
  readonly speed: number;
  /** Virtual time over real time, measured over the last second; 0 while paused. */
  readonly speedUp: number;
  readonly stepsPerSecond: number;
  /** 16 hex digits, of all that happened until the shown moment. */
  readonly digest: string;
  /** Verdict of the run, once its end or its first violation is reached and shown. */
  readonly outcome?: RunOutcome;
  /** How many faults were added by hand and are not saved. */
  readonly unsaved: number;
  /** Where the case was last saved. */
  readonly saved?: string;
}

/** How a run ended. */
export interface RunOutcome {
  readonly verdict: 'held' | 'broken' | 'inconclusive' | 'harness fault';
  readonly reasons: readonly string[];
  readonly steps: number;
  readonly timeUs: number;
  readonly digest: string;
  readonly violation?: ViolationLine;
}

export interface ViolationLine {
  readonly rung: string;
  readonly title: string;
  readonly statement: string;
  readonly step: number;
  readonly timeUs: number;
  readonly nodes: readonly string[];
  /** The values that disagree: name and text. */
  readonly values: readonly (readonly [name: string, value: string])[];
}

/** One node or client endpoint. */
export interface NodeSnapshot {
  readonly id: string;
  readonly server: boolean;
  readonly zone: string;
  readonly status: 'down' | 'up' | 'stalled' | 'suspended';
  /** Which life, from 1. */
  readonly incarnation: number;
  /** Its role by its own words; absent when it is down or says none. */
  readonly role?: string;
  readonly clock: {
    /** Wall clock less true time. */
    readonly offsetUs: number;
    /** Whether the rate of the monotonic clock is within the declared bound. */
    readonly withinBounds: boolean;
  };
  readonly disk: {
    readonly state: 'healthy' | 'troubled' | 'damaged';
    readonly files: number;
    readonly bytes: number;
    /** An operation of this life failed. */
    readonly metError: boolean;
  };
  /** Indexes into the plan of the faults in force that concern it. */
  readonly faults: readonly number[];
  /** What the system shows of it; absent while it is down, or when the system shows nothing. */
  readonly card?: NodeCard;
}

/** Who can talk to whom, and what is on its way. */
export interface NetworkSnapshot {
  /**
   * Per node a text with one character per node, in the order of `nodes`: how things stand on the
   * link from the row to the column. `.` itself, `o` open, `~` open but degraded, `=` clogged
   * (messages wait), `x` cut.
   */
  readonly links: readonly string[];
  /** Servers in groups: within a group each reaches each both ways, up or down. */
  readonly groups: readonly (readonly string[])[];
  /** Soonest first; at most 64. */
  readonly inFlight: readonly FlyingMessage[];
  /** How many there are in all. */
  readonly inFlightTotal: number;
}

/** A message that was sent and has not arrived. */
export interface FlyingMessage {
  /** Names it in commands, at this moment of the run. */
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly message: string;
  /** What it says, in short. */
  readonly text: string;
  readonly sentStep: number;
  /** When it arrives; absent when it waits on a clogged link. */
  readonly arrivesUs?: number;
}

/** One fault of the plan. */
export interface PlanLine {
  /** Its place in the plan, for edits. */
  readonly index: number;
  /** Kind of the fault; for disks `disk/<mode>`. */
  readonly family: string;
  /** What it does, in words; what it did once it began. */
  readonly text: string;
  readonly state: 'waiting' | 'in force' | 'over' | 'refused' | 'never';
  /** When it is to begin, in words, when that is at a meaning. */
  readonly trigger?: string;
  /** When it began or is to begin; absent while it waits for a meaning. */
  readonly fromUs?: number;
  /** When it ended or is to end. */
  readonly untilUs?: number;
  /** Nodes struck, once it began. */
  readonly nodes: readonly string[];
  /** Why the budget refused it. */
  readonly refusal?: string;
  /** Added by a person in this session. */
  readonly byHand: boolean;
}

export interface LadderSnapshot {
  readonly rungs: readonly RungLine[];
  /** Index of the lowest broken rung; -1: none is. */
  readonly lowestBroken: number;
}

export interface RungLine {
  readonly id: string;
  readonly title: string;
  readonly statement: string;
  readonly kind: 'always' | 'sometimes' | 'eventually';
  /** `unmet`: nothing broke it, and its premise never held until now. */
  readonly state: 'holds' | 'unmet' | 'broken' | 'inconclusive' | 'not owed';
  /** How often its premise held. */
  readonly premise: number;
  /** When it broke. */
  readonly brokenAt?: { readonly step: number; readonly timeUs: number };
}

/** What the clients do. Latencies in virtual microseconds; 0 when there are none yet. */
export interface ClientsSnapshot {
  readonly ok: number;
  readonly fail: number;
  /** Invoked and without a certain answer, those that are open included. */
  readonly unknown: number;
  readonly latencyUs: {
    readonly median: number;
    readonly p99: number;
    readonly max: number;
  };
  /** Median latency and completed operations per slice of the run so far: oldest first. */
  readonly history: readonly LatencySlice[];
  /** The last operations, newest last; at most 24. */
  readonly recent: readonly OperationLine[];
}

export interface LatencySlice {
  readonly fromUs: number;
  readonly completed: number;
  readonly medianUs: number;
}

export interface OperationLine {
  readonly client: string;
  /** For example `put k3 = 7`. */
  readonly text: string;
  readonly answer: string;
  readonly outcome: 'ok' | 'fail' | 'info' | 'open';
  readonly invokedUs: number;
  readonly completedUs: number | null;
}

export interface ProbeCount {
  readonly name: string;
  readonly count: number;
}

/** How an event is drawn. */
export type EventTone = 'plain' | 'role' | 'fault' | 'life' | 'probe' | 'violation';

/** One thing that happened. */
export interface EventLine {
  /** Steps done when it happened. With `place`, it names the event. */
  readonly step: number;
  /** Among the events of a step: 0 is the step itself. */
  readonly place: number;
  readonly timeUs: number;
  /** Empty when it concerns several nodes or none. */
  readonly node: string;
  /** `message`, `timer`, `disk`, `start`, `release`, `role`, `fault`, `lifecycle`, `probe`, `log`, `threw`, `phase`, `violation`. */
  readonly type: string;
  /** Kind of the message, name of the timer, operation of the disk. */
  readonly what: string;
  /** The sender of the message. */
  readonly from?: string;
  /** The line, without time, step and node. */
  readonly text: string;
  readonly tone: EventTone;
  readonly marked: boolean;
}

/** Events around the shown moment, in order. */
export interface EventWindow {
  readonly filter: EventFilter;
  readonly lines: readonly EventLine[];
  /** Index of the last line that has happened by now; -1: none. Later ones lie in the future. */
  readonly now: number;
}

/** Notable moments of the run so far, for a bar that can be scrubbed. */
export interface TimelineSnapshot {
  /** In order of time; thinned out to at most 256, the rarest kinds kept. */
  readonly moments: readonly TimelineMoment[];
  readonly marks: readonly { readonly step: number; readonly timeUs: number }[];
  /** Steps per equal slice of the whole run (0 to `endUs`), for a sparkline of activity; 64 slices. */
  readonly density: readonly number[];
}

export interface TimelineMoment {
  readonly step: number;
  readonly timeUs: number;
  readonly kind: 'leader' | 'role' | 'fault' | 'fault-end' | 'life' | 'violation';
  readonly node: string;
  readonly text: string;
}

/** What a search has found so far. */
export interface SearchSnapshot {
  readonly filter: EventFilter;
  /** The first hits; at most 500. */
  readonly hits: readonly EventLine[];
  readonly total: number;
  /** Steps looked at, and whether that was all until the furthest moment. */
  readonly scanned: number;
  readonly complete: boolean;
}

/** The way of something through the cluster. */
export interface FollowSnapshot {
  readonly title: string;
  /** In order of time; at most 200. */
  readonly hops: readonly FollowHop[];
  readonly complete: boolean;
}

export interface FollowHop {
  readonly step: number;
  readonly timeUs: number;
  readonly node: string;
  readonly text: string;
  /** Where in the story it stands: what came before, itself, what came of it. */
  readonly side: 'cause' | 'itself' | 'effect';
}

/** Two pasts side by side. */
export interface Comparison {
  /** The change, in words: `without fault 3: partition ...`. */
  readonly edit: string;
  readonly complete: boolean;
  /** 0 to 1. */
  readonly progress: number;
  readonly first: PastSnapshot;
  readonly second: PastSnapshot;
  /** Where they part; absent while they are equal. */
  readonly parting?: {
    /** The first step that differs. */
    readonly step: number;
    readonly timeUs: number;
    /** The first events of each from there on; at most 8. */
    readonly first: readonly EventLine[];
    readonly second: readonly EventLine[];
  };
}

/** One of the two pasts, at its end. */
export interface PastSnapshot {
  readonly title: string;
  /** Absent until it has come to its end. */
  readonly outcome?: RunOutcome;
  readonly ok: number;
  readonly fail: number;
  /** Elections won, faults begun, lives ended. */
  readonly leaders: number;
  readonly faults: number;
  readonly deaths: number;
}
