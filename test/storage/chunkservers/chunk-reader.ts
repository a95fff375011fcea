import type { BlocksRead } from '../../../src/systems/storage/messages/data-messages.ts';
import { simulationSettings } from '../../../src/systems/storage/metadata/settings.ts';
import { simulationTimings } from '../../../src/systems/storage/timings.ts';
import type { Steward } from './steward.ts';
import type { StewardChunk } from './steward-log.ts';
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
export async function readAll(steward: Steward, state: StewardChunk): Promise<void> {
  let known: Known | undefined;
  for (;;) {
    await steward.env.sleep(1 + steward.below(30_000, 'before read'));
    if (state.version === 0) continue;
    const nowUs = steward.env.clock.monotonicUs();
    if (known === undefined || nowUs >= known.atUs + cachedForUs) {
      const { version, members } = state;
      known = { version, members, index: steward.index, atUs: nowUs };
    }
    if (!(await readOnce(steward, state, known))) known = undefined;
  }
}

/** False when what was known of the chunk is worth nothing any more. */
async function readOnce(
  steward: Steward,
  { chunk, bytes }: StewardChunk,
  { version, members, index }: Known,
): Promise<boolean> {
  const { log } = steward;
  const name = { chunk, version, generation: 0, part: 0 };
  const least = bytes.least.slice();
  const blocksThere = chunkBytes / blockBytes;
  const firstBlock = steward.below(blocksThere, 'first block');
  const blocks = 1 + steward.below(Math.min(4, blocksThere - firstBlock), 'blocks');
  let from = members[steward.below(members.length, 'reader')]!;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const reply = await steward.ask<BlocksRead>(from, dataTimeoutUs, (request) => ({
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
