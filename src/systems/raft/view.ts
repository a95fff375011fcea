import type { Configuration, Entry, Member, Role } from './types.ts';

/** Where a life of a node stands. */
export type LifePhase =
  /** Reading its disk; says nothing to anybody. */
  | 'recovering'
  | 'running'
  /** Found damage, and asks the others for what is lost: else as silent as while it recovers. */
  | 'repairing'
  /** Found its disk emptied, or damaged beyond what it can name: votes, acknowledges and serves nothing in this life. */
  | 'withdrawn';

/** Marks of a node that are cheap to compare. Two are made per node and filled again and again. */
export interface RaftView {
  phase: LifePhase;
  role: Role;
  term: number;
  votedFor: Member;
  /** The leader of `term` as far as known, else 0. */
  leaderId: Member;
  commit: number;
  applied: number;
  /** Index before the first entry that is still in memory, plus 1. */
  firstIndex: number;
  lastIndex: number;
  lastTerm: number;
  /** How far the log is durable by the node's own belief. */
  stableIndex: number;
  /** The newest durable snapshot; 0 when there is none. */
  snapshotIndex: number;
  snapshotTerm: number;
  /** Counts truncations and resets of the log in this life: entries below `lastIndex` may differ. */
  logEpoch: number;
  /** Replaced by another object whenever it changes. */
  configuration: Configuration;
  /** Index of its entry, or where the log began when it was recovered or reset. */
  configurationIndex: number;
  /** Leader only: how far member `i + 1` is known to hold the log, and what it gets next. */
  match: number[];
  next: number[];
  /** A write to the log failed and was not yet made good. */
  diskFailing: boolean;
}

/** The log in memory: entries from `firstIndex` to `lastIndex`. */
export interface LogReader {
  readonly firstIndex: number;
  readonly lastIndex: number;
  /** The entry at an index; undefined when it is compacted away or not there yet. */
  entry(index: number): Entry | undefined;
  /** The term at an index, also at `firstIndex - 1`; -1 when it is not known. */
  term(index: number): number;
}

/** What the session table keeps of one client: its newest write and the answer to it. */
export interface SessionReader {
  readonly sequence: number;
  /** Index of the entry that carried the write out. */
  readonly index: number;
  readonly swapped: boolean;
}

/** The state machine as rungs read it. */
export interface MachineReader {
  /** Index of the last entry applied. */
  readonly applied: number;
  readonly values: ReadonlyMap<string, string>;
  /** By client; least recently used first. */
  readonly sessions: ReadonlyMap<number, SessionReader>;
  /** Clients whose sessions were expired to make room. */
  readonly expired: ReadonlySet<number>;
}

/** The state of a node, as rungs read it; by default of the Raft KV system. */
export interface RaftStateReader<Machine = MachineReader> {
  readonly phase: LifePhase;
  readonly log: LogReader;
  readonly machine: Machine;
  readonly self: Member;
}
