/** Where a tracker says that a piece of work stands. */
export type EntryState = 'done' | 'started' | 'open' | 'blocked' | 'broken';

/** A heading with what stands below it. */
export interface Section {
  readonly title: string;
  /** 0 for the document itself. */
  readonly level: number;
  readonly line: number;
  readonly parent: Section | undefined;
  /** What phase it is about: `phase 2`, or its title in plain letters; empty for the document. */
  readonly key: string;
}

/** A piece of work, with a status: a check-mark, a row of a table, a sentence. */
export interface Entry {
  readonly line: number;
  /** As written; absent where it has only a name. */
  readonly id?: string;
  /** In plain small letters. */
  readonly name: string;
  readonly state: EntryState;
  /** What else the same line says of it. */
  readonly also: readonly EntryState[];
  readonly section: Section;
  /** The phase that the line itself names, as `Section.key`. */
  readonly phase?: string;
  /** Whether it is one of a list or table, and so counts as a member; sentences do not. */
  readonly member: boolean;
  /** Whether it names anything that one could look at: a command, a file, a commit, a seed. */
  readonly hasEvidence: boolean;
}

/** What a tracker says of a phase as a whole, or, with an empty key, of the project. */
export interface PhaseFact {
  readonly key: string;
  readonly line: number;
  readonly state?: EntryState;
  readonly percent?: number;
  /** `~48 %`. */
  readonly approximate: boolean;
}

/** `6 of 8`. */
export interface Count {
  readonly line: number;
  readonly section: Section;
  readonly done: number;
  readonly of: number;
  /** What is counted: `tasks`, `criteria`; empty when it does not say. */
  readonly noun: string;
  /** Whether the rest of the line calls the thing complete. */
  readonly saidComplete: boolean;
  /** A percentage on the same line. */
  readonly percent?: number;
}

/** Numbers that are said to add up: parts with their total. */
export interface Sum {
  /** Of the total. */
  readonly line: number;
  readonly total: number;
  readonly parts: readonly number[];
  /** What is added up: the title of a column, or labels. */
  readonly of: string;
}

/** A total of pieces of work: `Total: 27 tasks`. */
export interface Total {
  readonly line: number;
  readonly section: Section;
  readonly total: number;
}

/** A document that is kept by hand, as far as it says how the work stands. */
export interface Tracker {
  readonly lines: readonly string[];
  readonly entries: readonly Entry[];
  readonly phases: readonly PhaseFact[];
  readonly counts: readonly Count[];
  readonly sums: readonly Sum[];
  readonly totals: readonly Total[];
}
