import type { LadderOptions, Moment, Phase, WorldView } from '../../src/index.ts';
import type { RaftView } from '../../src/systems/raft/view.ts';
import type { WriteBytes } from '../../src/systems/storage/messages/data-messages.ts';
import type { Answered, CallDone } from '../../src/systems/storage/messages/metadata-messages.ts';
import type { CommandOf } from '../../src/systems/storage/metadata/command.ts';
import type { StorageSettings } from '../../src/systems/storage/metadata/settings.ts';
import type { MetadataState } from '../../src/systems/storage/metadata/state.ts';
import type { StorageTimings } from '../../src/systems/storage/timings.ts';
import type { StorageTopology } from '../../src/systems/storage/topology.ts';
import type { Calls, OpenCall, OpenQuestion } from './calls.ts';
import type { DeletePlans } from './delete-plans.ts';
import type { FileLedger } from './file-ledger.ts';
import type { MetadataOracle } from './oracle.ts';
import type { ReadsAsked } from './reads.ts';
import type { FragmentChange, ServerMirror } from './server-mirror.ts';
import type { SteadyServers } from './steady-servers.ts';

/** The metadata of a master as rungs read them. */
export interface MetadataReader {
  readonly applied: number;
  readonly state: MetadataState;
  hash(): string;
}

/** What all rungs of the storage system share: the ghost state of one run. */
export interface StorageFacts {
  readonly world: WorldView;
  readonly options: LadderOptions;
  readonly topology: StorageTopology;
  readonly settings: StorageSettings;
  readonly timings: StorageTimings;
  readonly oracle: MetadataOracle;
  readonly calls: Calls;
  /** What chunkservers have promised to their disks, by node; undefined for masters. */
  readonly servers: readonly (ServerMirror | undefined)[];
  /** Since when each of them has been let serve. */
  readonly steady: SteadyServers;
  /** Room for blocks on each of them; 0 for masters. */
  readonly capacityBytes: readonly number[];
  readonly deletePlans: DeletePlans;
  /** Undefined when clients are others than those of the file workload. */
  readonly files: FileLedger | undefined;
  /** Reads that have reached chunkservers. */
  readonly reads: ReadsAsked;
  /** The chain of each write that a client has sent, by `writeKey`. */
  readonly chains: Map<string, readonly string[]>;
  phase: Phase;
  /** When the last fault ended; infinity before. */
  healedUs: number;
  /** When the first entry of the newest term was committed. */
  termSinceUs: number;
}

/** What a leader has heard of servers, as rungs read it. */
export interface LeaderReader {
  readonly lead: {
    readonly indexes: {
      readonly lacking: ReadonlySet<number>;
      readonly chunksOf: ReadonlyMap<number, ReadonlySet<number>>;
    };
  };
  readonly servers: {
    readonly all: ReadonlyMap<
      number,
      {
        readonly dead: boolean;
        /** By the leader's monotonic clock. */
        readonly deadSinceUs: number;
        readonly ready: boolean;
        readonly freeBytes: number;
      }
    >;
  };
  readonly bad: { isBad: (chunk: number, server: number) => boolean };
}

/** A move or a repair that a leader has put into its log. */
export interface ProposedMove {
  /** Of its entry. */
  readonly term: number;
  readonly index: number;
  readonly chunk: number;
  readonly position: number;
  readonly to: number;
}

/** A grant that a leader has put into its log without members, as it found no places. */
export interface PlacelessGrant {
  /** Of its entry. */
  readonly term: number;
  readonly index: number;
  readonly command: CommandOf<'grant-write'>;
}

/** Servers for all parts of a chunk that a leader has put into its log: of a grant, or of another code. */
export interface ProposedPlaces {
  /** Of its entry. */
  readonly term: number;
  readonly index: number;
  readonly command: CommandOf<'grant-write'> | CommandOf<'convert-begin'>;
}

/** One moment as rungs see it: an event at one node. */
export interface StorageMoment extends Moment {
  readonly facts: StorageFacts;
  timeUs: number;
  /** Index of the node concerned. */
  node: number;
  /** Of a master or metalogger that is up, else undefined. */
  metadata: MetadataReader | undefined;
  /** Marks of a master before and after the step; else undefined. */
  before: RaftView | undefined;
  after: RaftView | undefined;
  /** For `answered`: the answer, and what the client had asked. */
  answer: CallDone | undefined;
  call: OpenCall | undefined;
  /** For `told`: the answer, and what the client had asked. */
  told: Answered | undefined;
  question: OpenQuestion | undefined;
  /** For `wrote`: what the client sends to heads of chains. */
  readonly writes: WriteBytes[];
  /** For `fragments`: what has just become durable on the chunkserver. */
  readonly changes: FragmentChange[];
  /** For `moves`: what the leader proposes, and what it knows. */
  moves: readonly ProposedMove[];
  placeless: readonly PlacelessGrant[];
  places: readonly ProposedPlaces[];
  leader: LeaderReader | undefined;
  /** Whether the rung looks because the committed log grew. */
  isChain: boolean;
  /** Whether it looks because a life begins. */
  isStart: boolean;
  /** For `finished`: operations of clients that are over, by their place in the history. */
  finished: readonly number[];
}
