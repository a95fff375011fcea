import type { Env } from '../../../sim/env.ts';
import type { NodeId } from '../../../sim/message.ts';
import type { Recall } from '../messages/metadata-messages.ts';
import type { StorageWireMessage } from '../messages/storage-codec.ts';
import type { Attributes } from '../metadata/queries.ts';
import { ChainWriter } from './chain-writer.ts';
import { ChunkReader } from './chunk-reader.ts';
import { ChunkWriter } from './chunk-writer.ts';
import { ClientSession } from './client-session.ts';
import type { ClientSettings } from './client-settings.ts';
import { FileData } from './file-data.ts';
import { type FileErrno, FileError } from './file-error.ts';
import { MasterLink } from './master-link.ts';
import { MetadataAccess } from './metadata-access.ts';
import { Operation, type OperationStep } from './operation.ts';
import { PathWalker, type Place } from './path-walker.ts';
import { RequestTable } from './request-table.ts';
import { type ClientCounters, newCounters } from './slices.ts';
import { StripeWriter } from './stripe-writer.ts';
import { WriteLeases } from './write-leases.ts';

/** Times that a path is walked anew when something on it went away meanwhile. */
const mostWalks = 3;

/** The parts of a client and how they hang together; what all its operations have in common. */
export class ClientCore {
  readonly counters: ClientCounters = newCounters();
  protected readonly env: Env<StorageWireMessage>;
  protected readonly settings: ClientSettings;
  protected readonly masters: MasterLink;
  protected readonly session: ClientSession;
  protected readonly metadata: MetadataAccess;
  protected readonly leases: WriteLeases;
  protected readonly data: FileData;
  protected readonly walker: PathWalker;
  private readonly requests: RequestTable;
  private stopped: boolean = false;

  constructor(env: Env<StorageWireMessage>, settings: ClientSettings) {
    this.env = env;
    this.settings = settings;
    this.requests = new RequestTable(env);
    this.masters = new MasterLink(env, settings, this.requests);
    this.session = new ClientSession(env, settings, this.masters);
    this.metadata = new MetadataAccess(env, settings, this.masters, this.session);
    this.leases = new WriteLeases(env, settings, this.masters, this.session);
    this.walker = new PathWalker(settings, this.metadata);
    const { counters, masters: link, metadata, requests, session, leases } = this;
    const reader = new ChunkReader(settings, requests, link, counters);
    const data = new FileData(settings, link, metadata, reader, counters);
    data.writer = new ChunkWriter({
      settings,
      link,
      session,
      metadata,
      leases,
      chain: new ChainWriter(env, settings, requests, link, session),
      stripes: new StripeWriter(settings, requests, session, counters),
      readChunk: (operation, inode, index, to) => data.readContent(operation, inode, index, to),
    });
    this.data = data;
    session.onLost = () => this.forget();
  }

  /** Begins to open a session; operations wait for it. */
  start(): void {
    this.watchLeases();
    void this.session.ready(this.begin('mount', '/')).catch(ignoreFileError);
  }

  /** Ends this life: nothing under way goes on, and nothing is sent any more. */
  stop(): void {
    this.stopped = true;
    this.masters.stop();
    this.session.stop();
    this.requests.close();
    this.env.timers.cancel('idle-leases');
    this.env.timers.cancel('renew-session');
  }

  /** The session in which files are open now; 0: none. */
  get sessionId(): number {
    return this.session.id;
  }

  /** Hands over what came in. Messages that are of no concern are ignored. */
  receive(from: NodeId, message: StorageWireMessage): void {
    if (this.stopped || this.requests.receive(from, message)) return;
    if (message.kind === 'recall') this.recalled(from, message);
  }

  /** Answers once nothing that runs relies on what is recalled; a write lease goes back by itself. */
  private recalled(from: NodeId, { recall, term, session, keys, chunkIndex }: Recall): void {
    this.env.probe('client recall');
    const [first] = keys;
    if (chunkIndex !== null && first !== undefined) {
      if (session === this.session.id) void this.leases.recall(first.inode, chunkIndex);
      return;
    }
    const dropped = keys.flatMap((key) => this.metadata.cache.drop(key));
    void Promise.all(dropped.map((entry) => entry.unused())).then(() => {
      if (!this.stopped) this.env.network.send(from, { kind: 'recalled', recall, term, session });
    });
  }

  private watchLeases(): void {
    this.env.timers.set('idle-leases', this.settings.idleReleaseUs, () => {
      this.leases.releaseIdle();
      this.watchLeases();
    });
  }

  /** The session is gone, and with it all that was held and kept. */
  private forget(): void {
    this.metadata.cache.clear();
    this.leases.clear();
    this.data.clear();
    void this.session.ready(this.begin('mount', '/')).catch(ignoreFileError);
  }

  protected get isStrict(): boolean {
    return this.settings.mode === 'strict';
  }

  private begin(name: string, path: string): Operation {
    return new Operation(this.env, name, path, this.settings.deadlineUs);
  }

  /** Runs an operation. `steps` is given what it asked of the masters. */
  protected async run<T>(
    name: string,
    path: string,
    steps: OperationStep[] | undefined,
    body: (operation: Operation) => Promise<T>,
  ): Promise<T> {
    const operation = this.begin(name, path);
    try {
      return await body(operation);
    } finally {
      operation.end();
      steps?.push(...operation.steps);
    }
  }

  /** Runs an operation on a place; again when the way there broke while it ran. */
  protected onPath<T>(
    name: string,
    path: string,
    steps: OperationStep[] | undefined,
    follow: boolean,
    body: (operation: Operation, place: Place) => Promise<T>,
  ): Promise<T> {
    return this.run(name, path, steps, (operation) =>
      this.whileStale(operation, async () =>
        body(operation, await this.walker.walk(operation, path, follow)),
      ),
    );
  }

  /** An inode that is gone was found by a name that no longer leads there: the name is looked up anew. */
  protected async whileStale<T>(operation: Operation, body: () => Promise<T>): Promise<T> {
    for (let nth = 1; ; nth++) {
      try {
        return await body();
      } catch (error) {
        if (!(error instanceof FileError) || error.unknown || error.errno !== 'ESTALE') throw error;
        if (nth === mostWalks || operation.isOver) throw operation.error('ENOENT');
        this.metadata.cache.clear();
      }
    }
  }

  /** A place where there is something. What a slash follows is a directory. */
  protected existing(operation: Operation, place: Place): Place {
    if (place.inode === 0) throw operation.error('ENOENT');
    if (place.slash && place.kind !== 'directory') throw operation.error('ENOTDIR');
    return place;
  }

  /**
   * A name to make something under; the root, `.` and `..` are always there already.
   * @param bare what is wrong with a slash behind a name that is free, for what is no directory
   */
  protected nameable(operation: Operation, place: Place, bare: FileErrno | null): Place {
    if (place.name === '') throw operation.error('EEXIST');
    if (place.slash && bare !== null) {
      if (place.inode === 0) throw operation.error(bare);
      if (place.kind !== 'directory') throw operation.error('ENOTDIR');
    }
    return place;
  }

  /** Where a directory or something else comes to stand, as a slash behind the name tells. */
  protected nameableFor(operation: Operation, source: Place, place: Place): Place {
    return this.nameable(operation, place, source.kind === 'directory' ? null : 'ENOTDIR');
  }

  /** A name to take something away from: unlink(2), rmdir(2). */
  protected removable(operation: Operation, { last }: Place, kind: string): void {
    if (last === 'name') return;
    if (kind === 'unlink') throw operation.error('EISDIR');
    // A directory above is never empty.
    const faults = { '.': 'EINVAL', '..': 'ENOTEMPTY', root: 'EBUSY' } as const;
    throw operation.error(faults[last]);
  }

  /** A name that is moved, or moved to: rename(2). */
  protected movable(operation: Operation, { last }: Place): void {
    if (last === 'root') throw operation.error('EBUSY');
    if (last !== 'name') throw operation.error('EINVAL');
  }

  /** What stat(2) tells, with what is still buffered here. */
  protected async attributesOf(
    operation: Operation,
    inode: number,
    known: Attributes | null,
  ): Promise<Attributes> {
    const query = { kind: 'attributes', inode } as const;
    const attributes =
      known ?? (await this.metadata.ask(operation, query, 'attributes')).attributes;
    const bufferedEnd = this.data.bufferedEnd(inode);
    return bufferedEnd <= attributes.sizeBytes
      ? attributes
      : { ...attributes, sizeBytes: bufferedEnd };
  }

  /** Sets a file's length, after all that was written before has arrived. */
  protected async resize(operation: Operation, inode: number, sizeBytes: number): Promise<void> {
    await this.data.flush(operation, inode);
    const command = { kind: 'truncate', inode, sizeBytes } as const;
    const first = Math.floor(sizeBytes / this.settings.storage.chunkBytes);
    const release = () => this.leases.release(inode, first);
    await this.metadata.change(operation, command, [{ inode, name: '' }], () =>
      this.session.callWhenFree(operation, command, release),
    );
  }
}

/** For what nobody waits for. */
function ignoreFileError(error: unknown): void {
  if (!(error instanceof FileError)) throw error;
}
