import type { AnyComponent } from '../sim/component.ts';
import type { Env } from '../sim/env.ts';
import type { Config } from '../sim/system-definition.ts';
import type { ClusterAction } from './cluster-intents.ts';

/** One question to a cluster's managers, as it is recorded. */
export interface ClusterQuestion {
  /** A command's or query's kind, for example `update-service`. */
  readonly operation: string;
  /** How it was meant: the action, `fresh` or `stale`. */
  readonly option: string;
  /** `command`, `read` or `watch`. */
  readonly consistency: string;
  /** Name of the object that it is about; empty: of none. */
  readonly key: string;
  /** In short, for people. */
  readonly asked: string | null;
  /** The command or query itself, in the types of the system. */
  readonly question: unknown;
}

/** How a question ended. */
export interface ClusterAnswer {
  /** `fail`: refused, with certainly no effect. `info`: nobody knows. */
  readonly outcome: 'ok' | 'fail' | 'info';
  /** Why it was refused, or a word for what it was told. */
  readonly reason: string;
  /** Index of the entry that answers, or as of which was read; 0: not told. */
  readonly index: number;
  /** In short, for people. */
  readonly told: string | null;
  /** What was answered, in the types of the system. */
  readonly answer: unknown;
  /** The request, as the managers know it; 0: none. */
  readonly session: number;
  readonly sequence: number;
}

/** Takes down what a client asks and is told. */
export interface ClusterRecorder {
  /** @returns what `end` is to be called with, once */
  begin(question: ClusterQuestion): number;
  end(operation: number, answer: ClusterAnswer): void;
}

/** The client's side of a cluster, while its node lives. */
export interface ClusterHost {
  readonly env: Env;
  /**
   * Carries an action out: some questions, one after the other, each of which it records. Never
   * rejects; never resolves once `restart` was called.
   */
  perform(action: ClusterAction, fresh: boolean, recorder: ClusterRecorder): Promise<void>;
  /** Forgets everything: session, what was read, where the leader is. */
  restart(): void;
}

/** What makes a client of a cluster. */
export interface ClusterClientMaking {
  readonly config: Config;
  readonly peers: readonly string[];
  /** Which client it is, from 0. */
  readonly index: number;
  /** Called at the start of each life of the node. */
  begin(host: ClusterHost): void;
}

/** How a cluster is spoken to. The system under test provides it. */
export interface ClusterProtocol {
  component(making: ClusterClientMaking): AnyComponent;
}
