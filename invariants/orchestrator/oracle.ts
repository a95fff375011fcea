import { hashBytes } from '../../src/index.ts';
import type { Envelope } from '../../src/systems/orchestrator/state/command.ts';
import { decodeEnvelope } from '../../src/systems/orchestrator/state/command-codec.ts';
import { ClusterMachine } from '../../src/systems/orchestrator/state/machine.ts';
import type { Reply } from '../../src/systems/orchestrator/state/reply.ts';
import type { OrchestratorSettings } from '../../src/systems/orchestrator/state/settings.ts';
import type { ClusterState } from '../../src/systems/orchestrator/state/state.ts';
import type { Entry } from '../../src/systems/raft/types.ts';
import { StorePast } from './store-past.ts';

/** What one committed entry did. */
export interface Applied {
  readonly index: number;
  /** Of the entry, not of what it carries. */
  readonly term: number;
  /** Hash of its bytes. */
  readonly data: number;
  /** Of the store after it. */
  readonly hash: string;
  readonly session: number;
  readonly sequence: number;
  /** Of requests of sessions alone; null for all else. */
  readonly reply: Reply | null;
}

/** An entry just after it was applied, for laws that judge one at a time. */
export interface EntryLook {
  readonly index: number;
  readonly term: number;
  readonly timeUs: number;
  readonly envelope: Envelope;
  readonly reply: Reply;
  /** The reply was given before, to an earlier copy. */
  readonly repeated: boolean;
  readonly state: ClusterState;
  readonly past: StorePast;
}

/**
 * The store that the committed log gives, worked out once, whoever committed it first, by a state
 * machine of the checker's own.
 */
export class ClusterOracle {
  readonly past: StorePast = new StorePast();
  readonly #applied: Applied[] = [];
  #machine: ClusterMachine | undefined;
  /** What the state machine threw: nothing is taken after it. */
  fault: unknown;

  /** Undefined before anything was committed. */
  get state(): ClusterState | undefined {
    return this.#machine?.state;
  }

  /** Index of the last committed entry. */
  get last(): number {
    return this.#applied.length;
  }

  /** What an entry did; undefined when it is not committed. */
  at(index: number): Applied | undefined {
    return this.#applied[index - 1];
  }

  /** Takes the next committed entry; gives what there is to judge, if it is a command. */
  take(entry: Entry, settings: OrchestratorSettings): EntryLook | undefined {
    this.#machine ??= new ClusterMachine(settings);
    const machine = this.#machine;
    const envelope = entry.kind === 'command' ? decodeEnvelope(entry.data) : undefined;
    const reply = machine.apply(entry);
    const { state, repeated } = machine;
    this.past.follow(state);
    const session = envelope?.session ?? 0;
    const { index, term } = entry;
    this.#applied.push({
      index,
      term,
      data: hashBytes(entry.data),
      hash: machine.hash(),
      session,
      sequence: envelope?.sequence ?? 0,
      reply: isAsked(envelope) ? (reply ?? null) : null,
    });
    if (envelope === undefined || reply === undefined) return undefined;
    const { timeUs } = state;
    return { index, term, timeUs, envelope, reply, repeated, state, past: this.past };
  }
}

/** Whether a client waits for the reply. */
function isAsked(envelope: Envelope | undefined): boolean {
  return (
    envelope !== undefined && (envelope.session > 0 || envelope.command.kind === 'open-session')
  );
}
