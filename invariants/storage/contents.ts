import {
  broken,
  hashBytes,
  hashText,
  held,
  mix,
  type Outcome,
  premiseFalse,
  rung,
} from '../../src/index.ts';
import type { JournalBlock } from '../../src/systems/storage/chunkserver/journal-format.ts';
import type { StorageFacts, StorageMoment } from './moment.ts';
import type { FragmentChange } from './server-mirror.ts';
import { slowParity } from './slow-code.ts';
import { codeOf, isEqual, StripeParts } from './stripe-parts.ts';

/** What was first written under a name; whoever writes it again must write the same. */
export interface Contents {
  /** By chunk, fence and sequence of a write to replicas: hash of the blocks that it left. */
  readonly writes: Map<string, number>;
  /** By chunk, version, generation and part: hash of a part of a stripe. */
  readonly parts: Map<string, number>;
  readonly stripes: StripeParts;
}

export const oneCodeword = rung<StorageMoment, Contents>({
  id: 'SC4',
  title: 'one codeword',
  statement:
    'Fragments of one version of a chunk are of one content: replicas take equal writes alike, and parts are those that the code makes of the data.',
  source: 'HDFS-14768, HDDS-7056, seaweedfs#9872, moosefs#571; Krioukov et al., FAST 2008',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['fragments'],
  ghost: () => ({ writes: new Map(), parts: new Map(), stripes: new StripeParts() }),
  check({ node, changes, facts }, contents) {
    let outcome: Outcome = premiseFalse;
    for (const change of changes) {
      const { record } = change;
      let found: Outcome = premiseFalse;
      if (record.kind === 'write') found = judgeWrite(node, change, contents);
      else if (record.kind === 'put') found = judgePut(facts, node, change, contents);
      if (found.kind === 'broken') return found;
      if (found === held) outcome = held;
    }
    return outcome;
  },
});

function hashOf(blocks: readonly JournalBlock[]): number {
  let hash = blocks.length;
  for (const { block, data } of blocks) hash = mix(mix(hash, block), hashBytes(data));
  return hash;
}

function judgeWrite(
  node: number,
  { record, fragment }: FragmentChange,
  { writes }: Contents,
): Outcome {
  if (record.kind !== 'write') return premiseFalse;
  const { fence, sequence, blocks } = record;
  const name = `${fragment.chunk}/${fence}/${sequence}`;
  const hash = hashOf(blocks);
  const first = writes.get(name);
  if (first === undefined) {
    writes.set(name, hash);
    return premiseFalse;
  }
  if (first === hash) return held;
  const { chunk } = fragment;
  const values = { chunk, fence, sequence, content: hashText(hash), first: hashText(first) };
  return broken({ nodes: [node], values });
}

function judgePut(
  facts: StorageFacts,
  node: number,
  { record }: FragmentChange,
  { parts, stripes }: Contents,
): Outcome {
  if (record.kind !== 'put' || record.blocks.length === 0) return premiseFalse;
  const { chunk, version, generation, part, blocks } = record;
  const code = codeOf(facts, chunk, generation);
  if (code === undefined) return premiseFalse;
  const name = `${chunk}/${version}/${generation}/${part}`;
  const hash = hashOf(blocks);
  const first = parts.get(name);
  const identity = { chunk, version, generation, part };
  if (first !== undefined) {
    if (first === hash) return held;
    const values = { ...identity, content: hashText(hash), first: hashText(first) };
    return broken({ nodes: [node], values });
  }
  parts.set(name, hash);
  const whole = stripes.take(record, code);
  if (whole === undefined) return premiseFalse;
  const [dataParts, parityParts] = code;
  const parity = slowParity(whole.slice(0, dataParts), parityParts);
  if (parity === undefined) return premiseFalse;
  const isWord = parity.every((bytes, at) => isEqual(bytes, whole[dataParts + at]!));
  return isWord ? held : broken({ nodes: [node], values: { ...identity, isWord } });
}
