import type { Address, NodeId } from '../../sim/message.ts';
import type { RaftEnv } from './raft-env.ts';
import type { Loss, Recovered } from './recovery.ts';
import { RepairLog } from './repair-log.ts';
import type { RepairReply, RepairRequest } from './repair-messages.ts';
import { type LogSource, RepairSource } from './repair-source.ts';
import type { RaftSettings } from './settings.ts';
import { decodeSnapshot, type Snapshot } from './snapshot-format.ts';
import type { Entry } from './types.ts';

/** Longest wait between two rounds of asking everybody. */
const mostRetryUs = 500_000;
/** Rounds without a piece after which a snapshot is asked for elsewhere. */
const patience = 4;

/** A snapshot on its way in, from one node. */
interface Incoming {
  readonly from: Address;
  readonly index: number;
  readonly file: Uint8Array;
  received: number;
  silentRounds: number;
}

/**
 * A start that found damage, and knows from the second copies what it has lost: it asks the others
 * until it holds again all that it has promised, and only then begins to vote, to acknowledge and
 * to serve. Until then it says nothing but what it can read. So nobody can tell it from a node whose
 * start took long, and repair can break no promise; see `docs/decisions.md`.
 */
export class Repair {
  readonly log: RepairLog;
  private readonly env: RaftEnv;
  private readonly settings: RaftSettings;
  private readonly others: readonly NodeId[];
  private readonly done: (repaired: Repair) => void;
  private readonly source: RepairSource;
  private incoming: Incoming | undefined;
  private retryUs: number;
  private finished = false;

  constructor(
    env: RaftEnv,
    settings: RaftSettings,
    others: readonly NodeId[],
    lost: Pick<Recovered, 'snapshot' | 'entries'> & { readonly loss: Loss },
    done: (repaired: Repair) => void,
  ) {
    this.env = env;
    this.settings = settings;
    this.others = others;
    this.done = done;
    this.retryUs = 2 * settings.heartbeatUs;
    this.log = new RepairLog(lost.entries, lost.snapshot, lost.loss);
    this.source = new RepairSource(settings);
  }

  get snapshot(): Snapshot | undefined {
    return this.log.snapshot;
  }

  get entries(): readonly Entry[] {
    return this.log.entries;
  }

  /** Asks everybody, again and again. */
  begin(): void {
    const { incoming } = this;
    if (incoming !== undefined && ++incoming.silentRounds > patience) this.incoming = undefined;
    for (const other of this.others) {
      const address = `${other}:main`;
      if (this.incoming === undefined || this.incoming.from === address) this.ask(address);
    }
    this.env.timers.set('repair', this.retryUs, () => this.begin());
    this.retryUs = Math.min(mostRetryUs, 2 * this.retryUs);
  }

  private ask(to: Address): void {
    const { log, incoming } = this;
    this.env.network.send(to, {
      kind: 'repair-request',
      index: log.firstHole,
      leastSnapshot: log.neededSnapshot,
      snapshotIndex: incoming?.index ?? 0,
      offset: incoming?.received ?? 0,
    });
  }

  /** Handles an answer. */
  take(from: Address, reply: RepairReply): void {
    if (this.finished) return;
    let isNews = this.log.take(reply);
    if (this.log.neededSnapshot > 0 && this.takePiece(from, reply)) isNews = true;
    if (this.log.isWhole) {
      this.finished = true;
      this.env.timers.cancel('repair');
      this.done(this);
    } else if (isNews) this.ask(from);
  }

  private takePiece(from: Address, reply: RepairReply): boolean {
    const { snapshotIndex: index, offset, totalBytes, data } = reply;
    if (index < this.log.neededSnapshot || data.length === 0) return false;
    let { incoming } = this;
    if (incoming !== undefined && incoming.from !== from) return false;
    if (incoming?.index !== index || incoming.file.length !== totalBytes) {
      incoming = { from, index, file: new Uint8Array(totalBytes), received: 0, silentRounds: 0 };
      this.incoming = incoming;
    }
    if (offset !== incoming.received || offset + data.length > totalBytes) return false;
    incoming.file.set(data, offset);
    incoming.received += data.length;
    incoming.silentRounds = 0;
    if (incoming.received < totalBytes) return true;
    this.incoming = undefined;
    const snapshot = decodeSnapshot(incoming.file);
    return snapshot?.index === index && this.log.install(snapshot);
  }

  /** Answers another node that repairs: what can be read here is as good as anybody's. */
  answer(from: Address, request: RepairRequest): void {
    const { log } = this;
    const own: LogSource = {
      firstIndex: log.baseIndex + 1,
      commit: log.snapshot?.index ?? 0,
      commitTerm: log.snapshot?.term ?? 0,
      snapshot: log.snapshot,
      newestSnapshot: () => undefined,
      entries: (index) => this.readable(index),
    };
    this.env.network.send(from, this.source.answer(from, request, own));
  }

  /** Entries from an index on, up to the first that is lost. */
  private readable(from: number): readonly Entry[] {
    const { baseIndex, lastIndex, entries, holes } = this.log;
    const result: Entry[] = [];
    for (let index = Math.max(from, baseIndex + 1); index <= lastIndex; index++) {
      if (holes.has(index) || result.length >= this.settings.batchEntries) break;
      result.push(entries[index - 1 - baseIndex]!);
    }
    return result;
  }
}
