import type { Env } from '../../../sim/env.ts';
import type { NodeId } from '../../../sim/message.ts';
import type { StorageMessage, StorageWireMessage } from '../messages/storage-codec.ts';
import type { ClientSettings } from './client-settings.ts';
import type { AnswerOf, Arrived, Question, RequestTable } from './request-table.ts';

type MasterQuestion = Question<'call-done' | 'answered'>;

/** Redirections that are followed at once; then there is a pause, for two may name each other. */
const mostRedirects = 3;

/** Finds the leader and asks it, again and elsewhere, until there is an answer or time is up. */
export class MasterLink {
  private readonly env: Env<StorageWireMessage>;
  private readonly settings: ClientSettings;
  private readonly requests: RequestTable;
  /** Who is asked first. */
  private target: NodeId;
  /** Whose turn it is when nobody knows a leader; hints do not move it. */
  private turn: number;
  private stopped: boolean = false;

  constructor(env: Env<StorageWireMessage>, settings: ClientSettings, requests: RequestTable) {
    this.env = env;
    this.settings = settings;
    this.requests = requests;
    this.turn = settings.owner % settings.masters.length;
    this.target = settings.masters[this.turn]!;
  }

  /** Nothing that sleeps wakes up again: this life of the client is over. */
  stop(): void {
    this.stopped = true;
  }

  async pause(forUs: number): Promise<void> {
    await this.env.sleep(forUs);
    if (this.stopped) await new Promise<never>(() => {});
  }

  /** A pause before something is tried again for the nth time: longer each time, and never alike. */
  backOff(nth: number, leftUs: number): Promise<void> {
    const longUs = this.settings.pauseUs << Math.min(nth, 3);
    const pauseUs = longUs + this.env.random.below(longUs, 'client-back-off', nth);
    return this.pause(Math.max(1, Math.min(pauseUs, leftUs)));
  }

  /**
   * The first answer of outcome `done` to any copy of a request; null when there is none until the
   * deadline. Copies are made by `make`, which may make each a little different.
   */
  async exchange<Kind extends 'call-done' | 'answered'>(
    kind: Kind,
    deadlineUs: number,
    make: (request: number) => StorageMessage,
  ): Promise<AnswerOf<Kind> | null> {
    const question = this.requests.question(kind);
    let redirects = 0;
    let pauses = 0;
    try {
      for (;;) {
        const leftUs = deadlineUs - this.env.clock.monotonicUs();
        if (leftUs <= 0) return null;
        const to = this.target;
        question.send(to, make);
        const copy = question.latest;
        const waitUs = Math.min(leftUs, this.settings.timings.callTimeoutUs);
        const arrived = await this.relevant(question as MasterQuestion, copy, waitUs);
        if (arrived === null) {
          if (this.target === to) this.nextMaster();
          continue;
        }
        const { answer, from } = arrived;
        if (answer.outcome === 'done') {
          this.target = from;
          return answer as AnswerOf<Kind>;
        }
        const hinted = this.follow(answer.leader, to);
        if (hinted && redirects < mostRedirects) {
          redirects += 1;
          continue;
        }
        // Who leads and cannot serve now may soon; who knows no leader may never: it may be out of the group.
        const leadsStill = answer.outcome === 'unavailable' && answer.leader === to;
        if (!hinted && !leadsStill && this.target === to) this.nextMaster();
        redirects = 0;
        await this.backOff(pauses++, deadlineUs - this.env.clock.monotonicUs());
      }
    } finally {
      question.end();
    }
  }

  /** The answer to the latest copy, or an end that an earlier copy came to. */
  private async relevant(
    question: MasterQuestion,
    copy: number,
    waitUs: number,
  ): Promise<Arrived<'call-done' | 'answered'> | null> {
    const untilUs = this.env.clock.monotonicUs() + waitUs;
    for (;;) {
      const arrived = await question.next(untilUs - this.env.clock.monotonicUs());
      if (arrived === null) return null;
      if (arrived.answer.outcome === 'done' || arrived.answer.request === copy) return arrived;
    }
  }

  private follow(leader: NodeId, asked: NodeId): boolean {
    if (leader === '' || leader === asked || !this.settings.masters.includes(leader)) return false;
    this.target = leader;
    return true;
  }

  private nextMaster(): void {
    const { masters } = this.settings;
    this.turn = (this.turn + 1) % masters.length;
    if (masters[this.turn] === this.target) this.turn = (this.turn + 1) % masters.length;
    this.target = masters[this.turn]!;
  }
}
