import type { Env } from '../../../sim/env.ts';
import type { OfKind } from '../../common/fields.ts';
import type { Answer, CacheKey, Query } from '../messages/metadata-messages.ts';
import type { StorageWireMessage } from '../messages/storage-codec.ts';
import type { Command, CommandOf } from '../metadata/command.ts';
import type { ClientSession, Done } from './client-session.ts';
import type { ClientSettings } from './client-settings.ts';
import type { MasterLink } from './master-link.ts';
import { CachedAnswer, cacheKeyOf, MetadataCache } from './metadata-cache.ts';
import type { Operation } from './operation.ts';

type Told = Exclude<Answer, { readonly kind: 'error' }>;

/** Questions and commands about metadata, with what is kept of the answers. */
export class MetadataAccess {
  readonly cache: MetadataCache = new MetadataCache();
  readonly session: ClientSession;
  private readonly env: Env<StorageWireMessage>;
  private readonly link: MasterLink;
  private readonly isStrict: boolean;

  constructor(
    env: Env<StorageWireMessage>,
    settings: ClientSettings,
    link: MasterLink,
    session: ClientSession,
  ) {
    this.env = env;
    this.link = link;
    this.session = session;
    this.isStrict = settings.mode === 'strict';
  }

  /** The answer to a query, of the kind that it has; throws its errno. */
  async ask<Kind extends Told['kind']>(
    operation: Operation,
    query: Query,
    kind: Kind,
    fresh: boolean = false,
  ): Promise<OfKind<Answer, Kind>> {
    const answer = await this.answer(operation, query, fresh);
    if (answer.kind === 'error') throw operation.error(answer.errno);
    if (answer.kind !== kind) throw operation.error('EIO');
    return answer as OfKind<Answer, Kind>;
  }

  /** As `ask`, but gives back refusals too. A refusal is never kept. */
  async answer(operation: Operation, query: Query, fresh: boolean = false): Promise<Answer> {
    const kept = fresh ? undefined : this.cache.get(query, this.env.clock.monotonicUs());
    if (kept !== undefined) {
      this.env.probe('client cache hit');
      operation.note(query.kind, kept.index, query, true);
      if (query.kind === 'locate') {
        kept.pin();
        operation.pin(kept);
      }
      return kept.answer;
    }
    for (;;) {
      const session = await this.session.ready(operation);
      const answer = await this.askOnce(operation, query, session);
      if (answer.kind !== 'error' || answer.errno !== 'ENOTCONN') return answer;
      this.session.lost(session);
    }
  }

  private async askOnce(operation: Operation, query: Query, session: number): Promise<Answer> {
    const key = cacheKeyOf(query);
    const question = key === null ? null : this.cache.begin(key);
    if (question !== null && !this.session.isClean) question.mayKeep = false;
    const wantsLease = this.isStrict && question !== null;
    const sentUs = this.env.clock.monotonicUs();
    const make = (request: number) =>
      ({ kind: 'ask', request, session, wantsLease, query }) as const;
    const answered = await this.link.exchange('answered', operation.deadlineUs, make);
    if (question !== null) this.cache.end(question);
    operation.note(query.kind, answered?.index ?? 0, query);
    const answer = answered?.answer;
    if (!answered || !answer) throw operation.error('ETIMEDOUT');
    const mayKeep = question?.mayKeep === true && session === this.session.id;
    if (mayKeep && answer.kind !== 'error') {
      const untilUs = this.keptUntilUs(query, sentUs, answered.leaseUs);
      if (untilUs > this.env.clock.monotonicUs() && this.session.isClean) {
        this.cache.put(query, new CachedAnswer(answer, answered.index, question.key, untilUs));
      }
    }
    return answer;
  }

  /** Without leases only what a file is made of is kept, until it is opened again. */
  private keptUntilUs(query: Query, sentUs: number, leaseUs: number): number {
    if (this.isStrict) return this.session.heldUntilUs(sentUs, leaseUs);
    const ofFile = query.kind === 'locate' || query.kind === 'attributes';
    return ofFile ? Number.POSITIVE_INFINITY : 0;
  }

  /** A command that changes what `keys` name: nothing about them is kept on this side while it runs. */
  async change(
    operation: Operation,
    command: Command,
    keys: readonly CacheKey[],
    call: () => Promise<Done> = () => this.session.call(operation, command),
  ): Promise<Done> {
    this.cache.beginChange(keys);
    try {
      return await call();
    } finally {
      this.cache.endChange(keys);
    }
  }

  /** The kind of reply that a command has when it is not refused. */
  async inodeOf(
    operation: Operation,
    command: CommandOf<'create' | 'mkdir' | 'symlink' | 'clone' | 'rename' | 'restore-trash'>,
    keys: readonly CacheKey[],
    call?: () => Promise<Done>,
  ): Promise<number> {
    const { reply } = await this.change(operation, command, keys, call);
    if (reply.kind !== 'inode') throw operation.error('EIO');
    return reply.inode;
  }
}
