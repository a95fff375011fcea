import type {
  Answered,
  Ask,
  Call,
  CallDone,
  Query,
} from '../../src/systems/storage/messages/metadata-messages.ts';
import { remember } from '../raft/remember.ts';

/** What is remembered of a call until its answer is taken. */
export interface OpenCall {
  readonly call: Call;
  /** The highest index that some client knew to be done when this call was made first. */
  readonly floor: number;
}

/** What is remembered of a question until its answer is taken. */
export interface OpenQuestion {
  readonly query: Query;
  /** As of a call: the least index that may answer it. */
  readonly floor: number;
}

/** Calls kept; older ones have been answered or given up long ago. */
const rememberedCalls = 4_096;

/** What clients have asked and been told, read from the messages that leave and reach them. */
export class Calls {
  /** The highest index that some client knows to be done, or to have been read at. */
  knownIndex: number = 0;
  /** By client and number of the request. */
  readonly #calls: Map<string, OpenCall> = new Map();
  /** By session and sequence: the floor of the first copy. */
  readonly #floors: Map<string, number> = new Map();
  readonly #asks: Map<string, OpenQuestion> = new Map();

  called(call: Call, client: number): void {
    const name = `${client}/${call.request}`;
    if (this.#calls.has(name)) return;
    remember(this.#calls, name, { call, floor: this.#floorOf(call, name) }, rememberedCalls);
  }

  #floorOf({ session, sequence }: Call, name: string): number {
    const copy = session === 0 ? name : `of ${session}/${sequence}`;
    const known = this.#floors.get(copy);
    if (known !== undefined) return known;
    remember(this.#floors, copy, this.knownIndex, rememberedCalls);
    return this.knownIndex;
  }

  asked(ask: Ask, client: number): void {
    const name = `${client}/${ask.request}`;
    if (this.#asks.has(name)) return;
    remember(this.#asks, name, { query: ask.query, floor: this.knownIndex }, rememberedCalls);
  }

  /** A client takes the answer to a call; gives the call. */
  done(answer: CallDone, client: number): OpenCall | undefined {
    const found = this.#calls.get(`${client}/${answer.request}`);
    if (answer.outcome === 'done') this.knownIndex = Math.max(this.knownIndex, answer.index);
    return found;
  }

  /** A client takes the answer to a question; gives the question. */
  answered(answer: Answered, client: number): OpenQuestion | undefined {
    const found = this.#asks.get(`${client}/${answer.request}`);
    if (answer.outcome === 'done') this.knownIndex = Math.max(this.knownIndex, answer.index);
    return found;
  }
}
