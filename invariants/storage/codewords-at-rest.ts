import { broken, held, mix, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import type { FragmentOnDisk } from '../../src/systems/storage/chunkserver/disk-image.ts';
import { ReedSolomon } from '../../src/systems/storage/erasure/reed-solomon.ts';
import {
  DisksNow,
  type Stripe,
  serves,
  stripesOf,
} from '../../src/systems/storage/ground-truth.ts';
import { neededParts } from '../../src/systems/storage/placement/storage-class.ts';
import type { StorageFacts, StorageMoment } from './moment.ts';

export const anyPartsAgree = rung<StorageMoment>({
  id: 'SD8',
  title: 'any parts say the same',
  statement:
    'Of a chunk that nobody writes, replicas that are whole are alike, and from any sufficient part of a stripe follow the other parts as they lie on disks.',
  source:
    'Plank 1997, any k of n; HDFS-14768, HDFS-15240, lizardfs#746: what a repair put there could not be read',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  watches: ['phase', 'end'],
  check({ facts, timeUs }) {
    const { state } = facts.oracle;
    const disks = new DisksNow(facts.world, facts.settings.blockBytes);
    let outcome: Outcome = premiseFalse;
    for (const chunk of state.chunks.keys()) {
      const row = state.chunks.get(chunk)!;
      if (row.version === 0 || row.grant !== null || row.unsettled) continue;
      const [committed] = stripesOf(state, chunk, row);
      const parts = wholeParts(disks, committed!);
      const found = judge(facts, committed!, parts, mix(timeUs >>> 0, chunk));
      if (found.kind === 'broken') return found;
      if (found === held) outcome = held;
    }
    return outcome;
  },
});

/** By position: what is whole on disk; undefined where there is nothing, or damage. */
function wholeParts(disks: DisksNow, stripe: Stripe): (FragmentOnDisk | undefined)[] {
  return stripe.members.map((server, position) => {
    if (server === 0) return undefined;
    return disks.of(server - 1).find((one) => one.intact && serves(stripe, position, one));
  });
}

function judge(
  { settings }: StorageFacts,
  stripe: Stripe,
  parts: readonly (FragmentOnDisk | undefined)[],
  drawn: number,
): Outcome {
  const there = [...parts.keys()].filter((position) => parts[position] !== undefined);
  const { redundancy } = stripe.storageClass;
  const needed = neededParts(redundancy);
  if (there.length <= needed) return premiseFalse;
  // Who is asked is drawn, so that in time every way to lose the rest is tried.
  const asked = rotated(there, drawn).slice(0, needed);
  const others = there.filter((position) => !asked.includes(position));
  const blocks = Math.max(...there.map((position) => parts[position]!.blocks.length));
  for (let block = 0; block < blocks; block++) {
    const bytesAt = (position: number): Uint8Array =>
      padded(parts[position]!.blocks[block]?.bytes, settings.blockBytes);
    const expected = (position: number): Uint8Array => {
      if (redundancy.kind === 'replicated') return bytesAt(asked[0]!);
      const { dataParts, parityParts } = redundancy;
      const row = parts.map((_, at) => (asked.includes(at) ? bytesAt(at) : null));
      return new ReedSolomon(dataParts, parityParts).rebuild(row, [position])[0]!;
    };
    for (const position of others) {
      const [want, have] = [expected(position), bytesAt(position)];
      if (want.every((byte, at) => byte === have[at])) continue;
      const { chunk, version, generation, members } = stripe;
      const values = { chunk, version, generation, block, position, asked, members };
      return broken({ nodes: [members[position]! - 1], values });
    }
  }
  return held;
}

function rotated(positions: readonly number[], drawn: number): number[] {
  const order = positions.map((position) => ({ position, rank: mix(drawn, position) >>> 0 }));
  return order.sort((a, b) => a.rank - b.rank).map(({ position }) => position);
}

/** What was never written reads as zeros. */
function padded(bytes: Uint8Array | undefined, size: number): Uint8Array {
  const whole = new Uint8Array(size);
  if (bytes !== undefined) whole.set(bytes);
  return whole;
}
