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

/** The slices as one view, when they lie one behind the other in one buffer; else null. */
function asOneView(slices: readonly Uint8Array[]): Uint8Array | null {
  const first = slices[0];
  if (first === undefined) return null;
  let end = first.byteOffset;
  for (const slice of slices) {
    if (slice.buffer !== first.buffer || slice.byteOffset !== end) return null;
    end += slice.length;
  }
  return slices.length === 1
    ? first
    : new Uint8Array(first.buffer, first.byteOffset, end - first.byteOffset);
}

/** Slices in one piece: a view, where they lie one behind the other in one buffer, or else a copy. */
export function joinSlices(slices: readonly Uint8Array[], counters: ClientCounters): Uint8Array {
  return asOneView(slices) ?? copySlices(slices, counters);
}

/** Slices in one piece that nobody else has. */
export function copySlices(slices: readonly Uint8Array[], counters: ClientCounters): Uint8Array {
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

/** Lays an extent over others, which are in order and apart. Gives such extents again. */
export function laidOver(under: readonly Extent[], extent: Extent): readonly Extent[] {
  const [from, to] = [extent.offset, endOf(extent)];
  const before: Extent[] = [];
  const after: Extent[] = [];
  for (const one of under) {
    if (one.offset < from) before.push(cutExtent(one, one.offset, Math.min(endOf(one), from)));
    if (endOf(one) > to) after.push(cutExtent(one, Math.max(one.offset, to), endOf(one)));
  }
  return [...before, extent, ...after];
}

function cutExtent({ offset, bytes }: Extent, from: number, to: number): Extent {
  return { offset: from, bytes: bytes.subarray(from - offset, to - offset) };
}

/** A range of extents that are in order and apart, in one piece; zeros where there is nothing. */
export function rangeOf(
  extents: readonly Extent[],
  from: number,
  to: number,
  counters: ClientCounters,
): Uint8Array {
  const slices: Uint8Array[] = [];
  let at = from;
  for (const extent of extents) {
    const low = Math.max(extent.offset, from);
    const high = Math.min(endOf(extent), to);
    if (low >= high) continue;
    if (low > at) slices.push(zeros(low - at));
    slices.push(cutExtent(extent, low, high).bytes);
    at = high;
  }
  if (at < to) slices.push(zeros(to - at));
  return joinSlices(slices, counters);
}
