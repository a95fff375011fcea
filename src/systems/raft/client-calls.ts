import type { Env } from '../../sim/env.ts';
import type { Address, NodeId } from '../../sim/message.ts';
import { encodeCommand } from './kv-codec.ts';
import type { KvMachine } from './kv-machine.ts';
import type { RaftCore } from './raft-core.ts';
import {
  type ClientRequest,
  type Entry,
  maxKeyLength,
  maxValueLength,
  type RaftKvMessage,
  type ReplyStatus,
} from './types.ts';

/** A write in the log of this leadership that a client waits for. */
interface PendingWrite {
  readonly client: number;
  readonly sequence: number;
  readonly term: number;
  attempt: number;
  from: Address;
}

interface PendingRead {
  readonly request: ClientRequest;
  readonly from: Address;
}

/**
 * The clients' side of a node: takes their calls to Raft and their answers back. Every call that was
 * taken is answered in the end, at the latest when leadership is lost.
 */
export class ClientCalls {
  private readonly env: Env<RaftKvMessage>;
  private readonly peers: readonly NodeId[];
  /** By index of the entry. */
  private readonly writes: Map<number, PendingWrite> = new Map();
  /** The newest pending write of each client. */
  private readonly writeOf: Map<number, PendingWrite> = new Map();
  private readonly reads: Map<number, PendingRead> = new Map();
  private lastRead = 0;
  /** Reads whose leadership is confirmed and whose index is not applied yet. */
  private readonly confirmed: number[] = [];
  private readonly confirmedAt: number[] = [];

  constructor(env: Env<RaftKvMessage>, peers: readonly NodeId[]) {
    this.env = env;
    this.peers = peers;
  }

  private reply(
    to: Address,
    call: { readonly client: number; readonly sequence: number; readonly attempt: number },
    status: ReplyStatus,
    index: number = 0,
    value: string | null = null,
    swapped: boolean = false,
    leader: NodeId = '',
  ): void {
    const { client, sequence, attempt } = call;
    this.env.network.send(to, {
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

  /** Answers a call that a node cannot serve now: starting, or withdrawn. */
  refuse(from: Address, request: ClientRequest): void {
    this.reply(from, request, 'unavailable');
  }

  /** Handles a call at a node that runs. */
  take(
    from: Address,
    request: ClientRequest,
    core: RaftCore,
    machine: KvMachine,
    diskFull: boolean,
    nowUs: number,
  ): void {
    const { key, value, expected } = request;
    if (
      key.length > maxKeyLength ||
      value.length > maxValueLength ||
      (expected !== null && expected.length > maxValueLength)
    ) {
      this.reply(from, request, 'too-large');
    } else if (request.operation === 'get' && request.consistency === 'local') {
      this.reply(from, request, 'ok', machine.applied, machine.values.get(key) ?? null);
    } else if (core.role !== 'leader') {
      const leader = core.leader === 0 ? '' : this.peers[core.leader - 1]!;
      this.reply(from, request, 'not-leader', 0, null, false, leader);
    } else if (request.operation === 'get') {
      const read = ++this.lastRead;
      this.reads.set(read, { request, from });
      core.readIndex(read, nowUs);
    } else {
      this.takeWrite(from, request, core, machine, diskFull, nowUs);
    }
  }

  private takeWrite(
    from: Address,
    request: ClientRequest,
    core: RaftCore,
    machine: KvMachine,
    diskFull: boolean,
    nowUs: number,
  ): void {
    const { client, sequence, attempt } = request;
    if (machine.lookUp(client, sequence)) {
      this.answerFromTable(from, request, machine);
      return;
    }
    const same = this.writeOf.get(client);
    if (same !== undefined && same.sequence === sequence) {
      same.attempt = attempt;
      same.from = from;
      return;
    }
    const data = encodeCommand(request);
    if (!core.accepts(data.length)) {
      if (diskFull) this.env.probe('write refused on a full disk');
      this.reply(from, request, diskFull ? 'disk-full' : 'unavailable');
      return;
    }
    const entry = core.propose('command', data, nowUs);
    const write: PendingWrite = { client, sequence, term: entry.term, attempt, from };
    this.writes.set(entry.index, write);
    this.writeOf.set(client, write);
  }

  private answerFromTable(
    from: Address,
    call: { readonly client: number; readonly sequence: number; readonly attempt: number },
    machine: KvMachine,
  ): void {
    const { status, index, swapped, repeated } = machine.result;
    if (repeated) this.env.probe('retry answered from the session table');
    this.reply(from, call, status, index, null, swapped);
  }

  /** An entry was applied; `machine.result` has the outcome of a command. */
  applied(entry: Entry, machine: KvMachine): void {
    const write = this.writes.get(entry.index);
    if (write === undefined) return;
    this.writes.delete(entry.index);
    if (this.writeOf.get(write.client) === write) this.writeOf.delete(write.client);
    if (write.term !== entry.term) this.reply(write.from, write, 'unknown');
    else this.answerFromTable(write.from, write, machine);
  }

  /** Serves the reads that Raft has released, once their index is applied; refuses the others. */
  serveReads(core: RaftCore, machine: KvMachine): void {
    const { releasedReads, releasedAt, refusedReads } = core;
    for (const read of refusedReads) {
      const pending = this.reads.get(read)!;
      this.reads.delete(read);
      this.reply(pending.from, pending.request, 'unavailable');
    }
    refusedReads.length = 0;
    for (let i = 0; i < releasedReads.length; i++) {
      this.confirmed.push(releasedReads[i]!);
      this.confirmedAt.push(releasedAt[i]!);
    }
    releasedReads.length = 0;
    releasedAt.length = 0;
    let served = 0;
    while (served < this.confirmed.length && this.confirmedAt[served]! <= machine.applied) {
      const read = this.confirmed[served++]!;
      const { from, request } = this.reads.get(read)!;
      this.reads.delete(read);
      const value = machine.values.get(request.key) ?? null;
      this.reply(from, request, 'ok', machine.applied, value);
    }
    if (served === 0) return;
    this.confirmed.splice(0, served);
    this.confirmedAt.splice(0, served);
  }

  /**
   * Leadership is lost: writes in the log may take effect or not. Reads that were confirmed before
   * stay: what they may see does not depend on who leads now.
   */
  leadershipLost(): void {
    if (this.writes.size > 0) this.env.probe('leader change under load');
    for (const write of this.writes.values()) this.reply(write.from, write, 'unknown');
    this.writes.clear();
    this.writeOf.clear();
  }

  /** The node serves no more in this life: answers everything. */
  close(): void {
    this.leadershipLost();
    for (const { from, request } of this.reads.values()) this.refuse(from, request);
    this.reads.clear();
    this.confirmed.length = 0;
    this.confirmedAt.length = 0;
  }
}
