import type { Env } from '../../../sim/env.ts';
import type { CallDone, PartsReady, WriteFailed } from '../messages/metadata-messages.ts';
import type { StorageWireMessage } from '../messages/storage-codec.ts';
import type { Command } from '../metadata/command.ts';
import type { Errno } from '../metadata/errno.ts';
import type { Reply } from '../metadata/reply.ts';
import { heldForUs } from '../timings.ts';
import type { ClientSettings } from './client-settings.ts';
import type { MasterLink } from './master-link.ts';
import type { Operation } from './operation.ts';

/** A call that was carried out. */
export interface Done {
  readonly reply: Exclude<Reply, { readonly kind: 'error' }>;
  readonly done: CallDone;
  readonly session: number;
  /** When its first copy was sent: leases count from then. */
  readonly sentUs: number;
}

/** A request about a grant, which carries a fence in place of a sequence. */
export type FencedRequest = Omit<WriteFailed, 'request'> | Omit<PartsReady, 'request'>;

/**
 * A client's session: numbers its calls, so that each has its effect once, keeps itself alive, and
 * is opened anew after the masters have let it expire.
 */
export class ClientSession {
  /** 0 while there is none. */
  id: number = 0;
  /** Called after the masters no longer know the session: all that it held is gone. */
  onLost: () => void = () => {};
  private readonly env: Env<StorageWireMessage>;
  private readonly settings: ClientSettings;
  private readonly link: MasterLink;
  private sequence: number = 0;
  /** Sequences without an answer, in ascending order. */
  private readonly open: Set<number> = new Set();
  /** The greatest `oldest` that an entry is known to have carried. */
  private confirmedOldest: number = 0;
  /** The last sequence that was given up: a late copy of it may still come. */
  private givenUp: number = 0;
  private readonly waitingForRoom: (() => void)[] = [];
  private mounting: Promise<void> | null = null;
  private stopped: boolean = false;
  private renewing: boolean = false;

  constructor(env: Env<StorageWireMessage>, settings: ClientSettings, link: MasterLink) {
    this.env = env;
    this.settings = settings;
    this.link = link;
  }

  /**
   * Whether no call that was given up can take effect any more: late copies of a sequence below
   * `oldest` are refused. Until then nothing may be kept in a cache, for a call of one's own takes
   * no lease of one's own back.
   */
  get isClean(): boolean {
    return this.givenUp < this.confirmedOldest || this.givenUp === 0;
  }

  stop(): void {
    this.stopped = true;
  }

  /** Opens a session if there is none; resolves when there is one, or at the operation's deadline. */
  async ready(operation: Operation): Promise<number> {
    while (this.id === 0) {
      operation.check();
      this.mounting ??= this.mount();
      let isOver = false;
      await Promise.race([
        this.mounting,
        this.link.pause(operation.leftUs).then(() => {
          isOver = true;
        }),
      ]);
      if (isOver) operation.check();
    }
    return this.id;
  }

  private async mount(): Promise<void> {
    const { owner, role, timings, deadlineUs } = this.settings;
    const leaseUs = timings.sessionLeaseUs;
    const command = { kind: 'open-session', owner, leaseUs, role } as const;
    while (this.id === 0 && !this.stopped) {
      const untilUs = this.env.clock.monotonicUs() + deadlineUs;
      const done = await this.link.exchange('call-done', untilUs, (request) => ({
        kind: 'call',
        request,
        session: 0,
        sequence: 0,
        oldest: 0,
        command,
      }));
      if (done?.reply?.kind === 'session') {
        this.begin(done.reply.session);
      } else {
        await this.link.pause(this.settings.pauseUs);
      }
    }
    this.mounting = null;
  }

  private begin(id: number): void {
    this.id = id;
    this.sequence = 0;
    this.open.clear();
    this.confirmedOldest = 0;
    this.givenUp = 0;
    this.keepAlive();
  }

  /** Renews at a quarter of the lease; one renewal is under way at a time. */
  private keepAlive(): void {
    const everyUs = Math.floor(this.settings.timings.sessionLeaseUs / 4);
    this.env.timers.set('renew-session', everyUs, () => {
      if (this.stopped || this.id === 0) return;
      this.keepAlive();
      this.renew();
    });
  }

  private renew(): void {
    if (this.renewing) return;
    this.renewing = true;
    const forUs = this.settings.timings.sessionLeaseUs;
    const deadlineUs = this.env.clock.monotonicUs() + forUs;
    void this.send({ kind: 'renew-session' }, deadlineUs).then(() => {
      this.renewing = false;
    });
  }

  /** The masters do not know the session any more. */
  lost(id: number): void {
    if (id !== this.id) return;
    this.id = 0;
    for (const resolve of this.waitingForRoom.splice(0)) resolve();
    this.env.probe('client session lost');
    this.onLost();
  }

  /** Carries a command out, once. Throws its errno, or ETIMEDOUT and ENOTCONN for unknown ends. */
  async call(operation: Operation, command: Command): Promise<Done> {
    const done = await this.tryCall(operation, command);
    if (typeof done === 'string') throw operation.error(done);
    return done;
  }

  /** As `call`, but gives back the errno of a refusal, which certainly had no effect. */
  async tryCall(operation: Operation, command: Command): Promise<Done | Errno> {
    const session = await this.ready(operation);
    const sentUs = this.env.clock.monotonicUs();
    const answer = await this.send(command, operation.deadlineUs);
    operation.note(command.kind, answer?.index ?? 0);
    const reply = answer?.reply;
    if (!answer || !reply) throw operation.error('ETIMEDOUT', true);
    if (reply.kind !== 'error') return { reply, done: answer, session, sentUs };
    if (reply.errno === 'ENOTCONN') {
      // An earlier copy may have been carried out before the session ended.
      this.lost(session);
      throw operation.error('ENOTCONN', true);
    }
    return reply.errno;
  }

  /** As `call`, again after each EAGAIN: something is leased, and the leader calls it back. */
  async callWhenFree(
    operation: Operation,
    command: Command,
    before?: () => Promise<void>,
  ): Promise<Done> {
    for (let nth = 0; ; nth++) {
      await before?.();
      const done = await this.tryCall(operation, command);
      if (typeof done !== 'string') return done;
      if (done !== 'EAGAIN') throw operation.error(done);
      if (operation.isOver) throw operation.error('EAGAIN');
      await this.link.backOff(nth, operation.leftUs);
    }
  }

  private async send(command: Command, deadlineUs: number): Promise<CallDone | null> {
    // Looked at again after each wait, by this call itself: of two that find room for one, one waits.
    while (this.isFull) await this.room();
    const session = this.id;
    if (session === 0) return null;
    this.sequence += 1;
    const { sequence } = this;
    this.open.add(sequence);
    let carried = 0;
    const answer = await this.link.exchange('call-done', deadlineUs, (request) => {
      const oldest = this.oldest();
      // Which copy is carried out nobody tells: the first one says the least.
      if (carried === 0) carried = oldest;
      return { kind: 'call', request, session, sequence, oldest, command };
    });
    if (session !== this.id) return answer;
    this.open.delete(sequence);
    this.waitingForRoom.shift()?.();
    if (answer === null) {
      this.givenUp = sequence;
      if (command.kind !== 'renew-session') this.renew();
    } else if (answer.index > 0) {
      this.confirm(answer, carried);
    }
    return answer;
  }

  /** A refusal to renew tells of the end of the session, too. */
  private confirm({ reply }: CallDone, carried: number): void {
    if (reply?.kind === 'error' && reply.errno === 'ENOTCONN') this.lost(this.id);
    else if (carried > this.confirmedOldest) this.confirmedOldest = carried;
  }

  private oldest(): number {
    for (const sequence of this.open) return sequence;
    return this.sequence + 1;
  }

  /** The masters' window of requests has no room for one more. */
  private get isFull(): boolean {
    const { requestWindow } = this.settings.storage;
    return this.id !== 0 && this.sequence + 1 >= this.oldest() + requestWindow;
  }

  /** Waits until a call has ended. */
  private room(): Promise<void> {
    return new Promise((resolve) => {
      this.waitingForRoom.push(resolve);
    });
  }

  /** A request to the leader about a grant: as often as needed, for its fence makes it idempotent. */
  async fenced(operation: Operation, request: FencedRequest): Promise<Done | Errno> {
    const sentUs = this.env.clock.monotonicUs();
    const answer = await this.link.exchange('call-done', operation.deadlineUs, (number) => ({
      ...request,
      request: number,
    }));
    operation.note(request.kind, answer?.index ?? 0);
    const reply = answer?.reply;
    if (!answer || !reply) throw operation.error('ETIMEDOUT', true);
    if (reply.kind === 'error') return reply.errno;
    return { reply, done: answer, session: request.session, sentUs };
  }

  /** How long something may be counted on that the leader leased. */
  heldUntilUs(sentUs: number, leaseUs: number): number {
    return sentUs + heldForUs(leaseUs, this.settings.timings.driftBoundPpm);
  }
}
