import type { Env } from '../../../sim/env.ts';
import type { NodeId } from '../../../sim/message.ts';
import type { Ciphers } from '../crypto/ciphers.ts';
import {
  type Answer,
  putSessionName,
  type Query,
  type SealedSecret,
  type Watched,
} from '../messages/client-messages.ts';
import type { OrchestratorWireMessage } from '../messages/orchestrator-codec.ts';
import { DeliverySender, deliveryKey } from '../secrets/delivery.ts';
import type { Labels } from '../specs/labels.ts';
import type { ApplyPart, ClientCommand } from '../state/command.ts';
import type { Reply } from '../state/reply.ts';
import { type ClientAnswer, type ExchangeOptions, Exchanges, type Verdict } from './exchanges.ts';

/** How a command of a client ended. */
export interface CallEnd {
  /** Null: its effect is not known, and never will be. */
  readonly reply: Reply | null;
  /** Index of its entry; 0: none, or not known. */
  readonly index: number;
  /** Of `create-token` alone. */
  readonly token: string;
  /** The request, as the managers know it. */
  readonly session: number;
  readonly sequence: number;
}

/** What a read was told; null: nobody answered. */
export interface ReadEnd {
  readonly answer: Answer;
  /** As of which entry. */
  readonly index: number;
  readonly from: NodeId;
}

export interface ReadOptions {
  /** Of the leader, as new as all that was acknowledged anywhere. */
  readonly fresh: boolean;
  /** Nothing older than this entry. */
  readonly minIndex: number;
}

/** A value for a secret. */
export interface SecretValue {
  readonly name: string;
  /** The newest version that is known; 0: none. */
  readonly version: number;
  readonly value: Uint8Array;
  /** Default: none. */
  readonly labels?: Labels;
}

/** What a manifest comes down to: all of it is done, or nothing. Values come first. */
export interface Application {
  readonly secrets: readonly SecretValue[];
  readonly parts: readonly ApplyPart[];
}

type Ended = (end: CallEnd) => void;

/** A request that waits for a session, or is under way in one. */
interface Request {
  readonly command: ClientCommand | SecretValue | Application;
  readonly ended: Ended;
}

/** What every cluster grants, if nobody says more. */
const leastWindow = 4;

export interface ManagerClientOptions extends ExchangeOptions {
  readonly ciphers: Ciphers;
  /** How far a session's requests may be ahead of its oldest unanswered one: the managers' setting. */
  readonly window?: number;
}

/** Speaks to the managers for a person or a program: one session at a time, each request once. */
export class ManagerClient {
  readonly exchanges: Exchanges;
  private readonly env: Env<OrchestratorWireMessage>;
  private readonly options: ManagerClientOptions;
  private session: number = 0;
  private opening: boolean = false;
  private waiting: Request[] = [];
  private sequence: number = 0;
  /** Requests of the present session that have not ended. */
  private readonly underWay: Set<number> = new Set();
  private activeUs: number = 0;
  private sealed: number = 0;

  constructor(env: Env<OrchestratorWireMessage>, options: ManagerClientOptions) {
    this.env = env;
    this.options = options;
    this.exchanges = new Exchanges(env, options);
  }

  message(from: NodeId, message: OrchestratorWireMessage): boolean {
    return this.exchanges.message(from, message);
  }

  /** Nobody waits for anything any more. */
  end(): void {
    this.exchanges.end();
  }

  /** Carries out a command, once. */
  call(command: ClientCommand, ended: Ended): void {
    this.take({ command, ended });
  }

  /** Makes a new version of a secret. */
  putSecret(command: SecretValue, ended: Ended): void {
    this.take({ command, ended });
  }

  /** Carries out all parts as one, or none of them. */
  apply(command: Application, ended: Ended): void {
    this.take({ command, ended });
  }

  ask(query: Query, { fresh, minIndex }: ReadOptions, done: (end: ReadEnd | null) => void): void {
    this.exchanges.begin({
      ask: (request) => ({ kind: 'ask', request, fresh, minIndex, query }),
      take(told, from) {
        if (told.kind !== 'told' || told.outcome !== 'done' || told.answer === null) return 'again';
        done({ answer: told.answer, index: told.index, from });
        return 'over';
      },
      gaveUp: () => done(null),
    });
  }

  /** What happened after an entry, as soon as something has; null: nobody answered. */
  watch(after: number, most: number, done: (watched: Watched | null, from: NodeId) => void): void {
    this.exchanges.begin({
      ask: (request) => ({ kind: 'watch', request, after, most }),
      take(answer, from) {
        if (answer.kind !== 'watched') return 'again';
        done(answer, from);
        return 'over';
      },
      gaveUp: () => done(null, ''),
    });
  }

  // ---------------------------------------------------------------- sessions

  private take(request: Request): void {
    const quietUs = this.env.clock.monotonicUs() - this.activeUs;
    // One that may have expired is not asked to do anything whose end would not be known.
    const isOld = quietUs > this.options.timings.sessionLeaseUs >> 1;
    if (this.session !== 0 && isOld && this.underWay.size === 0) this.session = 0;
    if (this.session === 0) {
      this.waiting.push(request);
      this.open();
    } else if (this.isFull) this.waiting.push(request);
    else this.begin(request);
  }

  /** The next request would be too far ahead of one that has no answer yet. */
  private get isFull(): boolean {
    return this.sequence + 1 >= Math.min(...this.underWay) + (this.options.window ?? leastWindow);
  }

  /** An answer has come: whoever waited for that goes on. */
  private goOn(): void {
    while (this.session !== 0 && this.waiting.length > 0 && !this.isFull) {
      this.begin(this.waiting.shift()!);
    }
    if (this.session === 0 && this.waiting.length > 0) this.open();
  }

  private open(): void {
    if (this.opening) return;
    this.opening = true;
    const none = { session: 0, sequence: 0, oldest: 0 };
    const command = { kind: 'open-session', owner: this.env.id } as const;
    const ended = (): void => {
      this.opening = false;
      if (this.session !== 0) {
        this.goOn();
        return;
      }
      for (const request of this.waiting.splice(0)) {
        // Nothing of it was ever sent; what its caller knows is the same.
        request.ended({ reply: null, index: 0, token: '', session: 0, sequence: 0 });
      }
    };
    this.exchanges.begin({
      ask: (request) => ({ kind: 'call', request, ...none, command }),
      take: (answer) => {
        if (answer.kind !== 'call-done' || answer.reply?.kind !== 'session') return 'again';
        this.session = answer.reply.session;
        this.sequence = 0;
        this.underWay.clear();
        this.activeUs = this.env.clock.monotonicUs();
        ended();
        return 'over';
      },
      gaveUp: ended,
    });
  }

  private begin(request: Request): void {
    const { session } = this;
    this.sequence += 1;
    const { sequence } = this;
    this.underWay.add(sequence);
    const oldest = Math.min(...this.underWay);
    const name = { session, sequence, oldest };
    const end = (reply: Reply | null, index: number, token: string): void => {
      if (this.session === session) this.underWay.delete(sequence);
      request.ended({ reply, index, token, session, sequence });
      this.goOn();
    };
    const take = (answer: ClientAnswer): Verdict => this.heard(session, answer, end);
    const gaveUp = (): void => end(null, 0, '');
    const { command } = request;
    if ('kind' in command) {
      const ask = (number: number) =>
        ({ kind: 'call', request: number, ...name, command }) as const;
      this.exchanges.begin({ ask, take, gaveUp });
    } else this.sendSealed(name, command, { take, gaveUp });
  }

  private heard(
    session: number,
    answer: ClientAnswer,
    end: (reply: Reply | null, index: number, token: string) => void,
  ): Verdict {
    if (answer.kind !== 'call-done' || answer.outcome !== 'done' || answer.reply === null) {
      return 'again';
    }
    const { reply, index, token } = answer;
    this.activeUs = this.env.clock.monotonicUs();
    if (reply.kind === 'refused' && reply.why === 'no-session') {
      // An earlier copy may have been carried out before the session ended.
      if (this.session === session) this.session = 0;
      end(null, 0, '');
    } else end(reply, index, token);
    return 'over';
  }

  // ---------------------------------------------------------------- secrets

  /** Values go sealed for the leader of a term: its key has to be asked for first, and again. */
  private sendSealed(
    name: RequestName,
    command: SecretValue | Application,
    { take, gaveUp }: { take(answer: ClientAnswer): Verdict; gaveUp(): void },
  ): void {
    const { ciphers } = this.options;
    let keys: Extract<Answer, { kind: 'keys' }> | null = null;
    this.exchanges.begin({
      ask: (request) => {
        if (keys === null) {
          return { kind: 'ask', request, fresh: true, minIndex: 0, query: { kind: 'keys' } };
        }
        const { term, managerKey } = keys;
        const seed = this.freshSeed();
        const put = putSessionName({ ...name, term });
        const key = deliveryKey(ciphers, seed, managerKey, put);
        if (key === null) return null;
        const sender = new DeliverySender(ciphers, key, put);
        const head = { request, ...name, term, clientKey: ciphers.agreementKey(seed) };
        if ('name' in command) {
          // One value alone has no number; the request has.
          const { sequence: _, ...value } = sealedWith(sender, command);
          return { kind: 'put-secret', ...head, ...value };
        }
        const secrets = command.secrets.map((value) => sealedWith(sender, value));
        return { kind: 'apply', ...head, secrets, parts: command.parts };
      },
      take: (answer) => {
        if (answer.kind === 'told') {
          if (answer.outcome === 'done' && answer.answer?.kind === 'keys') keys = answer.answer;
          return 'again';
        }
        const verdict = take(answer);
        // Another leader, perhaps: the next time with its key.
        if (verdict === 'again') keys = null;
        return verdict;
      },
      gaveUp,
    });
  }

  private freshSeed(): Uint8Array {
    const seed = new Uint8Array(32);
    const number = ++this.sealed;
    for (let at = 0; at < 32; at++) {
      seed[at] = this.env.random.below(256, 'client key', number * 32 + at);
    }
    return seed;
  }
}

/** Names a request within its session. */
interface RequestName {
  readonly session: number;
  readonly sequence: number;
  readonly oldest: number;
}

function sealedWith(
  sender: DeliverySender,
  { name, version, value, labels = [] }: SecretValue,
): SealedSecret {
  const { sealed, sequence } = sender.seal({ name, version }, value);
  return { name, version, labels, sequence, sealed };
}
