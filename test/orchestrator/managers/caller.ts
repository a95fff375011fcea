import type { Env } from '../../../src/sim/env.ts';
import type {
  OrchestratorMessage,
  OrchestratorWireMessage,
} from '../../../src/systems/orchestrator/messages/orchestrator-codec.ts';
import type { Command } from '../../../src/systems/orchestrator/state/command.ts';
import type { Reply } from '../../../src/systems/orchestrator/state/reply.ts';

type OrchestratorEnv = Env<OrchestratorWireMessage>;
type Answer = Extract<
  OrchestratorMessage,
  { kind: 'call-done' | 'certified' | 'challenge' | 'session' | 'turned-away' | 'told' }
>;
/** A question without its number. */
export type Question = Extract<
  OrchestratorMessage,
  { kind: 'call' | 'join' | 'register' | 'renew' | 'ask' }
>;

interface Waiting {
  readonly question: Question;
  readonly numbers: Set<number>;
  readonly done: (answer: Answer, from: string) => void;
}

const answers: ReadonlySet<string> = new Set([
  'call-done',
  'certified',
  'challenge',
  'session',
  'turned-away',
  'told',
]);

/** Asks managers one thing at a time, again and again, wherever the leader may be. */
export class Caller {
  session: number = 0;
  sequence: number = 0;
  private readonly env: OrchestratorEnv;
  private readonly managers: readonly string[];
  private readonly patienceUs: number;
  private target: number;
  private request = 0;
  private waiting: Waiting | null = null;

  constructor(
    env: OrchestratorEnv,
    managers: readonly string[],
    patienceUs: number,
    target: number,
  ) {
    this.env = env;
    this.managers = managers;
    this.patienceUs = patienceUs;
    this.target = target;
  }

  ask(question: Question, done: (answer: Answer, from: string) => void): void {
    this.waiting = { question, numbers: new Set(), done };
    this.send();
  }

  /** Forgets the question. */
  drop(): void {
    this.waiting = null;
    this.env.timers.cancel('ask');
  }

  /** Asks this manager first from now on. */
  turnTo(manager: string): void {
    const at = this.managers.indexOf(manager);
    if (at >= 0) this.target = at;
  }

  private send(): void {
    const { waiting, env } = this;
    if (waiting === null) return;
    // Numbers of later lives are others: an answer to an earlier one is nobody's.
    const number = Math.floor(env.clock.monotonicUs()) * 64 + (this.request++ % 64);
    waiting.numbers.add(number);
    const manager = this.managers[this.target % this.managers.length]!;
    env.network.send(manager, { ...waiting.question, request: number });
    env.timers.set('ask', this.patienceUs, () => {
      this.target += 1;
      this.send();
    });
  }

  answered(from: string, message: OrchestratorWireMessage): void {
    const { waiting, env } = this;
    if (waiting === null || !answers.has(message.kind)) return;
    const answer = message as Answer;
    if (!waiting.numbers.has(answer.request)) return;
    const outcome = 'outcome' in answer ? answer.outcome : 'done';
    if (outcome === 'done' || outcome === 'refused') {
      env.timers.cancel('ask');
      this.waiting = null;
      waiting.done(answer, from);
      return;
    }
    const before = this.target;
    if ('leader' in answer) this.turnTo(answer.leader);
    if (this.target === before && outcome === 'not-leader') this.target += 1;
    env.timers.set('ask', 30_000, () => this.send());
  }

  /** Carries out a command in the session; opens one first. `null`: its effect is not known. */
  call(command: Command, done: (reply: Reply | null, token: string) => void): void {
    if (this.session === 0) {
      this.open(() => this.call(command, done));
      return;
    }
    const { session } = this;
    this.sequence += 1;
    const name = { session, sequence: this.sequence, oldest: this.sequence };
    this.ask({ kind: 'call', request: 0, ...name, command }, (answer) => {
      if (answer.kind !== 'call-done') return;
      const { reply, token } = answer;
      const isLost = reply?.kind === 'refused' && reply.why === 'no-session';
      if (isLost) this.session = 0;
      done(isLost ? null : reply, token);
    });
  }

  private open(done: () => void): void {
    const name = { session: 0, sequence: 0, oldest: 0 };
    const command: Command = { kind: 'open-session', owner: this.env.id };
    this.ask({ kind: 'call', request: 0, ...name, command }, (answer) => {
      if (answer.kind !== 'call-done' || answer.reply?.kind !== 'session') return;
      this.session = answer.reply.session;
      this.sequence = 0;
      done();
    });
  }
}
