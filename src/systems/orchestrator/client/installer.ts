import type { Env } from '../../../sim/env.ts';
import type { NodeId } from '../../../sim/message.ts';
import type { OrchestratorWireMessage } from '../messages/orchestrator-codec.ts';
import type { ClientCommand } from '../state/command.ts';
import type { Refusal } from '../state/reply.ts';
import type { JoinTerms, TokenSource } from '../worker/token-source.ts';
import { ManagerClient, type ManagerClientOptions } from './manager-client.ts';

/** A token is for the one machine for which it was asked. */
const uses = 1;
const lifetimeUs = 3_600_000_000;

/**
 * Who sets a machine up, at its console: gets a token for it and, where the machine has lost its disk,
 * lets the managers forget what it was before, or gives it another name where they must not.
 */
export class Installer implements TokenSource {
  private readonly client: ManagerClient;
  private readonly firstName: string;
  private name: string;
  private names: number = 1;
  private token: string = '';
  private busy: boolean = false;
  private waiting: ((terms: JoinTerms) => void) | null = null;

  constructor(env: Env<OrchestratorWireMessage>, name: string, options: ManagerClientOptions) {
    this.client = new ManagerClient(env, options);
    this.firstName = name;
    this.name = name;
  }

  take(done: (terms: JoinTerms) => void): void {
    if (this.token === '' || this.busy) {
      this.waiting = done;
      if (!this.busy) this.fetch();
      return;
    }
    const { token, name } = this;
    done({ token, name });
  }

  /** Whoever waits may go on. */
  private ready(): void {
    this.busy = false;
    const done = this.waiting;
    this.waiting = null;
    if (done !== null) this.take(done);
  }

  private fetch(): void {
    this.busy = true;
    const none = { digest: new Uint8Array(0), expiresUs: 0 };
    const row = { id: 0, role: 'worker', uses, ...none } as const;
    const command: ClientCommand = { kind: 'create-token', row, lifetimeUs, rotate: 0 };
    this.client.call(command, ({ token }) => {
      this.token = token;
      this.ready();
    });
  }

  refused(why: Refusal | null): void {
    if (this.busy) return;
    if (why === 'forbidden') this.token = '';
    else if (why === 'exists') this.forgetPredecessor();
  }

  /** The name is that of the same machine, before it lost its disk. */
  private forgetPredecessor(): void {
    this.busy = true;
    const fresh = { fresh: true, minIndex: 0 };
    this.client.ask({ kind: 'node', name: this.name }, fresh, (end) => {
      if (end?.answer.kind !== 'node') {
        this.ready();
        return;
      }
      this.client.call({ kind: 'remove-node', node: end.answer.id }, ({ reply }) => {
        // What is still claimed there, or kept on its disk, is not to be forgotten.
        if (reply?.kind === 'refused' && reply.why === 'in-use') {
          this.names += 1;
          this.name = `${this.firstName}-${this.names}n`;
        }
        this.ready();
      });
    });
  }

  message(from: NodeId, message: OrchestratorWireMessage): void {
    this.client.message(from, message);
  }
}
