import type { Disk, DiskError } from '../../../sim/disk-contract.ts';
import type { Env } from '../../../sim/env.ts';
import type { NodeId } from '../../../sim/message.ts';
import { diskIn } from '../../common/directory-disk.ts';
import { segmentSequence } from '../../raft/wal-format.ts';
import type { StorageWireMessage } from '../messages/storage-codec.ts';
import { Beats } from './beats.ts';
import { journalDirectory } from './journal.ts';
import { takePart } from './parts.ts';
import { startRetryUs } from './read-patiently.ts';
import { takeRead } from './reading.ts';
import type { RecoveredServer } from './recovery.ts';
import { Scrub } from './scrub.ts';
import { type ChunkServerOptions, ServerCore } from './server-core.ts';
import { Startup } from './startup.ts';
import { fragmentDirectory } from './sums-format.ts';
import { Tasks } from './tasks.ts';
import { takeSetVersion } from './versions.ts';
import { writeAgain } from './write-again.ts';
import { takeWrite } from './write-chain.ts';

/** One life of a chunkserver. */
export class ChunkServer {
  readonly core: ServerCore;
  private readonly beats: Beats;
  private readonly tasks: Tasks;
  private readonly scrub: Scrub;

  constructor(env: Env<StorageWireMessage>, options: ChunkServerOptions) {
    this.core = new ServerCore(env, options);
    this.beats = new Beats(this.core);
    this.tasks = new Tasks(this.core);
    this.scrub = new Scrub(this.core);
  }

  start(): void {
    const { env } = this.core;
    this.beats.start();
    const journal = diskIn(env.disk, journalDirectory);
    const fragments = diskIn(env.disk, fragmentDirectory);
    new Startup(env, journal, fragments, (recovered, files) => {
      this.take(recovered);
      this.settle(recovered, journal, files);
    }).begin();
  }

  private take({ table, empty, lost, owesFloor, reason }: RecoveredServer): void {
    const { core } = this;
    const { env } = core;
    core.table = table;
    // An empty disk is right only once; later it is another disk, and all promises are gone with the first.
    core.owesFloor = owesFloor || lost || (empty && !env.firstBoot);
    if (empty && !env.firstBoot) env.probe('disk found empty');
    if (lost) {
      env.probe('files lost');
      env.log('files lost', { reason, quarantined: table.bad.size });
    }
  }

  /**
   * Brings all that the journal told into the files and begins a new one. No sync of a life before is
   * trusted: what is in the cache now may never have reached the disk, and no sync would write it. So
   * the journal itself is written again before anything is written in place that only it can tell of.
   */
  private settle(
    recovered: RecoveredServer,
    disk: Disk,
    told: ReadonlyMap<string, Uint8Array>,
  ): void {
    const { core } = this;
    const { env, table, files, journal, checkpoints } = core;
    const failed = ({ operation, code }: DiskError): void => {
      env.log('start waits for the disk', { operation, code });
      env.timers.set('start', startRetryUs, () => this.settle(recovered, disk, told));
    };
    const { nextIndex, highestSequence, orphans } = recovered;
    const begin = (): void => {
      const checkpoint = table.checkpoint(core.owesFloor);
      journal.begin(nextIndex, highestSequence, checkpoint, [...told.keys()], (error) => {
        if (error === null) this.serve();
        else failed(error);
      });
    };
    const named = (error: DiskError | null): void => {
      if (error === null) begin();
      else failed(error);
    };
    const removed = (error: DiskError | null): void => {
      if (error === null) files.syncNames(named);
      else failed(error);
    };
    const flushed = (): void => files.removeFiles(orphans, removed);
    // Where the files say all that it tells, nothing is written in place.
    const segments = [...told].filter(
      ([name, bytes]) => table.dirty.size > 0 && segmentSequence(name) > 0 && bytes.length > 0,
    );
    writeAgain(disk, new Map(segments), (error) => {
      if (error === null) checkpoints.flushAll([...table.dirty], flushed, failed);
      else failed(error);
    });
  }

  private serve(): void {
    const { core } = this;
    core.phase = 'serving';
    core.checkpoints.start();
    this.scrub.start();
    // It is not waited for until the next beat is due.
    this.beats.start();
  }

  message(from: NodeId, message: StorageWireMessage): void {
    const { core } = this;
    switch (message.kind) {
      case 'write-bytes':
        takeWrite(core, from, message);
        return;
      case 'read-blocks':
        takeRead(core, from, message);
        return;
      case 'put-part':
        takePart(core, from, message);
        return;
      case 'blocks-read':
      case 'bytes-written':
      case 'part-put':
        core.requests.answer(from, message);
        return;
      case 'beat-heard':
        this.beats.heard(from, message);
        return;
      case 'set-version':
        takeSetVersion(core, from, message);
        return;
      case 'adopt':
      case 'copy-fragment':
      case 'rebuild-part':
      case 'encode':
      case 'erase-fragment':
      case 'verify-fragment':
        this.tasks.take(from, message);
    }
  }
}
