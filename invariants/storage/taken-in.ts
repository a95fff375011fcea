import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import type { BlocksRead } from '../../src/systems/storage/messages/data-messages.ts';
import type { StorageFacts, StorageMoment } from './moment.ts';

/** What a chunkserver took in for a block, and until when nothing took its place. */
interface BlockWas {
  readonly version: number;
  readonly checksum: number;
  untilUs: number;
}

/** Of each node by number of the fragment there and block: the newest, and the one before it. */
type Taken = Map<number, Map<string, readonly BlockWas[]>>;

export const whatWasTakenIn = rung<StorageMoment, Taken>({
  id: 'SA3',
  title: 'what was taken in is what leaves',
  statement:
    'A chunkserver answers with the newest bytes that its life has taken in for a block: not with older ones, nor with those of another place.',
  source:
    'Bairavasundaram et al., FAST 2008; Krioukov et al., FAST 2008: lost and misdirected writes',
  kind: 'always',
  owedUnder: 'any damage',
  watches: ['started', 'fragments', 'send:blocks-read'],
  ghost: () => new Map(),
  check({ node, timeUs, facts, message, peer, changes, isStart }, taken): Outcome {
    if (message?.kind === 'blocks-read') {
      return judgeAnswer(facts, node, peer, message as BlocksRead, taken.get(node));
    }
    // What had not been synced may be gone; what had been is the concern of SA4.
    if (isStart) {
      taken.delete(node);
      return premiseFalse;
    }
    const own = taken.get(node) ?? new Map<string, readonly BlockWas[]>();
    taken.set(node, own);
    for (const { record, fragment } of changes) {
      if (record.kind !== 'write' && record.kind !== 'put') continue;
      for (const { block, version, checksum } of record.blocks) {
        const key = `${fragment.number}/${block}`;
        const [last] = own.get(key) ?? [];
        const now = { version, checksum, untilUs: Number.POSITIVE_INFINITY };
        if (last !== undefined) last.untilUs = timeUs;
        own.set(key, last === undefined ? [now] : [now, last]);
      }
    }
    return premiseFalse;
  },
});

function judgeAnswer(
  facts: StorageFacts,
  node: number,
  to: number,
  answer: BlocksRead,
  own: ReadonlyMap<string, readonly BlockWas[]> | undefined,
): Outcome {
  const asked = facts.reads.of(node, to, answer);
  const { wipedUs } = facts.servers[node]!;
  if (asked === undefined || answer.fault !== null || wipedUs >= 0) return premiseFalse;
  const { chunk, generation, part, firstBlock } = asked.read;
  const fragment = facts.servers[node]!.table.findStill(asked.read);
  if (fragment === undefined) return premiseFalse;
  let outcome: Outcome = premiseFalse;
  for (const [at, { bytes, version, checksum }] of answer.blocks.entries()) {
    if (bytes.length === 0) continue;
    const block = firstBlock + at;
    const was = own?.get(`${fragment.number}/${block}`);
    if (was === undefined) continue;
    const isIt = was.some(
      (one) => one.version === version && one.checksum === checksum && one.untilUs >= asked.atUs,
    );
    if (!isIt) {
      const [newest] = was;
      const values = { chunk, generation, part, block, version, checksum, newest: { ...newest } };
      return broken({ nodes: [node], values });
    }
    outcome = held;
  }
  return outcome;
}
