const slabBytes = 65_536;
const mostBytes = 8_192;
/** V8 keeps arrays up to this size on its own heap, which is cheaper still. */
const smallBytes = 64;

// Thread-wide on purpose: the bytes of a slab are given away once and never again, so worlds that
// share one cannot notice. A slab is freed with the last array cut from it.
let slab: Uint8Array = new Uint8Array(0);
let used = 0;

/**
 * A zeroed array of its own. An array of some hundred bytes costs ten times as much from the engine
 * (about a microsecond, its memory is outside the heap) as when it is cut from a slab.
 */
export function zeroedBytes(count: number): Uint8Array {
  if (count <= smallBytes || count > mostBytes) return new Uint8Array(count);
  if (used + count > slab.length) {
    slab = new Uint8Array(slabBytes);
    used = 0;
  }
  const bytes = slab.subarray(used, used + count);
  // The next one begins on a cache line of its own.
  used = (used + count + 63) & ~63;
  return bytes;
}

/** A copy of the first bytes of an array. */
export function copiedBytes(source: Uint8Array, count: number): Uint8Array {
  if (count <= smallBytes || count > mostBytes) return source.slice(0, count);
  const bytes = zeroedBytes(count);
  bytes.set(source.subarray(0, count));
  return bytes;
}
