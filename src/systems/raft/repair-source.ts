import type { Address } from '../../sim/message.ts';
import type { CoreState } from './core-state.ts';
import type { RepairReply, RepairRequest } from './repair-messages.ts';
import type { RaftSettings } from './settings.ts';
import type { Snapshot } from './snapshot-format.ts';
import type { Entry } from './types.ts';

/** A snapshot goes in at most so many pieces, however small these are meant to be. */
const mostPieces = 128;

/** What a node has that others may need. */
export interface LogSource {
  readonly firstIndex: number;
  /** An index up to which the log is known to be committed, and the term there. */
  readonly commit: number;
  readonly commitTerm: number;
  /** The newest durable snapshot. */
  readonly snapshot: Snapshot | undefined;
  /** A snapshot of what is applied now; undefined when none can be made. */
  newestSnapshot(): Snapshot | undefined;
  /** Entries from an index on, as many as fit into one message. */
  entries(index: number): readonly Entry[];
}

const noData: Uint8Array = new Uint8Array(0);

/** Answers nodes that repair. It tells what is there, and never that something is not. */
export class RepairSource {
  private readonly settings: RaftSettings;
  /** The snapshot that each node is getting: it must not change under way. */
  private readonly given: Map<Address, Snapshot> = new Map();

  constructor(settings: RaftSettings) {
    this.settings = settings;
  }

  /**
   * Answers from a node that runs.
   * @param newest makes a snapshot of what is applied now, if it can
   */
  answerFrom(
    core: CoreState,
    from: Address,
    request: RepairRequest,
    newest: () => Snapshot | undefined,
  ): RepairReply {
    const { log, commit, snapshot } = core;
    const { batchEntries, batchBytes } = this.settings;
    return this.answer(from, request, {
      firstIndex: log.firstIndex,
      commit,
      commitTerm: log.term(commit),
      snapshot,
      newestSnapshot: newest,
      entries: (index) => log.slice(index, batchEntries, batchBytes),
    });
  }

  answer(from: Address, request: RepairRequest, source: LogSource): RepairReply {
    const { index } = request;
    const { firstIndex, commit, commitTerm } = source;
    const snapshot = this.snapshotFor(from, request, source);
    const size = Math.max(
      this.settings.chunkBytes,
      Math.ceil((snapshot?.file.length ?? 0) / mostPieces),
    );
    const offset = snapshot?.index === request.snapshotIndex ? request.offset : 0;
    return {
      kind: 'repair-reply',
      firstIndex,
      commit,
      commitTerm,
      entries: index >= firstIndex ? source.entries(index) : [],
      snapshotIndex: snapshot?.index ?? 0,
      offset,
      totalBytes: snapshot?.file.length ?? 0,
      data: snapshot?.file.subarray(offset, offset + size) ?? noData,
    };
  }

  private snapshotFor(
    from: Address,
    { leastSnapshot, snapshotIndex }: RepairRequest,
    source: LogSource,
  ): Snapshot | undefined {
    if (leastSnapshot === 0) {
      this.given.delete(from);
      return undefined;
    }
    let snapshot = this.given.get(from);
    if (snapshot !== undefined && snapshot.index === snapshotIndex) return snapshot;
    snapshot = source.snapshot;
    if (snapshot === undefined || snapshot.index < leastSnapshot)
      snapshot = source.newestSnapshot();
    if (snapshot === undefined || snapshot.index < leastSnapshot) return undefined;
    this.given.set(from, snapshot);
    return snapshot;
  }
}
