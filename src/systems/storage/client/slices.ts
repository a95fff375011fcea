/** What a client moved and copied, for benchmarks. */
export interface ClientCounters {
  /** Content that was given to readers. */
  readBytes: number;
  /** Content that was taken from writers and is durable. */
  writtenBytes: number;
  /** Bytes of content that were copied from one buffer into another on this side, coding included. */
  copiedBytes: number;
  /** Reads of a range of a stripe for which a part had to be computed. */
  degradedReads: number;
  /** Ranges of chunks that were read from chunkservers. */
  chunkReads: number;
}

export function newCounters(): ClientCounters {
  return { readBytes: 0, writtenBytes: 0, copiedBytes: 0, degradedReads: 0, chunkReads: 0 };
}

let zeroBytes: Uint8Array = new Uint8Array(4_096);

/** Zeros, shared by all who ask: nobody may write into them. */
export function zeros(count: number): Uint8Array {
  if (count > zeroBytes.length) zeroBytes = new Uint8Array(count);
  return zeroBytes.subarray(0, count);
}

/** One buffer out of slices; the only slice is given back as it is, several are copied. */
export function joinSlices(slices: readonly Uint8Array[], counters: ClientCounters): Uint8Array {
  if (slices.length === 1) return slices[0]!;
  const joined = new Uint8Array(slices.reduce((sum, slice) => sum + slice.length, 0));
  let at = 0;
  for (const slice of slices) {
    joined.set(slice, at);
    at += slice.length;
  }
  counters.copiedBytes += joined.length;
  return joined;
}

/** Bytes at an offset of a file or chunk. The bytes are a view that nobody changes. */
export interface Extent {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export function endOf({ offset, bytes }: Extent): number {
  return offset + bytes.length;
}

/** What of the range from `from` to `to` no extent covers, in order. */
export function gapsBetween(
  from: number,
  to: number,
  extents: readonly Extent[],
): { readonly from: number; readonly to: number }[] {
  const gaps: { from: number; to: number }[] = [];
  let at = from;
  const inOrder = [...extents].sort((a, b) => a.offset - b.offset);
  for (const extent of inOrder) {
    if (extent.offset >= to) break;
    if (extent.offset > at) gaps.push({ from: at, to: extent.offset });
    at = Math.max(at, endOf(extent));
  }
  if (at < to) gaps.push({ from: at, to });
  return gaps;
}
