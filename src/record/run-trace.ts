import type { Fault } from '../sim/fault-plan.ts';
import type { RunRecord } from './run-record.ts';
import type { StoryRecord } from './story-record.ts';
import type { Fields, TraceEvent } from './trace-event.ts';

/** A node or a client endpoint of a run. */
export interface NodeRecord {
  readonly id: string;
  /** False: a client. */
  readonly server: boolean;
  readonly zone: string;
}

/** What a client did, ready to be drawn. `src/workload/clients-definition.ts` says the same. */
export interface OperationRecord {
  /** One open operation at a time; after an `info` the client goes on as another process. */
  readonly process: number;
  /** The endpoint that asked, when it is known. */
  readonly client?: string;
  /** For example `put`. */
  readonly operation: string;
  readonly key: string;
  /** What it asks for beside its name and key; empty: nothing. */
  readonly asked: string;
  /** What it was told, or why it failed; empty: nothing. */
  readonly answer: string;
  /** `open`: not completed until the end of the run. */
  readonly outcome: 'ok' | 'fail' | 'info' | 'open';
  readonly consistency: string;
  readonly phase: string;
  readonly invokedUs: number;
  readonly completedUs: number | null;
  readonly invokedStep: number;
  readonly completedStep: number | null;
}

/** Where a node stood when the first event that was kept happened. */
export interface NodeBase {
  readonly node: string;
  /** Empty: it has none. */
  readonly role: string;
  /** Its view; undefined: unknown, or down. */
  readonly view?: Fields;
  readonly up: boolean;
  readonly incarnation: number;
}

/** One run with everything that was seen of it: what pictures and exports are made from. */
export interface RunTrace {
  readonly schema: 'seedstorm-trace/1';
  /** Its `wallMs` is 0: the same case has the same trace, to the last byte. */
  readonly record: RunRecord;
  /** Servers first, then clients. */
  readonly nodes: readonly NodeRecord[];
  readonly plan: readonly Fault[];
  /** Events that were left out before the first one that was kept. */
  readonly dropped: number;
  /** What the events that were left out led to; empty when none was. */
  readonly base: readonly NodeBase[];
  /** In the order in which they happened. */
  readonly events: readonly TraceEvent[];
  /** In order of invocation. */
  readonly operations: readonly OperationRecord[];
  /** What `check` reads; undefined when the clients keep nothing that it can judge. */
  readonly history?: string;
  /** The command that runs it again. */
  readonly replay: string;
  /** Why it failed, in plain sentences, when that was worked out. */
  readonly story?: StoryRecord;
}
