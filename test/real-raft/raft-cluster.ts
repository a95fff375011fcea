import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type RealNode, runReal } from '../../src/real/run-real.ts';
import type { Component } from '../../src/sim/component.ts';
import type { ClientReply, ClientRequest, RaftKvMessage } from '../../src/systems/raft/index.ts';
import { raftKvCodec } from '../../src/systems/raft/index.ts';

const program = fileURLToPath(new URL('./raft-process.ts', import.meta.url));
const host = '127.0.0.1';
const patienceMs = 400;

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, host));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Raft nodes as child processes, and a client of them. */
export class RaftCluster {
  readonly peers: Readonly<Record<string, { host: string; port: number }>>;
  readonly names: readonly string[];
  /** What the processes said on standard error. */
  readonly complaints: string[] = [];
  readonly #directory: string;
  readonly #processes = new Map<string, ChildProcess>();
  #client: RealNode<null, RaftKvMessage> | undefined;
  #replied: (from: string, reply: ClientReply) => void = () => {};
  #sequence = 0;
  #guess = 0;

  private constructor(directory: string, ports: readonly number[]) {
    this.#directory = directory;
    this.peers = Object.fromEntries(ports.map((port, index) => [`n${index + 1}`, { host, port }]));
    this.names = Object.keys(this.peers);
  }

  static async start(directory: string, size: number): Promise<RaftCluster> {
    const cluster = new RaftCluster(directory, await freePorts(size));
    const begun = await Promise.allSettled(cluster.names.map((id) => cluster.begin(id)));
    const failed = begun.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) {
      await cluster.close();
      throw failed.reason;
    }
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
      peers: cluster.peers,
    });
    return cluster;
  }

  /** Starts the process of a node, on the files that it left. */
  async begin(id: string): Promise<void> {
    const options = { id, directory: join(this.#directory, id), peers: this.peers };
    const child = spawn(process.execPath, [program, JSON.stringify(options)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#processes.set(id, child);
    child.stderr.on('data', (text: Buffer) => this.complaints.push(`${id}: ${text}`));
    await Promise.race([
      once(child.stdout, 'data'),
      once(child, 'exit').then(() => {
        this.#processes.delete(id);
        throw new Error(`${id} ended at its start: ${this.complaints.join('')}`);
      }),
    ]);
  }

  /** `kill -9`. Resolves when the process is gone. */
  async kill(id: string): Promise<void> {
    const child = this.#processes.get(id) as ChildProcess;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    this.#processes.delete(id);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#processes.keys()].map((id) => this.kill(id)));
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
