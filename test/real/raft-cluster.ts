import { join } from 'node:path';
import { type RealNode, runReal } from '../../src/real/run-real.ts';
import type { Component } from '../../src/sim/component.ts';
import type { ClientReply, ClientRequest, RaftKvMessage } from '../../src/systems/raft/index.ts';
import { raftKvCodec } from '../../src/systems/raft/index.ts';
import { NodeProcesses } from './node-processes.ts';

const patienceMs = 400;

/** Raft nodes as child processes, and a client of them. */
export class RaftCluster {
  readonly #processes: NodeProcesses;
  #client: RealNode<null, RaftKvMessage> | undefined;
  #replied: (from: string, reply: ClientReply) => void = () => {};
  #sequence = 0;
  #guess = 0;

  private constructor(processes: NodeProcesses) {
    this.#processes = processes;
  }

  static async start(directory: string, size: number): Promise<RaftCluster> {
    const processes = await NodeProcesses.start(directory, size, {
      system: 'raft',
      // Snapshots often, so that a node that was away has to catch up by one.
      config: { 'raft.snapshotEntries': 20 },
    });
    const cluster = new RaftCluster(processes);
    const client: Component<null, RaftKvMessage> = {
      name: 'client',
      codec: raftKvCodec,
      create: () => null,
      message: (_state, _env, from, message) => {
        if (message.kind === 'reply') cluster.#replied(from, message);
      },
    };
    cluster.#client = await runReal({
      component: client,
      id: 'c1',
      directory: join(directory, 'c1'),
      peers: processes.peers,
    });
    return cluster;
  }

  get names(): readonly string[] {
    return this.#processes.names;
  }

  /** What the processes said on standard error. */
  get complaints(): readonly string[] {
    return this.#processes.complaints;
  }

  begin(id: string): Promise<void> {
    return this.#processes.begin(id);
  }

  kill(id: string): Promise<void> {
    return this.#processes.kill(id);
  }

  async close(): Promise<void> {
    await this.#processes.close();
    await this.#client?.close();
  }

  /** Calls until somebody serves it. Gives the reply, and who served. */
  async call(
    operation: ClientRequest['operation'],
    key: string,
    value = '',
  ): Promise<{ readonly reply: ClientReply; readonly by: string }> {
    const sequence = ++this.#sequence;
    for (let attempt = 1; ; attempt++) {
      const id = this.names[this.#guess % this.names.length] as string;
      const request = { ...this.#request(operation, key, value), sequence, attempt };
      const answer = await this.#once(id, request);
      if (answer?.reply.status === 'ok') return answer;
      const known = this.names.indexOf(answer?.reply.leader ?? '');
      // A lost leader goes on being named for a while.
      this.#guess = known >= 0 && attempt % 3 !== 0 ? known : this.#guess + 1;
      if (answer !== undefined) await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** One read of what one node has applied, however old; undefined when it does not answer. */
  async local(id: string, key: string): Promise<string | null | undefined> {
    const sequence = ++this.#sequence;
    const request = { ...this.#request('get', key, ''), sequence, attempt: 1 };
    const answer = await this.#once(id, { ...request, consistency: 'local' });
    return answer?.reply.status === 'ok' ? answer.reply.value : undefined;
  }

  #request(operation: ClientRequest['operation'], key: string, value: string): ClientRequest {
    return {
      kind: 'request',
      client: 1,
      sequence: 0,
      attempt: 0,
      operation,
      key,
      value,
      expected: null,
      consistency: 'linearizable',
    };
  }

  #once(
    id: string,
    request: ClientRequest,
  ): Promise<{ readonly reply: ClientReply; readonly by: string } | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(undefined), patienceMs);
      this.#replied = (by, reply) => {
        if (reply.sequence !== request.sequence) return;
        clearTimeout(timer);
        resolve({ reply, by });
      };
      this.#client?.env.network.send(id, request);
    });
  }
}
