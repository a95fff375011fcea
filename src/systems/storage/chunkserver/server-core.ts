import type { Env } from '../../../sim/env.ts';
import type { NodeId } from '../../../sim/message.ts';
import { BeatLease } from '../../common/beat-lease.ts';
import { diskIn } from '../../common/directory-disk.ts';
import type { FragmentName } from '../block-checksum.ts';
import type { DataFault } from '../messages/data-messages.ts';
import type { StorageMessage, StorageWireMessage } from '../messages/storage-codec.ts';
import type { StorageSettings } from '../metadata/settings.ts';
import type { StorageTimings } from '../timings.ts';
import { Checkpoints } from './checkpoints.ts';
import type { Fragment } from './fragment.ts';
import { FragmentFiles } from './fragment-files.ts';
import { FragmentTable } from './fragment-table.ts';
import { Journal, journalDirectory } from './journal.ts';
import { Requests } from './requests.ts';
import { fragmentDirectory } from './sums-format.ts';
import { Turns } from './turns.ts';

/** Where a chunkserver stands, and how much it may take. */
export interface ServerPlace {
  readonly region: number;
  readonly zone: number;
  readonly host: number;
  readonly weight: number;
  /** Bytes of blocks, without journal and checksums. */
  readonly capacityBytes: number;
}

/** What makes a chunkserver. */
export interface ChunkServerOptions {
  /** Names of all nodes of the cluster, and which one this is: server `index + 1`. */
  readonly peers: readonly NodeId[];
  readonly index: number;
  /** Names of those that may lead. */
  readonly masters: readonly NodeId[];
  readonly settings: StorageSettings;
  readonly timings: StorageTimings;
  readonly place: ServerPlace;
}

const lifeGrain = 4_096;

/** What a term and index of a leader came with. */
interface OfLeader {
  readonly term: number;
  readonly index: number;
}

/** Told how something ended: why it came to nothing, or null. */
type Ended = (fault: DataFault | null) => void;

/** What all parts of a chunkserver share in one life. */
export class ServerCore {
  readonly env: Env<StorageWireMessage>;
  readonly options: ChunkServerOptions;
  readonly server: number;
  /** Tells this life from others. */
  readonly life: number;
  /** `recovering`: it reads its disk, and does nothing else. */
  phase: 'recovering' | 'serving' = 'recovering';
  table: FragmentTable = new FragmentTable();
  /** Of blocks in entries that the table does not count yet. */
  private comingBytes = 0;
  readonly journal: Journal;
  readonly files: FragmentFiles;
  readonly checkpoints: Checkpoints;
  readonly turns: Turns = new Turns();
  readonly requests: Requests;
  /**
   * How long this server may answer clients. The leader counts a silent server as dead after one lease;
   * the server itself stops after half of it. So an old location leads nowhere once the leader has gone
   * on without the server.
   */
  readonly lease: BeatLease;
  /** Highest of any leader. */
  term = 0;
  index = 0;
  /** Who answered the last beat; empty: nobody did. */
  leader = '';
  /**
   * A leader has spoken to this life, after its quorum had confirmed it: whatever older leaders have
   * ordered is known for old by its term and index now.
   */
  obeying = false;
  /** Something was lost, and fences up to the first index that is heard count as forgotten. */
  owesFloor = false;
  /** Writes that wait for the rest of their chain. */
  pendingWrites = 0;

  constructor(env: Env<StorageWireMessage>, options: ChunkServerOptions) {
    this.env = env;
    this.options = options;
    this.server = options.index + 1;
    // The wall clock may stand still over a restart.
    const wallUs = Math.max(0, env.clock.wallUs());
    this.life = wallUs - (wallUs % lifeGrain) + env.random.below(lifeGrain, 'life');
    const { settings, timings } = options;
    const fragments = diskIn(env.disk, fragmentDirectory);
    this.files = new FragmentFiles(fragments, settings.blockBytes);
    this.journal = new Journal(
      diskIn(env.disk, journalDirectory),
      (sequence) => env.random.below(0x1_0000_0000, 'journal-salt', sequence),
      (record, index) => this.table.play(record, index),
    );
    this.checkpoints = new Checkpoints(this);
    this.requests = new Requests(env, timings.dataTimeoutUs);
    this.lease = new BeatLease(env.clock);
  }

  get chunkBlocks(): number {
    return this.options.settings.chunkBytes / this.options.settings.blockBytes;
  }

  /** Clients may be served. */
  get isServing(): boolean {
    return this.phase === 'serving' && this.lease.isValid;
  }

  send(to: NodeId, message: StorageMessage): void {
    this.env.network.send(to, message);
  }

  /** Whether an order may be carried out; notes its term and index. */
  obeys(order: OfLeader): boolean {
    if (!this.obeying || order.term < this.term) return false;
    this.note(order);
    return true;
  }

  note({ term, index }: OfLeader): void {
    if (term > this.term) this.term = term;
    this.noteIndex(index);
  }

  noteIndex(index: number): void {
    if (index > this.index) this.index = index;
  }

  /** The fragment, perhaps with a newer version beside; or why it cannot be used. */
  lookUp(name: FragmentName): Fragment | DataFault {
    const fragment = this.table.findStill(name);
    if (fragment !== undefined) return fragment.fault === null ? fragment : 'bad';
    const here = this.table.chunks.get(name.chunk);
    return here === undefined || here.fragments.length === 0 ? 'absent' : 'stale';
  }

  /** The chunk has a version that this server is not of: no client reads older ones here any more. */
  leaveOut({ chunk, version, generation, part }: FragmentName): void {
    for (const one of this.table.chunks.get(chunk)?.fragments ?? []) {
      if (one.generation !== generation || one.part !== part) continue;
      if (one.leftOutVersion >= version) continue;
      one.leftOutVersion = version;
      this.env.probe('a replica learns that it was left out');
    }
  }

  /**
   * Sets room aside for an entry of the journal, for entries about other chunks are on their way there
   * at the same time. Gives what that entry ends with in place of `done`; undefined: there is no room.
   */
  takeRoom(bytes: number, done: Ended): Ended | undefined {
    const { table, options } = this;
    if (table.usedBytes + this.comingBytes + bytes > options.place.capacityBytes) return undefined;
    const coming = Math.max(0, bytes);
    this.comingBytes += coming;
    return (fault) => {
      this.comingBytes -= coming;
      done(fault);
    };
  }

  /**
   * Takes a fragment out of service: its bytes are not what was written. It stays on the disk until a
   * plan erases it.
   */
  quarantine(fragment: Fragment, why: string): void {
    if (fragment.fault !== null) return;
    this.table.setBad(fragment);
    const { number, chunk } = fragment;
    this.env.probe('fragment in quarantine');
    this.env.log('fragment in quarantine', { chunk, part: fragment.part, why });
    // Should that fail, the next life finds out anew.
    this.journal.append(chunk, { kind: 'bad', number, fault: 'bad' }, () => {});
    this.tellBad(fragment);
  }

  tellBad(fragment: Fragment): void {
    const { chunk, version, previousVersion, generation, part, fault } = fragment;
    if (this.leader === '' || fault === null) return;
    const { server, life } = this;
    const name = { chunk, generation, part };
    this.send(this.leader, { kind: 'fragment-bad', ...name, version, server, life, fault });
    if (!fragment.isStill(previousVersion)) return;
    const before = { ...name, version: previousVersion };
    this.send(this.leader, { kind: 'fragment-bad', ...before, server, life, fault });
  }
}
