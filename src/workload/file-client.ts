import type { FileHistory } from './file-history.ts';
import { type FileIntent, isSlotKind, type PathAction, type SlotAction } from './file-intents.ts';
import type {
  FileAnswer,
  FileCall,
  FileHost,
  FileMode,
  FileOpenFlags,
  RemovedFile,
} from './file-protocol.ts';
import { writtenBytes } from './written-bytes.ts';

/** What makes one client. */
export interface FileClientOptions {
  /** Which client it is, and of how many. */
  readonly index: number;
  readonly count: number;
  readonly mode: FileMode;
  /** Operations that may be open at a time. */
  readonly lanes: number;
  /** Its own intents. */
  readonly intents: readonly FileIntent[];
  readonly history: FileHistory;
}

interface Slot {
  readonly handle: number;
  readonly path: string;
  readonly writable: boolean;
}

type Timed<Action> = Action & { readonly client: number; readonly atUs: number };

const readAndWrite: FileOpenFlags = {
  read: true,
  write: true,
  create: false,
  exclusive: false,
  truncate: false,
};

/** Carries out the intents of one client, in order, some at a time, and records what comes of them. */
export class FileClient {
  private readonly options: FileClientOptions;
  /** All intents but restarts, and when those are. */
  private readonly work: readonly Exclude<FileIntent, { readonly do: 'restart' }>[];
  private readonly restartsUs: readonly number[];
  /** The next of the intents; no life does one again. */
  private next: number = 0;
  private life: number = 0;
  private slots: Map<number, Slot> = new Map();
  /** Operations that are open, by process. */
  private readonly open: Map<number, number> = new Map();
  // Processes are never used twice, by no life.
  private identities: number = 0;
  private startUs: number = 0;
  /** The inode that a path led to when it was last seen, and those whose names were taken away since. */
  private readonly inodes: Map<string, number> = new Map();
  private readonly removed: number[] = [];
  /** What it has seen in the trash, whoever removed it. */
  private readonly listed: number[] = [];
  /** Where it has made snapshots that it has not removed yet. */
  private readonly snapshots: string[] = [];

  constructor(options: FileClientOptions) {
    this.options = options;
    const { intents } = options;
    this.work = intents.filter((intent) => intent.do !== 'restart');
    this.restartsUs = intents.flatMap(({ do: what, atUs }) => (what === 'restart' ? [atUs] : []));
  }

  /** A life of the node begins. */
  begin(host: FileHost): void {
    if (this.life === 0) this.startUs = host.env.clock.monotonicUs();
    this.newLife(host);
  }

  private newLife(host: FileHost): void {
    this.life += 1;
    this.slots = new Map();
    for (const operation of this.open.values()) {
      this.options.history.abandon(operation, host.env.clock.monotonicUs());
    }
    this.open.clear();
    for (let lane = 0; lane < this.options.lanes; lane++) void this.lane(host, this.life);
    void this.endLife(host);
  }

  /** The next restart comes at its time, whatever is under way. */
  private async endLife(host: FileHost): Promise<void> {
    const atUs = this.restartsUs[this.life - 1];
    if (atUs === undefined) return;
    const waitUs = this.startUs + atUs - host.env.clock.monotonicUs();
    await host.env.sleep(Math.max(0, waitUs));
    this.options.history.note('restart/client');
    host.restart();
    this.newLife(host);
  }

  /** One intent after the other, none before its time; ends with the life. */
  private async lane(host: FileHost, life: number): Promise<void> {
    const { index, count } = this.options;
    const { work: intents } = this;
    let process = index + count * this.identities++;
    while (this.next < intents.length) {
      const intent = intents[this.next]!;
      this.next += 1;
      const waitUs = this.startUs + intent.atUs - host.env.clock.monotonicUs();
      if (waitUs > 0) await host.env.sleep(waitUs);
      if (this.life !== life) return;
      const perform = async (call: FileCall, writer: number = 0): Promise<FileAnswer> => {
        const answer = await this.perform(host, process, call, writer);
        // What has no known end is still open, by the rules of histories.
        if (answer.unknown) process = index + count * this.identities++;
        return answer;
      };
      if (isSlotKind(intent.do)) await this.onSlot(intent as Timed<SlotAction>, perform);
      else await this.onPath(plain(intent as Timed<PathAction>), perform);
      if (this.life !== life) return;
    }
  }

  private async onPath(action: PathAction, perform: Perform): Promise<void> {
    if (action.do === 'restore') {
      const inode = this.removed.pop() ?? this.listed.pop();
      if (inode === undefined) return;
      const { errno } = await perform({ ...action, inode });
      // Another name may be free.
      if (errno !== null && errno !== 'ENOENT') this.removed.push(inode);
      return;
    }
    if (action.do === 'purge') {
      await this.purge(action.path, perform);
      return;
    }
    if (action.do === 'remove-snapshot') {
      const { do: what, own } = action;
      const path = (own ? this.snapshots.pop() : undefined) ?? action.path;
      await perform({ do: what, path });
      return;
    }
    const { result } = await perform(action);
    const { do: what, path } = action;
    if (action.do === 'snapshot' && result.kind === 'number') this.snapshots.push(action.newPath);
    if (result.kind === 'trash') this.noteListed(result.files);
    if (result.kind === 'facts') this.inodes.set(path, result.facts.inode);
    if (what.startsWith('create') && result.kind === 'number') this.inodes.set(path, result.number);
    if (what !== 'unlink') return;
    // Done or not: whoever asks for it is told.
    const inode = this.inodes.get(path);
    if (inode !== undefined) this.removed.push(inode);
  }

  /** What was seen in the trash last is purged, by whomever it was removed; first it is looked for. */
  private async purge(path: string, perform: Perform): Promise<void> {
    if (this.listed.length === 0) {
      const { result } = await perform({ do: 'list-trash', path });
      if (result.kind === 'trash') this.noteListed(result.files);
    }
    const inode = this.listed.pop() ?? this.removed.at(-1);
    if (inode === undefined) return;
    const { errno } = await perform({ do: 'purge', path, inode });
    // It is asked for all the same, later: it must not come back.
    if (errno === null) this.removed.push(inode);
  }

  private noteListed(files: readonly RemovedFile[]): void {
    this.listed.length = 0;
    for (const { inode } of files) this.listed.push(inode);
  }

  private async perform(
    host: FileHost,
    process: number,
    call: FileCall,
    writer: number,
  ): Promise<FileAnswer> {
    const { history, index: client, mode } = this.options;
    const { clock } = host.env;
    const invocation = { process, client, life: this.life, mode, call, writer };
    const operation = history.begin(invocation, clock.monotonicUs());
    this.open.set(process, operation);
    const answer = await host.perform(call);
    // The client began anew in the same step: the history has it as abandoned.
    if (this.open.get(process) !== operation) return answer;
    this.open.delete(process);
    history.end(operation, answer, clock.monotonicUs());
    return answer;
  }

  private async onSlot(intent: SlotAction, perform: Perform): Promise<void> {
    const { slot } = intent;
    if (intent.do === 'reopen') {
      await this.closeSlot(slot, perform);
      await this.openSlot(slot, intent.path, intent.flags, perform);
      return;
    }
    if (intent.do === 'close') {
      await this.closeSlot(slot, perform);
      return;
    }
    if (!this.slots.has(slot)) {
      // Who only looks makes nothing.
      const create = intent.do !== 'read' && intent.do !== 'fstat';
      await this.openSlot(slot, intent.path, { ...readAndWrite, create }, perform);
    }
    const file = this.slots.get(slot);
    if (file === undefined) return;
    const answer = await this.onFile(intent, file, perform);
    // The session went, and the handle with it.
    if (answer?.errno === 'ESTALE') this.slots.delete(slot);
  }

  private async openSlot(
    slot: number,
    path: string,
    flags: FileOpenFlags,
    perform: Perform,
  ): Promise<void> {
    const answer = await perform({ do: 'open', path, flags });
    if (answer.result.kind !== 'number') return;
    this.inodes.set(path, answer.inode);
    this.slots.set(slot, { handle: answer.result.number, path, writable: flags.write });
  }

  private async closeSlot(slot: number, perform: Perform): Promise<void> {
    const file = this.slots.get(slot);
    if (file === undefined) return;
    this.slots.delete(slot);
    await perform({ do: 'close', handle: file.handle, path: file.path });
  }

  private onFile(
    intent: Exclude<SlotAction, { readonly do: 'reopen' | 'close' }>,
    { handle, path }: Slot,
    perform: Perform,
  ): Promise<FileAnswer | undefined> {
    const file = { handle, path };
    switch (intent.do) {
      case 'read':
        return perform({ ...file, do: 'read', offset: intent.offset, length: intent.length });
      case 'write':
      case 'append': {
        const writer = this.options.history.nextWriter();
        if (writer === 0) return Promise.resolve(undefined);
        const bytes = writtenBytes(writer, intent.length);
        return intent.do === 'write'
          ? perform({ ...file, do: 'write', offset: intent.offset, bytes }, writer)
          : perform({ ...file, do: 'append', bytes }, writer);
      }
      case 'ftruncate':
        return perform({ ...file, do: 'ftruncate', sizeBytes: intent.sizeBytes });
      case 'lock':
      case 'unlock':
      case 'test-lock':
        return perform({ ...file, do: intent.do, lock: intent.lock });
      default:
        return perform({ ...file, do: intent.do });
    }
  }
}

type Perform = (call: FileCall, writer?: number) => Promise<FileAnswer>;

/** The call alone, as it is recorded. */
function plain({ client: _client, atUs: _atUs, ...action }: Timed<PathAction>): PathAction {
  return action;
}
