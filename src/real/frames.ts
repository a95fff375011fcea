import { crc32 } from 'node:zlib';
import { decodePlain } from '../sim/plain-decode.ts';
import { encodePlain } from '../sim/plain-encode.ts';

const headerBytes = 8;
const longestFrame = 64 * 1024 * 1024;

/** What travels between two real nodes: one message with its addresses. */
export interface Frame {
  readonly from: string;
  readonly port: string;
  /** The message as its codec encodes it. */
  readonly message: Uint8Array;
}

/** Length and CRC-32 of the body (both 32 bits, big end first), then the body. */
export function encodeFrame(frame: Frame): Buffer {
  const body = encodePlain([frame.from, frame.port, frame.message]);
  const bytes = Buffer.allocUnsafe(headerBytes + body.length);
  bytes.writeUInt32BE(body.length, 0);
  bytes.writeUInt32BE(crc32(body), 4);
  bytes.set(body, headerBytes);
  return bytes;
}

/** Cuts a stream of bytes into frames. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);

  /**
   * Takes the next bytes of the stream and gives the frames that they complete. Throws a RangeError
   * when the stream is damaged: nothing after that point can be read.
   */
  *push(chunk: Buffer): Generator<Frame> {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (this.#rest.length >= headerBytes) {
      const length = this.#rest.readUInt32BE(0);
      if (length > longestFrame) throw new RangeError(`a frame of ${length} bytes`);
      if (this.#rest.length < headerBytes + length) return;
      const body = this.#rest.subarray(headerBytes, headerBytes + length);
      if (crc32(body) !== this.#rest.readUInt32BE(4)) throw new RangeError('a damaged frame');
      this.#rest = this.#rest.subarray(headerBytes + length);
      const fields = decodePlain(body);
      const [from, port, message] = (Array.isArray(fields) ? fields : []) as unknown[];
      const sound = typeof from === 'string' && typeof port === 'string';
      if (!sound || !(message instanceof Uint8Array)) throw new RangeError('not a frame');
      yield { from, port, message };
    }
  }
}
