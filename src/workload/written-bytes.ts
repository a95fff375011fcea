/** Writers are told apart by 12 bits; 0 is none. */
export const mostWriters = 4_095;

/**
 * The byte at a place of what a writer writes. Four bytes are a cell: the first begins with the bits
 * 11, the others with 10, so that cells are found wherever they lie and no byte is zero. They hold the
 * writer, the number of the cell modulo 64, and a checksum of both.
 */
export function byteOf(writer: number, at: number): number {
  const cell = (at >> 2) & 63;
  switch (at & 3) {
    case 0:
      return 0xc0 | (writer & 63);
    case 1:
      return 0x80 | ((writer >> 6) & 63);
    case 2:
      return 0x80 | cell;
    default:
      return 0x80 | checkOf(writer, cell);
  }
}

function checkOf(writer: number, cell: number): number {
  return (writer * 7 + (writer >> 6) * 11 + cell * 13) & 63;
}

/** What a writer writes. */
export function writtenBytes(writer: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at++) bytes[at] = byteOf(writer, at);
  return bytes;
}

/** A run of bytes of one writer, in what was read. */
export interface WrittenRun {
  /** Offsets in the file. */
  readonly from: number;
  readonly to: number;
  /** 0: zeros. -1: parts of cells, whose writer `raw` has to be held against (see `byteOf`). */
  readonly writer: number;
  /** Where in what the writer wrote the run begins, modulo 256; 0 without a writer. */
  readonly at: number;
  readonly raw: Uint8Array | null;
}

/** Says of bytes that were read at an offset who wrote them. Runs are in order and leave nothing out. */
export function whoWrote(bytes: Uint8Array, offset: number): WrittenRun[] {
  const runs: WrittenRun[] = [];
  let at = 0;
  while (at < bytes.length) {
    const cell = cellAt(bytes, at);
    let to = at;
    if (bytes[at] === 0) {
      while (to < bytes.length && bytes[to] === 0) to++;
      runs.push({ from: offset + at, to: offset + to, writer: 0, at: 0, raw: null });
    } else if (cell !== null) {
      while (to < bytes.length && continues(bytes, to, cell.writer, cell.place + to - at)) to += 4;
      runs.push({
        from: offset + at,
        to: offset + to,
        writer: cell.writer,
        at: cell.place,
        raw: null,
      });
    } else {
      while (to < bytes.length && bytes[to] !== 0 && cellAt(bytes, to) === null) to++;
      const raw = bytes.slice(at, to);
      runs.push({ from: offset + at, to: offset + to, writer: -1, at: 0, raw });
    }
    at = to;
  }
  return runs;
}

function cellAt(bytes: Uint8Array, at: number): { writer: number; place: number } | null {
  if (at + 4 > bytes.length) return null;
  const [first, second, third] = [bytes[at]!, bytes[at + 1]!, bytes[at + 2]!];
  if (first < 0xc0) return null;
  const writer = (first & 63) | ((second & 63) << 6);
  const place = (third & 63) * 4;
  return writer > 0 && continues(bytes, at, writer, place) ? { writer, place } : null;
}

function continues(bytes: Uint8Array, at: number, writer: number, place: number): boolean {
  if (at + 4 > bytes.length) return false;
  for (let i = 0; i < 4; i++) if (bytes[at + i] !== byteOf(writer, place + i)) return false;
  return true;
}
