import type { Env } from '../../../sim/env.ts';
import type { NodeId } from '../../../sim/message.ts';
import { type Alarm, Alarms, callOff } from '../../common/alarms.ts';
import type { CallDone, Told, Watched } from '../messages/client-messages.ts';
import type {
  OrchestratorMessage,
  OrchestratorWireMessage,
} from '../messages/orchestrator-codec.ts';
import type { OrchestratorTimings } from '../timings.ts';

/** What a manager answers to a client. */
export type ClientAnswer = CallDone | Told | Watched;

/** What an answer means: `again` asks another time, of whoever is said to lead. */
export type Verdict = 'over' | 'again';

/** A question that is asked until it is answered, or until nobody waits for it any more. */
export interface Question {
  /** The question with a number of its own; null: there is nothing to ask yet. */
  ask(request: number): OrchestratorMessage | null;
  take(answer: ClientAnswer, from: NodeId): Verdict;
  /** Its time is over without an answer. */
  gaveUp(): void;
}

export interface ExchangeOptions {
  readonly managers: readonly NodeId[];
  readonly timings: OrchestratorTimings;
  /** The manager that is asked first, from 0; wraps. */
  readonly first: number;
  /** How long a question is asked at most. */
  readonly patienceUs: number;
}

interface Open {
  readonly question: Question;
  readonly untilUs: number;
  /** Numbers under which it has been asked. */
  readonly numbers: number[];
  waitUs: number;
  alarm: Alarm | null;
}

const numbersPerLife = 0x1_0000;

/** Asks managers, again and again, wherever the leader may be. Several questions may be open at once. */
export class Exchanges {
  private readonly env: Env<OrchestratorWireMessage>;
  private readonly options: ExchangeOptions;
  private readonly alarms: Alarms;
  private readonly open: Map<number, Open> = new Map();
  private target: number;
  private number: number;

  constructor(env: Env<OrchestratorWireMessage>, options: ExchangeOptions) {
    this.env = env;
    this.options = options;
    this.target = options.first;
    this.alarms = new Alarms(env, 'exchanges');
    // Answers to a life before are none to this one.
    this.number = env.random.below(numbersPerLife, 'questions') * numbersPerLife;
  }

  begin(question: Question): void {
    const untilUs = this.env.clock.monotonicUs() + this.options.patienceUs;
    const waitUs = this.options.timings.retryFirstUs;
    this.send({ question, untilUs, numbers: [], waitUs, alarm: null });
  }

  private send(one: Open): void {
    const { env, options } = this;
    if (env.clock.monotonicUs() >= one.untilUs) {
      this.close(one);
      one.question.gaveUp();
      return;
    }
    const number = ++this.number;
    const message = one.question.ask(number);
    if (message !== null) {
      one.numbers.push(number);
      this.open.set(number, one);
      env.network.send(this.manager, message);
    }
    one.alarm = this.alarms.after(options.timings.callTimeoutUs, () => {
      this.target += 1;
      this.send(one);
    });
  }

  private get manager(): NodeId {
    const { managers } = this.options;
    return managers[this.target % managers.length]!;
  }

  /** Whether the message answers a question that is open. */
  message(from: NodeId, message: OrchestratorWireMessage): boolean {
    if (!isAnswer(message)) return false;
    const one = this.open.get(message.request);
    if (one === undefined) return false;
    if (one.question.take(message, from) === 'over') {
      this.close(one);
      return true;
    }
    this.turn(message, from);
    callOff(one.alarm);
    const { retryMostUs } = this.options.timings;
    const half = Math.floor(one.waitUs / 2);
    const delayUs = half + this.env.random.below(half + 1, 'ask again', message.request);
    one.waitUs = Math.min(retryMostUs, one.waitUs * 2);
    one.alarm = this.alarms.after(delayUs, () => this.send(one));
    return true;
  }

  /** Turns to whoever is said to lead, or to the next one. */
  private turn(answer: ClientAnswer, from: NodeId): void {
    // What was answered here leads to a further question here.
    if (this.manager !== from || answer.kind === 'watched' || answer.outcome === 'done') return;
    const leader = this.options.managers.indexOf(answer.leader);
    if (leader >= 0 && answer.leader !== from) this.target = leader;
    // Who leads and cannot serve now may soon; who knows no leader may never.
    else if (answer.outcome !== 'unavailable' || answer.leader !== from) this.target += 1;
  }

  /** Forgets all questions. */
  end(): void {
    this.alarms.clear();
    this.open.clear();
  }

  private close(one: Open): void {
    callOff(one.alarm);
    for (const number of one.numbers) this.open.delete(number);
  }
}

function isAnswer(message: OrchestratorWireMessage): message is ClientAnswer {
  return message.kind === 'call-done' || message.kind === 'told' || message.kind === 'watched';
}
