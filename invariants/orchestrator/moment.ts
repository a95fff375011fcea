import type { LadderOptions, Moment, Phase, WorldView } from '../../src/index.ts';
import type { ManagerNode } from '../../src/systems/orchestrator/manager/manager-component.ts';
import type {
  CallDone,
  Told,
  Watched,
} from '../../src/systems/orchestrator/messages/client-messages.ts';
import type { Worker } from '../../src/systems/orchestrator/worker/worker.ts';
import type { WorkerState } from '../../src/systems/orchestrator/worker/worker-state.ts';
import type { Asks, OpenAsk, OpenCall, OpenWatch } from './asks.ts';
import type { Verdicts } from './entry-rung.ts';
import type { ContainerChange, Machines, MountChange } from './machines.ts';
import type { Members } from './members.ts';
import type { ClusterOracle } from './oracle.ts';
import type { StoryOfObjects } from './story-of-objects.ts';

/** Where and when a leader took an entry into its log. */
export interface Appended {
  readonly node: number;
  readonly timeUs: number;
  /** By its own clock, which is another one in each life. */
  readonly monotonicUs: number;
  readonly incarnation: number;
}

/** What is known of a leader from its barrier on, by its own monotonic clock. */
export interface LeaderFacts {
  readonly node: number;
  /** When it took its barrier into its log. */
  readonly sinceUs: number;
  /** By node: when it last heard a beat or a registration, or admitted it. */
  readonly heardUs: Map<string, number>;
  /** When it took the newest entry into its log that is committed. */
  appendedUs: number;
}

/** What all rungs of the orchestrator share: the ghost state of one run. */
export interface OrchestratorFacts {
  readonly world: WorldView;
  readonly options: LadderOptions;
  readonly oracle: ClusterOracle;
  /** What entry laws say of what was committed last. */
  readonly verdicts: Verdicts;
  /** What is true of the machines of workers. */
  readonly machines: Machines;
  /** Which machine is which node of the store. */
  readonly members: Members;
  readonly asks: Asks;
  readonly objects: StoryOfObjects;
  phase: Phase;
  /** When the last fault ended; infinity before. */
  healedUs: number;
  /** The greatest term of which a barrier is committed, and when that was seen. */
  barrierTerm: number;
  barrierUs: number;
  /** When leaders took entries into their logs that are not committed yet, by index. */
  readonly appended: Map<number, Appended>;
  /** The manager that leads, as far as barriers tell. */
  leader: LeaderFacts | undefined;
  /** Nodes that were found to be down since somebody looked, and when their leader decided so. */
  readonly downs: { readonly node: string; readonly appendedUs: number; readonly term: number }[];
  /** Nodes that were found to be fenced since somebody looked. */
  readonly fences: string[];
  /** By machine: what its disk told the life that has just begun, until somebody has looked. */
  readonly journals: (WorkerState | undefined)[];
  /** How often a leader has decided something although a later one had a barrier committed. */
  lateDecisions: number;
  /** Entries of managers and workers that changed nothing. */
  idleEntries: number;
}

/** One moment as rungs see it: an event at one node. */
export interface OrchestratorMoment extends Moment {
  readonly facts: OrchestratorFacts;
  timeUs: number;
  /** Index of the node concerned. */
  node: number;
  /** Of the manager that steps, while it is up. */
  manager: ManagerNode | undefined;
  /** The worker that steps. */
  worker: Worker | undefined;
  /** For `machine`: what the step has changed on the machine. */
  readonly containers: ContainerChange[];
  readonly mounts: MountChange[];
  /** For `answered`: the answer, and what the client had asked. */
  answer: CallDone | undefined;
  call: OpenCall | undefined;
  /** For `told`. */
  told: Told | undefined;
  ask: OpenAsk | undefined;
  /** For `watched`. */
  watched: Watched | undefined;
  watch: OpenWatch | undefined;
}
