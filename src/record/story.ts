import type { ViolationRecord } from './run-record.ts';

/** Something that happened, in words. */
export interface StoryEvent {
  /** True time since the start of the run, in microseconds, and steps done by then. */
  readonly timeUs: number;
  readonly step: number;
  /** The node that it happened to, which is the subject of the sentence; absent: `text` is whole. */
  readonly node?: string;
  readonly kind: /** A fault of the plan begins or ends. */
    | 'fault'
    /** The course of the run changes: a leader, a commitment, an answer. */
    | 'turn'
    /** A step on the way to one. */
    | 'detail'
    /** A choice that was not calm. */
    | 'choice';
  readonly text: string;
  /** Whether it can have influenced the failure. */
  readonly inPast: boolean;
  /** Whether it is one of the steps of which each caused the next, up to the failure. */
  readonly inChain: boolean;
}

/** What would have happened without one of the things that the case is made of. */
export interface WhatIf {
  readonly kind: 'fault' | 'choice' | 'operation' | 'setting';
  /** Index in the plan, the list of choices or the intents; of settings, in order. */
  readonly index: number;
  /** What is taken away, as a noun: `the power loss of n2 at 1.204 s`. */
  readonly without: string;
  readonly outcome: 'held' | 'same' | 'other' | 'unclear';
  /** The rung that breaks instead. */
  readonly rung?: string;
  readonly title?: string;
}

/** What is known of a failing run, before a story is made of it. */
export interface StoryFacts {
  readonly scenario: string;
  readonly violation: ViolationRecord;
  readonly digest: string;
  /** Sentences on the cluster. */
  readonly cluster: readonly string[];
  /** Settings off their calm values, as `path value`. */
  readonly settings: readonly string[];
  readonly counts: {
    readonly nodes: number;
    readonly clients: number;
    readonly faults: number;
    readonly operations: number;
    /**
     * Undefined: the choices come from a seed and were not counted. Of very many none is among the
     * events.
     */
    readonly choices: number | undefined;
  };
  readonly events: readonly StoryEvent[];
  /** Facts that cannot both be; empty where the ladder does not put them into words. */
  readonly facts: readonly string[];
  readonly whatIfs: readonly WhatIf[];
}

/** A line of the tale: one or more events that say the same of several nodes. */
export interface StoryLine {
  readonly timeUs: number;
  readonly step: number;
  readonly nodes: readonly string[];
  readonly kind: StoryEvent['kind'];
  readonly text: string;
}

/** The story of a failure, as data: whoever shows it decides on fonts and width. */
export interface Story {
  readonly schema: 'seedstorm-story/1';
  readonly scenario: string;
  readonly digest: string;
  /** One sentence: what broke, when, and how much it took. */
  readonly headline: string;
  /** Sentences. */
  readonly cluster: readonly string[];
  readonly lines: readonly StoryLine[];
  /** Events that were left out as routine, or for lack of room. */
  readonly leftOut: number;
  readonly broken: {
    readonly rung: string;
    readonly title: string;
    readonly statement: string;
    readonly timeUs: number;
    readonly step: number;
    readonly nodes: readonly string[];
    /** The facts that contradict each other. */
    readonly facts: readonly string[];
  };
  /** What mattered, in sentences. */
  readonly mattered: readonly string[];
  readonly whatIfs: readonly WhatIf[];
}
