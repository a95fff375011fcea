import type { DiskError } from '../../../sim/disk-contract.ts';
import type { Env } from '../../../sim/env.ts';
import type { NodeId } from '../../../sim/message.ts';
import { Alarms } from '../../common/alarms.ts';
import { diskIn } from '../../common/directory-disk.ts';
import { type JournalFormat, RecordJournal } from '../../raft/record-journal.ts';
import type { Ciphers } from '../crypto/ciphers.ts';
import type { MeshEnd } from '../mesh/mesh.ts';
import type {
  OrchestratorMessage,
  OrchestratorWireMessage,
} from '../messages/orchestrator-codec.ts';
import type { ContainerRuntime } from '../runtime/container-runtime.ts';
import type { ImageBook } from '../runtime/image.ts';
import type { Machine } from '../runtime/machine.ts';
import { SimulatedRuntime } from '../runtime/simulated-runtime.ts';
import type { NodeDescription } from '../specs/node-spec.ts';
import type { OrchestratorTimings } from '../timings.ts';
import {
  encodeWorkerCheckpoint,
  encodeWorkerRecord,
  type WorkerCheckpoint,
  type WorkerRecord,
} from './journal-format.ts';
import { LocalTables } from './local-tables.ts';
import { SecretStore } from './secret-store.ts';
import { GivenToken, type TokenSource } from './token-source.ts';
import { WorkerState } from './worker-state.ts';

/** What makes a worker. */
export interface WorkerOptions {
  /** Names of managers to begin with. */
  readonly managers: readonly NodeId[];
  /** The name that the node is to have in the cluster, unless whoever gives the token says another. */
  readonly name: string;
  /** With which it joins while it has no certificate: see `parseToken`. */
  readonly token: string | ((env: Env<OrchestratorWireMessage>) => TokenSource);
  readonly description: NodeDescription;
  readonly timings: OrchestratorTimings;
  readonly ciphers: Ciphers;
  readonly images: ImageBook;
  /** The machine that it runs on: whoever wants to know what is true there keeps it. */
  readonly machine: Machine;
}

/** The directory of the journal. */
export const workerDirectory: string = 'worker';

/** How long a worker waits before it asks a disk again that failed. */
export const diskRetryUs: number = 100_000;

/** After so many records the journal is cut, but never before it is longer than its checkpoint. */
const leastEntries = 128;

const format: JournalFormat<WorkerRecord, WorkerCheckpoint, DiskError> = {
  segmentBytes: 65_536,
  encodeRecord: encodeWorkerRecord,
  encodeCheckpoint: encodeWorkerCheckpoint,
  faultOf: (error) => error,
};

/** What all parts of a worker share in one life. */
export class WorkerCore {
  readonly env: Env<OrchestratorWireMessage>;
  readonly options: WorkerOptions;
  /** `recovering`: it reads its disk, and does nothing else. */
  phase: 'recovering' | 'working' = 'recovering';
  state: WorkerState = new WorkerState();
  readonly journal: RecordJournal<WorkerRecord, WorkerCheckpoint, DiskError>;
  readonly runtime: ContainerRuntime;
  readonly alarms: Alarms;
  readonly secrets: SecretStore = new SecretStore();
  readonly tables: LocalTables = new LocalTables();
  readonly tokens: TokenSource;
  /** Its end of the mesh, once it has a key. */
  mesh: MeshEnd | null = null;
  /** Reading of the monotonic clock at which the lease ends; 0: it never had one. */
  leaseUntilUs = 0;
  /** It has a session, as far as it knows. */
  connected = false;
  /** In the present session it was told what is its own. */
  synced = false;
  /** The deadline of a drain has come: nothing is to run here. */
  drained = false;
  /** A container has ended. */
  exited: (task: string) => void = () => {};
  private cutting = false;

  constructor(env: Env<OrchestratorWireMessage>, options: WorkerOptions) {
    this.env = env;
    this.options = options;
    const { token, name } = options;
    this.tokens = typeof token === 'string' ? new GivenToken({ token, name }) : token(env);
    this.alarms = new Alarms(env, 'worker');
    this.journal = new RecordJournal(
      diskIn(env.disk, workerDirectory),
      (sequence) => env.random.below(0x1_0000_0000, 'journal-salt', sequence),
      format,
      (record) => this.state.play(record),
    );
    this.runtime = new SimulatedRuntime(env, options.machine, options.images, (id) =>
      this.exited(id),
    );
  }

  get leaseHolds(): boolean {
    return this.env.clock.monotonicUs() < this.leaseUntilUs;
  }

  send(to: NodeId, message: OrchestratorMessage): void {
    this.env.network.send(to, message);
  }

  /** Makes a record durable, however often the disk fails, then calls back: it is played by then. */
  commit(record: WorkerRecord, done: () => void): void {
    this.tryCommit(record, (error) => {
      if (error === null) done();
      else this.alarms.after(diskRetryUs, () => this.commit(record, done));
    });
  }

  /** Makes a record durable, or tells why it may not be. */
  tryCommit(record: WorkerRecord, done: (error: DiskError | null) => void): void {
    this.journal.append(0, record, (error) => {
      if (error !== null) this.env.probe('worker journal failed');
      done(error);
      this.considerCut();
    });
  }

  private considerCut(): void {
    const { journal, state } = this;
    if (this.cutting || journal.entriesSince < leastEntries + 2 * state.tasks.size) return;
    this.cutting = true;
    journal.cut(journal.mark(), state.checkpoint(), (error) => {
      this.cutting = false;
      if (error !== null) this.env.log('checkpoint failed', { code: error.code });
    });
  }

  /** Bytes that nobody can guess. */
  freshSeed(name: string): Uint8Array {
    const seed = new Uint8Array(32);
    for (let at = 0; at < 32; at++) seed[at] = this.env.random.below(256, name, at);
    return seed;
  }
}
