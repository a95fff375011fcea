import type { ClientReply, ClientRequest } from '../../src/systems/raft/kv-messages.ts';

/** A call is named by its session and its place in it. */
export function nameOf({ client, sequence }: { client: number; sequence: number }): string {
  return `${client}/${sequence}`;
}

/** In place of the floor of a read that has its answer. */
const answeredRead = -1;

/** Reads kept; older ones have been answered or given up long ago. */
const rememberedReads = 4_096;

/**
 * What clients have been told, read from the messages that reach them, not from what servers
 * believe they said.
 */
export class ClientLedger {
  /** Highest index of a write that some client knows to be done. */
  ackedIndex = 0;
  /** Highest index at which a read that some client got was served. */
  readIndex = 0;
  /** When a client last took an answer that says that the cluster serves. */
  servedUs = 0;
  /** The same for writes alone: reads may be served by a cluster that takes no writes. */
  wroteUs = 0;
  /** When each client endpoint that waits for an answer last asked, by index; and for writes. */
  readonly askedUs: Map<number, number> = new Map();
  readonly writeAskedUs: Map<number, number> = new Map();
  /** For each linearizable read: what was known to be done when it began, until it is answered. */
  readonly #floors: Map<string, number> = new Map();
  /** Writes under way. */
  readonly #writes: Set<string> = new Set();
  /** Calls that were refused for ever. */
  readonly #refused: Set<string> = new Set();

  /** A client sends a call, for the first time or again. */
  called(request: ClientRequest, client: number, timeUs: number): void {
    const name = nameOf(request);
    this.askedUs.set(client, timeUs);
    if (request.operation !== 'get') {
      this.writeAskedUs.set(client, timeUs);
      this.#writes.add(name);
    } else if (request.consistency === 'linearizable' && !this.#floors.has(name)) {
      this.#floors.set(name, Math.max(this.ackedIndex, this.readIndex));
      if (this.#floors.size > rememberedReads) {
        this.#floors.delete(this.#floors.keys().next().value as string);
      }
    }
  }

  /** A client takes an answer. True when it says for the first time that the call is done. */
  answered(reply: ClientReply, client: number, timeUs: number): boolean {
    const name = nameOf(reply);
    if (reply.status === 'too-large') this.#refused.add(name);
    if (reply.status === 'ok' || reply.status === 'disk-full' || reply.status === 'too-large') {
      this.servedUs = timeUs;
      this.askedUs.delete(client);
      if (reply.status !== 'ok' || this.#writes.has(name)) {
        this.wroteUs = timeUs;
        this.writeAskedUs.delete(client);
      }
    }
    if (reply.status !== 'ok') return false;
    if (this.#writes.delete(name)) {
      this.ackedIndex = Math.max(this.ackedIndex, reply.index);
      return true;
    }
    if (this.floorOf(reply) < 0) return false;
    // Kept, so that a late copy of the call does not count as a new one.
    this.#floors.set(name, answeredRead);
    this.readIndex = Math.max(this.readIndex, reply.index);
    return true;
  }

  /** The least index that may serve a linearizable read; -1 when the call is no such read. */
  floorOf(reply: ClientReply): number {
    return this.#floors.get(nameOf(reply)) ?? answeredRead;
  }

  /** Whether this call is a write that no client has been answered yet. */
  isOpenWrite(call: { client: number; sequence: number }): boolean {
    return this.#writes.has(nameOf(call));
  }

  get hasRefused(): boolean {
    return this.#refused.size > 0;
  }

  isRefused(call: { client: number; sequence: number }): boolean {
    return this.#refused.has(nameOf(call));
  }
}
