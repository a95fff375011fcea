import type { Address } from '../../sim/message.ts';
import { encodeCommand } from './kv-codec.ts';
import { type ApplyResult, KvMachine } from './kv-machine.ts';
import {
  type ClientRequest,
  type KvMessage,
  maxKeyLength,
  maxValueLength,
  type ReplyStatus,
} from './kv-messages.ts';
import type { RaftHost, RaftService } from './replicated-machine.ts';

/** A write that was proposed and whose client waits. */
interface PendingWrite {
  readonly client: number;
  readonly sequence: number;
  attempt: number;
  from: Address;
}

/**
 * The clients' side of a node: takes their calls to Raft and their answers back. Every call that was
 * taken is answered in the end, at the latest when leadership is lost.
 */
export class ClientCalls implements RaftService<KvMessage, ApplyResult> {
  readonly machine: KvMachine;
  private readonly host: RaftHost<KvMessage, ApplyResult>;
  /** The newest pending write of each client. */
  private readonly writeOf: Map<number, PendingWrite> = new Map();

  /** @param sessions how many of them the machine keeps */
  constructor(host: RaftHost<KvMessage, ApplyResult>, sessions: number) {
    this.host = host;
    this.machine = new KvMachine(sessions);
  }

  private reply(
    to: Address,
    call: { readonly client: number; readonly sequence: number; readonly attempt: number },
    status: ReplyStatus,
    index: number = 0,
    value: string | null = null,
    swapped: boolean = false,
    leader: string = '',
  ): void {
    const { client, sequence, attempt } = call;
    this.host.env.network.send(to, {
      kind: 'reply',
      client,
      sequence,
      attempt,
      status,
      value,
      swapped,
      index,
      leader,
    });
  }

  message(from: Address, request: KvMessage): void {
    if (request.kind === 'reply') return;
    const { host, machine } = this;
    const { key, value, expected } = request;
    if (!host.running) {
      this.reply(from, request, 'unavailable');
    } else if (
      key.length > maxKeyLength ||
      value.length > maxValueLength ||
      (expected !== null && expected.length > maxValueLength)
    ) {
      this.reply(from, request, 'too-large');
    } else if (request.operation === 'get' && request.consistency === 'local') {
      this.reply(from, request, 'ok', machine.applied, machine.values.get(key) ?? null);
    } else if (!host.isLeader) {
      this.reply(from, request, 'not-leader', 0, null, false, host.leader);
    } else if (request.operation === 'get') {
      this.takeRead(from, request);
    } else {
      this.takeWrite(from, request);
    }
  }

  private takeRead(from: Address, request: ClientRequest): void {
    this.host.read(({ status }) => {
      if (status !== 'fresh') {
        this.reply(from, request, 'unavailable');
        return;
      }
      const value = this.machine.values.get(request.key) ?? null;
      this.reply(from, request, 'ok', this.machine.applied, value);
    });
  }

  private takeWrite(from: Address, request: ClientRequest): void {
    const { client, sequence, attempt } = request;
    if (this.machine.lookUp(client, sequence)) {
      this.answer(from, request, this.machine.result);
      return;
    }
    const same = this.writeOf.get(client);
    if (same !== undefined && same.sequence === sequence) {
      same.attempt = attempt;
      same.from = from;
      return;
    }
    const write: PendingWrite = { client, sequence, attempt, from };
    const taken = this.host.propose(encodeCommand(request), (outcome) => {
      if (this.writeOf.get(client) === write) this.writeOf.delete(client);
      if (outcome.status === 'committed') this.answer(write.from, write, outcome.result);
      else this.reply(write.from, write, outcome.status);
    });
    if (taken) this.writeOf.set(client, write);
  }

  private answer(
    from: Address,
    call: { readonly client: number; readonly sequence: number; readonly attempt: number },
    { status, index, swapped, repeated }: ApplyResult,
  ): void {
    if (repeated) this.host.env.probe('retry answered from the session table');
    this.reply(from, call, status, index, null, swapped);
  }
}
