import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import type { BlocksRead } from '../../src/systems/storage/messages/data-messages.ts';
import type { StorageFacts, StorageMoment } from './moment.ts';

/** What a chunkserver took in for a block, and until when nothing took its place. */
interface BlockWas {
  readonly version: number;
  readonly checksum: number;
  untilUs: number;
}

/** By node, number of the fragment there and block: the newest, and the one before it. */
type Taken = Map<string, readonly BlockWas[]>;

export const whatWasTakenIn = rung<StorageMoment, Taken>({
  id: 'SA3',
  title: 'what was taken in is what leaves',
  statement:
    'A chunkserver answers with the newest bytes that it has ever had on its disk for a block: not with older ones, nor with those of another place.',
  source:
    'Bairavasundaram et al., FAST 2008; Krioukov et al., FAST 2008: lost and misdirected writes',
  kind: 'always',
  owedUnder: 'any damage',
  watches: ['fragments', 'send:blocks-read'],
  ghost: () => new Map(),
  check({ node, timeUs, facts, message, peer, changes }, taken): Outcome {
    if (message?.kind === 'blocks-read') {
      return judgeAnswer(facts, node, peer, message as BlocksRead, taken);
    }
    for (const { record, fragment } of changes) {
      if (record.kind !== 'write' && record.kind !== 'put') continue;
      for (const { block, version, checksum } of record.blocks) {
        const key = `${node}/${fragment.number}/${block}`;
        const [last] = taken.get(key) ?? [];
        const now = { version, checksum, untilUs: Number.POSITIVE_INFINITY };
        if (last !== undefined) last.untilUs = timeUs;
        taken.set(key, last === undefined ? [now] : [now, last]);
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
  taken: Taken,
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
    const was = taken.get(`${node}/${fragment.number}/${block}`);
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
