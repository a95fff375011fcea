import type { Component } from '../../../src/sim/component.ts';
import type { BlocksRead } from '../../../src/systems/storage/messages/data-messages.ts';
import {
  type StorageWireMessage,
  storageCodec,
} from '../../../src/systems/storage/messages/storage-codec.ts';
import { simulationSettings } from '../../../src/systems/storage/metadata/settings.ts';
import { simulationTimings } from '../../../src/systems/storage/timings.ts';
import { Asker } from './asker.ts';
import type { StewardChunk, StewardLog } from './steward-log.ts';
import { joined } from './written-bytes.ts';

const { blockBytes, chunkBytes } = simulationSettings;
const { dataTimeoutUs } = simulationTimings;
/** How long a reader begins to read by what it knew. */
const cachedForUs = 300_000;
const attempts = 3;
/** And until when it still may. */
export const knownForUs: number = cachedForUs + attempts * dataTimeoutUs;

interface Known {
  readonly version: number;
  readonly members: readonly string[];
  readonly index: number;
  readonly atUs: number;
}

/** Reads a chunk again and again, from members that it knew a while ago. */
async function readAll(asker: Asker, chunk: number): Promise<void> {
  let known: Known | undefined;
  for (;;) {
    await asker.env.sleep(1 + asker.below(30_000, 'before read'));
    const state = asker.log.chunks.get(chunk);
    if (state === undefined || state.version === 0) continue;
    const nowUs = asker.env.clock.monotonicUs();
    if (known === undefined || nowUs >= known.atUs + cachedForUs) {
      const { version, members } = state;
      known = { version, members, index: asker.log.index, atUs: nowUs };
    }
    if (!(await readOnce(asker, state, known))) known = undefined;
  }
}

/** False when what was known of the chunk is worth nothing any more. */
async function readOnce(
  asker: Asker,
  { chunk, bytes }: StewardChunk,
  { version, members, index }: Known,
): Promise<boolean> {
  const { log } = asker;
  const name = { chunk, version, generation: 0, part: 0 };
  const least = bytes.least.slice();
  const blocksThere = chunkBytes / blockBytes;
  const firstBlock = asker.below(blocksThere, 'first block');
  const blocks = 1 + asker.below(Math.min(4, blocksThere - firstBlock), 'blocks');
  let from = members[asker.below(members.length, 'reader')]!;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const reply = await asker.ask<BlocksRead>(from, dataTimeoutUs, (request) => ({
      kind: 'read-blocks',
      ...{ request, ...name, firstBlock, blocks, index, forRepair: false },
    }));
    log.count(`read ${reply === undefined ? 'unanswered' : (reply.fault ?? 'ok')}`);
    if (reply?.fault === 'stale' || reply?.fault === 'absent') return false;
    if (reply?.fault === 'pending' && reply.ask !== '') from = reply.ask;
    if (reply?.fault !== null) continue;
    const data = joined(name, firstBlock, reply.blocks, blockBytes);
    const offset = firstBlock * blockBytes;
    const wrong = typeof data === 'string' ? data : bytes.wrongRead(offset, data, least);
    if (wrong !== '') log.wrong.push(`chunk ${chunk} version ${version} at ${from}: ${wrong}`);
    if (typeof data !== 'string') bytes.seen(offset, data);
    return true;
  }
  return true;
}

/** The endpoint of a reader: another side of a partition than the steward's, as often as not. */
export function readerComponent(
  log: StewardLog,
  chunks: number,
): Component<Asker, StorageWireMessage> {
  return {
    name: 'reader',
    codec: storageCodec,
    create: (env) => new Asker(env, log),
    start(asker) {
      for (let chunk = 1; chunk <= chunks; chunk++) void readAll(asker, chunk);
    },
    message(asker, _env, from, message) {
      asker.message(from, message);
    },
  };
}
