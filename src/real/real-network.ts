import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { NodeId } from '../sim/message.ts';
import { encodeFrame, type Frame, FrameReader } from './frames.ts';

/** Where a node listens. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

const firstRetryMs = 20;
const longestRetryMs = 1_000;
/** Frames that wait for a connection, and bytes that wait in one; what is more is lost. */
const waitingFrames = 256;
const waitingBytes = 8 * 1024 * 1024;

/** A connection to one peer, made again whenever it breaks. */
class PeerLink {
  readonly #endpoint: Endpoint;
  readonly #received: (frame: Frame, socket: Socket) => void;
  #socket: Socket | undefined;
  #waiting: Buffer[] = [];
  #retryMs = firstRetryMs;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(endpoint: Endpoint, received: (frame: Frame, socket: Socket) => void) {
    this.#endpoint = endpoint;
    this.#received = received;
    this.#connect();
  }

  send(bytes: Buffer): void {
    const socket = this.#socket;
    if (socket !== undefined) {
      if (socket.writableLength < waitingBytes) socket.write(bytes);
    } else {
      if (this.#waiting.length >= waitingFrames) this.#waiting.shift();
      this.#waiting.push(bytes);
    }
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#socket?.destroy();
  }

  #connect(): void {
    const socket = connect({ ...this.#endpoint, noDelay: true });
    readFrames(socket, this.#received);
    socket.on('connect', () => {
      if (this.#closed) {
        socket.destroy();
        return;
      }
      this.#socket = socket;
      this.#retryMs = firstRetryMs;
      for (const bytes of this.#waiting) socket.write(bytes);
      this.#waiting = [];
    });
    socket.on('close', () => {
      this.#socket = undefined;
      // What waited for a peer that is not there is late news by now.
      this.#waiting = [];
      if (this.#closed) return;
      this.#retry = setTimeout(() => this.#connect(), this.#retryMs);
      this.#retryMs = Math.min(longestRetryMs, this.#retryMs * 2);
    });
  }
}

function readFrames(socket: Socket, received: (frame: Frame, socket: Socket) => void): void {
  const reader = new FrameReader();
  socket.on('data', (chunk) => {
    try {
      for (const frame of reader.push(chunk as Buffer)) received(frame, socket);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      socket.destroy();
    }
  });
  // The close that follows says all that matters: messages may be lost.
  socket.on('error', () => {});
}

/** Datagrams over TCP connections: to peers by address, to others over the connection they opened. */
export class RealNetwork {
  readonly #links = new Map<NodeId, PeerLink>();
  readonly #visitors = new Map<NodeId, Socket>();
  readonly #sockets = new Set<Socket>();
  readonly #server: Server | undefined;
  readonly #deliver: (frame: Frame) => void;

  constructor(
    peers: Readonly<Record<NodeId, Endpoint>>,
    listens: boolean,
    deliver: (frame: Frame) => void,
  ) {
    this.#deliver = deliver;
    const received = (frame: Frame, socket: Socket): void => {
      if (!this.#links.has(frame.from)) this.#visitors.set(frame.from, socket);
      this.#deliver(frame);
    };
    for (const [id, endpoint] of Object.entries(peers)) {
      this.#links.set(id, new PeerLink(endpoint, received));
    }
    if (!listens) return;
    this.#server = createServer({ noDelay: true }, (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        for (const [id, visitor] of this.#visitors)
          if (visitor === socket) this.#visitors.delete(id);
      });
      readFrames(socket, received);
    });
  }

  /** Resolves with the port once peers can connect; rejects when the port is taken. */
  listen(endpoint: Endpoint): Promise<number> {
    const server = this.#server as Server;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(endpoint, () => {
        server.off('error', reject);
        resolve((server.address() as AddressInfo).port);
      });
    });
  }

  send(to: NodeId, frame: Frame): void {
    const link = this.#links.get(to);
    if (link !== undefined) {
      link.send(encodeFrame(frame));
      return;
    }
    const visitor = this.#visitors.get(to);
    if (visitor !== undefined && visitor.writableLength < waitingBytes)
      visitor.write(encodeFrame(frame));
  }

  async close(): Promise<void> {
    for (const link of this.#links.values()) link.close();
    for (const socket of this.#sockets) socket.destroy();
    const server = this.#server;
    if (server?.listening) await new Promise((resolve) => server.close(resolve));
  }
}
