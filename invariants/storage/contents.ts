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

/** What was first written under a name; whoever writes it again must write the same. */
export interface Contents {
  /** By chunk, fence and sequence of a write to replicas: hash of the blocks that it left. */
  readonly writes: Map<string, number>;
  /** By chunk, version, generation and part: hash of a part of a stripe. */
  readonly parts: Map<string, number>;
  /** Parts of stripes that are not whole yet, by chunk, version and generation. */
  readonly stripes: Map<string, (Uint8Array | null)[]>;
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
  ghost: () => ({ writes: new Map(), parts: new Map(), stripes: new Map() }),
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

/** The bytes of a part, whose blocks stand one behind the other. */
function bytesOf(blocks: readonly JournalBlock[]): Uint8Array {
  const size = blocks.reduce((sum, { data }) => sum + data.length, 0);
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const { data } of blocks) {
    bytes.set(data, at);
    at += data.length;
  }
  return bytes;
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
  const stripe = `${chunk}/${version}/${generation}`;
  const name = `${stripe}/${part}`;
  const hash = hashOf(blocks);
  const first = parts.get(name);
  const identity = { chunk, version, generation, part };
  if (first !== undefined) {
    if (first === hash) return held;
    const values = { ...identity, content: hashText(hash), first: hashText(first) };
    return broken({ nodes: [node], values });
  }
  parts.set(name, hash);
  const [dataParts, parityParts] = code;
  const all: (Uint8Array | null)[] =
    stripes.get(stripe) ?? new Array(dataParts + parityParts).fill(null);
  all[part] = bytesOf(blocks);
  stripes.set(stripe, all);
  if (all.includes(null)) return premiseFalse;
  stripes.delete(stripe);
  const whole = all as Uint8Array[];
  const parity = slowParity(whole.slice(0, dataParts), parityParts);
  if (parity === undefined) return premiseFalse;
  const isWord = parity.every((bytes, at) => isEqual(bytes, whole[dataParts + at]!));
  return isWord ? held : broken({ nodes: [node], values: { ...identity, isWord } });
}

/** Data and parity parts of a chunk's code under a generation; undefined: replicas, or not known. */
function codeOf(
  { oracle }: StorageFacts,
  chunk: number,
  generation: number,
): readonly [number, number] | undefined {
  const row = oracle.state.chunks.get(chunk);
  if (row === undefined) return undefined;
  const { conversion } = row;
  const isNext = conversion !== null && conversion.generation === generation;
  if (!isNext && row.generation !== generation) return undefined;
  const classId = isNext ? conversion.classId : row.classId;
  const { redundancy } = oracle.state.classes.get(classId)!;
  if (redundancy.kind === 'replicated') return undefined;
  return [redundancy.dataParts, redundancy.parityParts];
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
