import { hashString, type LadderOptions, mix } from '../../src/index.ts';
import { type Command, decodeCommand } from '../../src/systems/raft/kv-codec.ts';
import { settingsFrom } from '../../src/systems/raft/settings.ts';
import type { Entry } from '../../src/systems/raft/types.ts';
import type { MachineReader, SessionReader } from '../../src/systems/raft/view.ts';

/** What one committed entry does to the state machine. */
export interface Effect {
  readonly client: number;
  readonly sequence: number;
  /** The key that the command names; empty for entries without a command. */
  readonly key: string;
  /** The value of that key afterwards; undefined when unset. */
  readonly value: string | undefined;
  /** The session of the client afterwards; undefined when it is expired or was never opened. */
  readonly session: SessionReader | undefined;
  /** The client whose session had to make room; 0: none. */
  readonly expired: number;
  /** Whether the command took effect now, not by an earlier copy. */
  readonly first: boolean;
  /** Hash of the whole state afterwards. */
  readonly state: number;
}

/** A state machine driven by the canonical chain, as rungs and ledger use it. */
export type ChainModel = Pick<MachineModel, 'effect' | 'apply' | 'prune'>;

/** For ladders of another state machine, which has a model of its own: knows no effect. */
export const noModel: ChainModel = { effect: () => undefined, apply() {}, prune() {} };

/** Sums of hashes stay below this, so that they are exact. */
const modulus = 2 ** 52;

/**
 * The state machine by the book, driven by the canonical chain: a map of strings, and per client the
 * newest write with its answer; the least recently used session makes room when the table is full.
 * Written from that description, not from the system's code, so that the two can disagree.
 *
 * Its hash is a sum over all parts, so a write costs the same however large the state is.
 */
export class MachineModel {
  readonly values: Map<string, string> = new Map();
  readonly sessions: Map<number, SessionReader> = new Map();
  readonly expired: Set<number> = new Set();
  readonly #capacity: number;
  /** What each key adds to the hash of the state. */
  readonly #hashes: Map<string, number> = new Map();
  #state = 0;
  #effects: Effect[] = [];
  #from = 1;

  constructor(config: LadderOptions['config']) {
    this.#capacity = settingsFrom(config).sessions;
  }

  /** What the entry at an index did; undefined when it is not committed, or long ago. */
  effect(index: number): Effect | undefined {
    return this.#effects[index - this.#from];
  }

  /** Takes the next committed entry. */
  apply(entry: Entry): void {
    const command = entry.kind === 'command' ? readCommand(entry.data) : undefined;
    this.#effects.push(
      command === undefined ? this.#nothing() : this.#execute(command, entry.index),
    );
  }

  prune(below: number): void {
    const stale = below - this.#from;
    if (stale < 1_024) return;
    this.#effects = this.#effects.slice(stale);
    this.#from = below;
  }

  #nothing(): Effect {
    return {
      client: 0,
      sequence: 0,
      key: '',
      value: undefined,
      session: undefined,
      expired: 0,
      first: false,
      state: this.#state,
    };
  }

  #execute(command: Command, index: number): Effect {
    const { client, sequence, key } = command;
    const known = this.sessions.get(client);
    let expired = 0;
    const first = known === undefined ? !this.expired.has(client) : sequence > known.sequence;
    if (first) {
      const swapped = this.#change(command);
      expired = this.#open(client, { sequence, index, swapped });
    }
    return {
      client,
      sequence,
      key,
      value: this.values.get(key),
      session: this.sessions.get(client),
      expired,
      first,
      state: this.#state,
    };
  }

  #change({ operation, key, value, expected }: Command): boolean {
    const old = this.values.get(key);
    switch (operation) {
      case 'put':
        this.#set(key, value);
        return false;
      case 'append':
        this.#set(key, (old ?? '') + value);
        return false;
      case 'cas':
        if ((old ?? null) !== expected) return false;
        this.#set(key, value);
        return true;
      case 'delete':
        this.#set(key, undefined);
        return old !== undefined;
      default:
        return false;
    }
  }

  #set(key: string, value: string | undefined): void {
    const old = this.#hashes.get(key);
    if (old !== undefined) this.#add(-old);
    if (value === undefined) {
      this.values.delete(key);
      this.#hashes.delete(key);
      return;
    }
    const hash = valueHash(key, value);
    this.values.set(key, value);
    this.#hashes.set(key, hash);
    this.#add(hash);
  }

  /** Gives the client whose session had to make room; 0: none. */
  #open(client: number, session: SessionReader): number {
    this.#close(client);
    let oldest = 0;
    if (this.sessions.size >= this.#capacity) {
      oldest = this.sessions.keys().next().value as number;
      this.#close(oldest);
      this.expired.add(oldest);
      this.#add(expiredHash(oldest));
    }
    this.sessions.set(client, session);
    this.#add(sessionHash(client, session));
    return oldest;
  }

  #close(client: number): void {
    const session = this.sessions.get(client);
    if (session === undefined) return;
    this.sessions.delete(client);
    this.#add(-sessionHash(client, session));
  }

  #add(hash: number): void {
    this.#state = (this.#state + (hash < 0 ? hash + modulus : hash)) % modulus;
  }
}

/** Hash of a whole state machine, comparable with `Effect.state`. Costs as much as the state is large. */
export function stateHash({
  values,
  sessions,
  expired,
}: Pick<MachineReader, 'values' | 'sessions' | 'expired'>): number {
  let sum = 0;
  for (const [key, value] of values) sum = (sum + valueHash(key, value)) % modulus;
  for (const [client, session] of sessions) sum = (sum + sessionHash(client, session)) % modulus;
  for (const client of expired) sum = (sum + expiredHash(client)) % modulus;
  return sum;
}

function valueHash(key: string, value: string): number {
  return mix(hashString(key), hashString(value)) % modulus;
}

function sessionHash(client: number, { sequence, index, swapped }: SessionReader): number {
  return mix(mix(client, sequence), mix(index, swapped ? 1 : 2)) % modulus;
}

function expiredHash(client: number): number {
  return mix(client, 0x65787069) % modulus;
}

/** A command that cannot be read does nothing here; the node that applies it has to say why. */
function readCommand(data: Uint8Array): Command | undefined {
  try {
    return decodeCommand(data);
  } catch {
    return undefined;
  }
}
