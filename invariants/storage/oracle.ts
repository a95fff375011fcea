import { hashBytes } from '../../src/index.ts';
import type { Entry } from '../../src/systems/raft/types.ts';
import type { Envelope } from '../../src/systems/storage/metadata/command.ts';
import { decodeEnvelope } from '../../src/systems/storage/metadata/command-codec.ts';
import { MetadataMachine } from '../../src/systems/storage/metadata/machine.ts';
import type { Reply } from '../../src/systems/storage/metadata/reply.ts';
import type { StorageSettings } from '../../src/systems/storage/metadata/settings.ts';
import type { MetadataCell, MetadataState } from '../../src/systems/storage/metadata/state.ts';
import { InodePast } from './inode-past.ts';
import { succeed } from './model-commands.ts';
import { isTrue } from './model-errors.ts';
import { ModelFiles } from './model-files.ts';
import { TablePast } from './table-past.ts';

/** What one committed entry did. */
export interface Applied {
  readonly index: number;
  readonly term: number;
  /** Hash of its bytes. */
  readonly data: number;
  /** Null: no command. */
  readonly envelope: Envelope | null;
  readonly reply: Reply | undefined;
  /** The reply was given before, to an earlier copy. */
  readonly repeated: boolean;
  readonly timeUs: number;
  readonly hash: string;
  /** What the model of names says against the reply; empty: nothing. */
  readonly complaint: string;
  /** The first entry of that session and sequence that was carried out; 0: none, or none asked for. */
  readonly firstIndex: number;
}

/**
 * The metadata that the committed log gives, worked out once, whoever committed it first: by a state
 * machine of the checker's own and by the plain model of names and lengths.
 */
export class MetadataOracle {
  readonly machine: MetadataMachine;
  readonly files: ModelFiles = new ModelFiles();
  readonly past: InodePast = new InodePast();
  readonly tables: TablePast = new TablePast();
  /** By index, from 1. */
  readonly #applied: Applied[] = [];
  /** Of the newest batch: its first index, and the rows that it touched, by table, group and key. */
  freshFrom: number = 1;
  readonly touched: Map<string, MetadataCell> = new Map();
  /** By session and sequence. */
  readonly #first: Map<string, number> = new Map();

  constructor(settings: StorageSettings) {
    this.machine = new MetadataMachine(settings);
  }

  get state(): MetadataState {
    return this.machine.state;
  }

  /** Index of the last committed entry. */
  get last(): number {
    return this.#applied.length;
  }

  /** What an entry did; undefined when it is not committed. */
  at(index: number): Applied | undefined {
    return this.#applied[index - 1];
  }

  /** A new batch of entries begins. */
  begin(): void {
    this.freshFrom = this.last + 1;
    this.touched.clear();
    this.files.forget();
  }

  /** Takes the next committed entry. */
  take(entry: Entry): void {
    const { machine } = this;
    const envelope = entry.kind === 'command' ? decodeEnvelope(entry.data) : null;
    const reply = machine.apply(entry);
    const { state, repeated } = machine;
    for (const cell of state.changed) {
      this.touched.set(`${cell.table}/${cell.group}/${cell.key}`, cell);
    }
    this.past.follow(state, entry.index);
    this.tables.follow(state, entry.index);
    this.#applied.push({
      index: entry.index,
      term: entry.term,
      data: hashBytes(entry.data),
      envelope,
      reply,
      repeated,
      timeUs: state.timeUs,
      hash: machine.hash(),
      complaint: this.#follow(envelope, reply),
      firstIndex: this.#firstOf(envelope, entry.index),
    });
  }

  /** The batch is whole: what the tables touched, the model is asked about as well. */
  end(): void {
    const { files } = this;
    for (const cell of this.touched.values()) {
      if (cell.table === 'inodes') files.touchedInodes.add(cell.key as number);
      else if (cell.table === 'dentries') {
        const [directory, name] = [cell.group, cell.key as string];
        files.touchedNames.set(`${directory}/${name}`, { directory, name });
      }
    }
  }

  #follow(envelope: Envelope | null, reply: Reply | undefined): string {
    if (envelope === null || reply === undefined || this.machine.repeated) return '';
    const { files, state } = this;
    if (reply.kind === 'error') {
      return isTrue(files, envelope.command, reply.errno) ? '' : `${reply.errno} is not true`;
    }
    return succeed(files, envelope, reply, state.timeUs, state.settings) ?? '';
  }

  #firstOf(envelope: Envelope | null, index: number): number {
    if (envelope === null || envelope.session === 0) return 0;
    const name = `${envelope.session}/${envelope.sequence}`;
    const first = this.#first.get(name);
    if (first !== undefined) return first;
    this.#first.set(name, index);
    return index;
  }
}
