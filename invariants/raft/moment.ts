import type {
  LadderOptions,
  Moment,
  Phase,
  StableCoreTracker,
  WorldView,
} from '../../src/index.ts';
import type { RaftStateReader, RaftView } from '../../src/systems/raft/view.ts';
import type { AttachedNodes } from './attached.ts';
import type { CanonicalChain } from './canonical-chain.ts';
import type { ClientLedger } from './client-ledger.ts';
import type { ChainModel } from './machine-model.ts';
import type { Membership } from './membership.ts';
import type { NodeLedger } from './node-ledger.ts';
import type { Pace } from './progress-window.ts';
import type { Registry } from './registry.ts';

/** What all rungs of Raft share: the ghost state of one run. Only the ledger writes to it. */
export interface RaftFacts {
  readonly world: WorldView;
  readonly options: LadderOptions;
  readonly nodes: readonly NodeLedger[];
  readonly canonical: CanonicalChain;
  readonly registry: Registry;
  /** The node that first won the election of a term. */
  readonly leaderOf: Map<number, number>;
  readonly machine: ChainModel;
  readonly clients: ClientLedger;
  readonly core: StableCoreTracker;
  readonly attached: AttachedNodes;
  readonly pace: Pace;
  readonly membership: Membership;
  /**
   * Up to then nothing came of progress for a lawful reason: a leader died, so that another election
   * was needed, or was bringing its followers a backlog.
   */
  excusedUs: number;
  phase: Phase;
  phaseSinceUs: number;
}

/** One moment as rungs see it: an event at one node, with the marks before and after. */
export interface RaftMoment extends Moment {
  readonly facts: RaftFacts;
  timeUs: number;
  /** Index of the node concerned. */
  node: number;
  /** What the checker knows of that node. */
  own: NodeLedger;
  /** Undefined when the node is down. */
  state: RaftStateReader | undefined;
  /** The same object as `after` for what happens between steps. */
  before: RaftView;
  after: RaftView;
  /** What went wrong, for `threw` and `stuck`. */
  trouble: string;
}
