import type { Env } from '../../../sim/env.ts';
import type { NodeId } from '../../../sim/message.ts';
import type { Backup } from '../backup/backup.ts';
import type { Query, Watched } from '../messages/client-messages.ts';
import type { OrchestratorWireMessage } from '../messages/orchestrator-codec.ts';
import type { ClientCommand } from '../state/command.ts';
import { ActionRun } from './action-run.ts';
import type { ClientAction, Recorder } from './client-action.ts';
import {
  type Application,
  type CallEnd,
  ManagerClient,
  type ManagerClientOptions,
  type ReadEnd,
  type SecretValue,
} from './manager-client.ts';
import type { Surroundings } from './wares.ts';

export interface ClientNodeOptions extends ManagerClientOptions {
  readonly around: Surroundings;
  /** Names of the nodes that may be drained, by number. */
  readonly nodes: readonly string[];
}

const mostEvents = 64;

/** What a person at a console does and knows. */
export class ClientNode {
  readonly env: Env<OrchestratorWireMessage>;
  private readonly options: ClientNodeOptions;
  private client: ManagerClient;
  /** The newest entry that this client knows of. */
  private seen: number = 0;
  private watchedTo: number = 0;
  /** The newest that this client has taken; a file of its own, which outlives it. */
  backup: Backup | null = null;

  constructor(env: Env<OrchestratorWireMessage>, options: ClientNodeOptions) {
    this.env = env;
    this.options = options;
    this.client = new ManagerClient(env, options);
  }

  message(from: NodeId, message: OrchestratorWireMessage): void {
    this.client.message(from, message);
  }

  /** Forgets everything. */
  restart(): void {
    this.client.end();
    this.client = new ManagerClient(this.env, this.options);
    this.seen = 0;
    this.watchedTo = 0;
  }

  async perform(action: ClientAction, fresh: boolean, recorder: Recorder): Promise<void> {
    await new ActionRun(this, action.do, fresh, recorder).perform(action, this.options);
  }

  // ---------------------------------------------------------------- for the actions

  call(command: ClientCommand): Promise<CallEnd> {
    return new Promise((done) => this.client.call(command, (end) => done(this.learn(end))));
  }

  putSecret(value: SecretValue): Promise<CallEnd> {
    return new Promise((done) => this.client.putSecret(value, (end) => done(this.learn(end))));
  }

  apply(application: Application): Promise<CallEnd> {
    return new Promise((done) => this.client.apply(application, (end) => done(this.learn(end))));
  }

  /** The oldest state that a read may be of. */
  get minIndex(): number {
    return this.seen;
  }

  read(query: Query, fresh: boolean): Promise<ReadEnd | null> {
    const { seen: minIndex } = this;
    return new Promise((done) =>
      this.client.ask(query, { fresh, minIndex }, (end) => {
        if (end !== null) this.seen = Math.max(this.seen, end.index);
        done(end);
      }),
    );
  }

  get nextEvent(): number {
    return this.watchedTo;
  }

  watch(): Promise<{ readonly watched: Watched; readonly from: NodeId } | null> {
    return new Promise((done) =>
      this.client.watch(this.watchedTo, mostEvents, (watched, from) => {
        if (watched === null) {
          done(null);
          return;
        }
        // Two may be under way at a time.
        this.watchedTo = Math.max(this.watchedTo, watched.to);
        done({ watched, from });
      }),
    );
  }

  private learn(end: CallEnd): CallEnd {
    this.seen = Math.max(this.seen, end.index);
    return end;
  }
}
