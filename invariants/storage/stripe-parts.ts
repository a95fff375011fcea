import type {
  JournalBlock,
  JournalRecord,
} from '../../src/systems/storage/chunkserver/journal-format.ts';
import type { StorageFacts } from './moment.ts';

type Put = Extract<JournalRecord, { kind: 'put' }>;

/** Stripes whose parts become durable one after the other, by chunk, version and generation. */
export class StripeParts {
  readonly #coming: Map<string, (Uint8Array | null)[]> = new Map();

  /** Takes a part in; gives all parts of its stripe when it is the last one that was missing. */
  take(put: Put, [dataParts, parityParts]: Code): readonly Uint8Array[] | undefined {
    const { chunk, version, generation, part, blocks } = put;
    const stripe = `${chunk}/${version}/${generation}`;
    const all: (Uint8Array | null)[] =
      this.#coming.get(stripe) ?? new Array(dataParts + parityParts).fill(null);
    all[part] = bytesOf(blocks);
    this.#coming.set(stripe, all);
    if (all.includes(null)) return undefined;
    this.#coming.delete(stripe);
    return all as Uint8Array[];
  }
}

/** Data parts and parity parts. */
export type Code = readonly [number, number];

/** The code of a chunk under a generation; undefined: replicas, or not known. */
export function codeOf(
  { oracle }: StorageFacts,
  chunk: number,
  generation: number,
): Code | undefined {
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

export function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
