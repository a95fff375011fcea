import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NodeProcess } from './node-process.ts';

const program = fileURLToPath(new URL('./node-process.ts', import.meta.url));
const host = '127.0.0.1';

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, host));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** The nodes of a system as child processes on this machine. */
export class NodeProcesses {
  readonly peers: NodeProcess['peers'];
  readonly names: readonly string[];
  /** What the processes said on standard error. */
  readonly complaints: string[] = [];
  readonly #directory: string;
  readonly #about: Pick<NodeProcess, 'system' | 'config'>;
  readonly #processes = new Map<string, ChildProcess>();

  private constructor(
    directory: string,
    ports: readonly number[],
    about: Pick<NodeProcess, 'system' | 'config'>,
  ) {
    this.#directory = directory;
    this.#about = about;
    this.peers = Object.fromEntries(ports.map((port, index) => [`n${index + 1}`, { host, port }]));
    this.names = Object.keys(this.peers);
  }

  static async start(
    directory: string,
    size: number,
    about: Pick<NodeProcess, 'system' | 'config'>,
  ): Promise<NodeProcesses> {
    for (let attempt = 1; ; attempt++) {
      const processes = new NodeProcesses(directory, await freePorts(size), about);
      const begun = await Promise.allSettled(processes.names.map((id) => processes.begin(id)));
      const failed = begun.find((outcome) => outcome.status === 'rejected');
      if (failed === undefined) return processes;
      await processes.close();
      // Somebody else has taken a port between the look for it and its use.
      if (attempt === 3 || !String(failed.reason).includes('EADDRINUSE')) throw failed.reason;
    }
  }

  /** Starts the process of a node, on the files that it left. */
  async begin(id: string): Promise<void> {
    const { peers } = this;
    const options = { ...this.#about, id, directory: join(this.#directory, id), peers };
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
  }
}
