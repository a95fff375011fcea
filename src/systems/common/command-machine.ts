/** Some hundred years in: what is added to a time stays an exact integer. */
export const endOfTimeUs: number = 2 ** 52;

/** The tables that commands change. */
export interface CommandState {
  /** Index of the last entry that was applied. */
  applied: number;
  /** Takes what an entry has touched back into the sum of the hash. */
  settle(): void;
  hash(): string;
  save(): Uint8Array;
}

/** An entry of the log, as far as a machine looks at it. */
export interface CommandEntry {
  readonly index: number;
  /** Entries of any other kind than `command` only count. */
  readonly kind: string;
  readonly data: Uint8Array;
}

/**
 * Tables as a replicated state machine (`ReplicatedMachine` of Raft). Deterministic: equal entries
 * give equal replies, equal hashes and equal bytes. It knows no clock: time comes in entries.
 */
export abstract class CommandMachine<State extends CommandState, Envelope, Reply> {
  state: State;
  /** Whether the last reply was one given before, to an earlier copy of the request. */
  repeated: boolean = false;

  constructor(state: State) {
    this.state = state;
  }

  get applied(): number {
    return this.state.applied;
  }

  /**
   * Applies the next entry; one that is no command only counts. Throws a RangeError on data that are
   * no command; then nothing has changed.
   */
  apply({ index, kind, data }: CommandEntry): Reply | undefined {
    const { state } = this;
    if (index !== state.applied + 1) throw new Error(`entry ${index} out of order`);
    const envelope = kind === 'command' ? this.decode(data) : null;
    state.applied = index;
    this.repeated = false;
    const reply = envelope === null ? undefined : this.carryOut(envelope);
    state.settle();
    return reply;
  }

  /** 16 hex digits; equal states have equal ones. */
  hash(): string {
    return this.state.hash();
  }

  save(): Uint8Array {
    return this.state.save();
  }

  /** Throws a RangeError on bytes that `save` did not make; then nothing has changed. */
  restore(bytes: Uint8Array): void {
    this.state = this.restored(bytes);
  }

  /** Throws a RangeError on bytes that are no command. */
  protected abstract decode(data: Uint8Array): Envelope;

  /** The state that `bytes` are, under the settings of today's. */
  protected abstract restored(bytes: Uint8Array): State;

  /** Does what a command says, as the entry `applied`. */
  protected abstract carryOut(envelope: Envelope): Reply;
}
