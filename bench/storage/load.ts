import { type ClientsDefinition, fileClients } from '../../src/index.ts';
import { fileProtocol } from '../../src/systems/storage/file-protocol.ts';
import { FileHistory } from '../../src/workload/file-history.ts';
import type { FileIntent } from '../../src/workload/file-intents.ts';
import type { DoneOperation } from './cluster.ts';

const clients = 4;
const { blockBytes, chunkBytes } = fileProtocol.limits;
const fileBytes = 4 * chunkBytes;
/** What one operation reads or writes. */
const operationBytes = 4 * blockBytes;
const readAndWrite = { read: true, write: true, create: true, exclusive: false, truncate: false };

/**
 * Four clients, each doing one operation after the other as fast as it can: by turns it reads from a
 * file of its neighbour that nobody writes any more, and writes into a file of its own and syncs it.
 */
export function steadyFiles(formUs: number): ClientsDefinition {
  const drawn = fileClients({
    protocol: fileProtocol,
    knobs: { 'clients.count': { kind: 'one of', values: [clients] } },
  });
  return { ...drawn, drawIntents: (_, seed) => intentsOf(seed, formUs), requiredCells: [] };
}

/** More than clients can do in the time that is measured. */
const rounds = 6_000;

function intentsOf(seed: number, formUs: number): readonly FileIntent[] {
  const random = numbersFrom(seed);
  const intents: FileIntent[] = [];
  for (let client = 0; client < clients; client++) {
    const base = { client, atUs: formUs };
    const make = (slot: number, path: string): void => {
      intents.push({ ...base, do: 'reopen', slot, path, flags: readAndWrite });
      for (let offset = 0; offset < fileBytes; offset += chunkBytes) {
        intents.push({ ...base, do: 'write', slot, path, offset, length: chunkBytes });
        intents.push({ ...base, do: 'fsync', slot, path });
      }
    };
    const [own, shown] = [`/own${client}`, `/shown${client}`];
    make(1, shown);
    intents.push({ ...base, do: 'close', slot: 1, path: shown });
    make(0, own);
    const path = `/shown${(client + 1) % clients}`;
    for (let round = 0; round < rounds; round++) {
      const [first = 0, second = 0] = [random(), random()].map(
        (one) => operationBytes * (one % (fileBytes / operationBytes)),
      );
      const length = operationBytes;
      intents.push({ ...base, do: 'read', slot: 1, path, offset: first, length });
      intents.push({ ...base, do: 'write', slot: 0, path: own, offset: second, length });
      intents.push({ ...base, do: 'fsync', slot: 0, path: own });
    }
  }
  return intents;
}

/** Numbers below 2^31 in an order that hangs on the seed alone (xorshift, 32 bits). */
function numbersFrom(seed: number): () => number {
  let state = (seed * 2_654_435_761) | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 1;
  };
}

/** What succeeded so far. A write counts when it is synced, with the time of both. */
export function operationsOf(history: FileHistory): readonly DoneOperation[] {
  const done: DoneOperation[] = [];
  /** The write of each client that is not synced yet, or -1. */
  const written = new Map<number, number>();
  for (let at = 0; at < history.length; at++) {
    const answer = history.answer[at];
    if (answer === undefined) continue;
    const call = history.call[at]!;
    const client = history.client[at]!;
    const isDone = answer.errno === null;
    if (call.do === 'write') written.set(client, isDone ? at : -1);
    else if (call.do === 'fsync') {
      const write = written.get(client) ?? -1;
      const wrote = history.call[write];
      if (!isDone || write < 0 || wrote?.do !== 'write') continue;
      const atUs = history.invokedUs[write]!;
      const tookUs = history.completedUs[at]! - atUs;
      done.push({ kind: 'write', atUs, tookUs, bytes: wrote.bytes.length });
    } else if (isDone) {
      const atUs = history.invokedUs[at]!;
      const bytes = history.read[at]?.length ?? 0;
      const kind = call.do === 'read' ? 'read' : 'other';
      done.push({ kind, atUs, tookUs: history.completedUs[at]! - atUs, bytes });
    }
  }
  return done;
}

/** The history of a run whose clients are those above. */
export function asFileHistory(history: unknown): FileHistory {
  if (history instanceof FileHistory) return history;
  throw new TypeError('these clients keep no history of files');
}
