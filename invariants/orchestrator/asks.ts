import type {
  Apply,
  Ask,
  Call,
  CallDone,
  PutSecret,
  Told,
  Watch,
  Watched,
} from '../../src/systems/orchestrator/messages/client-messages.ts';
import { remember } from '../raft/remember.ts';

/** Questions that may still be answered; older ones were given up. */
const remembered = 4_096;

export interface OpenCall {
  readonly session: number;
  readonly sequence: number;
  /** `put-secret` for a value that goes another way. */
  readonly command: string;
  /** True time at which it was asked first. */
  readonly sinceUs: number;
}

export interface OpenAsk {
  readonly ask: Ask;
  /** The greatest index that anybody was told of when it was asked. */
  readonly floor: number;
}

export interface OpenWatch {
  readonly watch: Watch;
  readonly client: number;
}

/** What clients have asked, by client and number of the question. */
export class Asks {
  readonly #calls: Map<string, OpenCall> = new Map();
  readonly #asks: Map<string, OpenAsk> = new Map();
  readonly #watches: Map<string, OpenWatch> = new Map();
  /** Requests without an answer, by client, session and sequence: asked first, and last. */
  readonly waiting: Map<string, { readonly sinceUs: number; readonly lastUs: number }> = new Map();
  /** The greatest index that a client was told of. */
  floor = 0;
  /** True time of the last answer to a call that was committed. */
  answeredUs = 0;

  called(call: Call | PutSecret | Apply, client: number, timeUs: number): void {
    const { session, sequence, request } = call;
    const command = call.kind === 'call' ? call.command.kind : call.kind;
    const name = `${client}/${session}/${sequence}`;
    const sinceUs = this.waiting.get(name)?.sinceUs ?? timeUs;
    if (session > 0) remember(this.waiting, name, { sinceUs, lastUs: timeUs }, remembered);
    const open = { session, sequence, command, sinceUs };
    remember(this.#calls, `${client}/${request}`, open, remembered);
  }

  asked(ask: Ask, client: number): void {
    remember(this.#asks, `${client}/${ask.request}`, { ask, floor: this.floor }, remembered);
  }

  watching(watch: Watch, client: number): void {
    remember(this.#watches, `${client}/${watch.request}`, { watch, client }, remembered);
  }

  /** What a client has asked under a number. */
  call(request: number, client: number): OpenCall | undefined {
    return this.#calls.get(`${client}/${request}`);
  }

  /** A client took an answer; gives what it had asked. */
  done(answer: CallDone, client: number, timeUs: number): OpenCall | undefined {
    const call = this.#calls.get(`${client}/${answer.request}`);
    if (call === undefined || answer.outcome !== 'done') return call;
    this.waiting.delete(`${client}/${call.session}/${call.sequence}`);
    this.floor = Math.max(this.floor, answer.index);
    if (answer.index > 0) this.answeredUs = timeUs;
    return call;
  }

  told(told: Told, client: number): OpenAsk | undefined {
    const ask = this.#asks.get(`${client}/${told.request}`);
    if (told.outcome === 'done') this.floor = Math.max(this.floor, told.index);
    return ask;
  }

  watched(watched: Watched, client: number): OpenWatch | undefined {
    return this.#watches.get(`${client}/${watched.request}`);
  }
}
