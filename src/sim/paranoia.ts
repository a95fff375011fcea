import type { Codec, Message } from './message.ts';

/** A component changed, or lost in its codec, a message that it had handed to the network. */
export class AliasingError extends Error {
  override readonly name = 'AliasingError';
}

/**
 * Sends a message through its codec and freezes both ends, so that nothing can be shared by
 * accident. Returns the bytes, for a later look at whether the sender changed them.
 */
export function throughBytes(message: Message, codec: Codec<Message>): Uint8Array {
  const frame = codec.encode(message).slice();
  freeze(message);
  return frame;
}

/** What the receiver gets: decoded from the bytes, frozen. Throws when sender and bytes disagree. */
export function fromBytes(frame: Uint8Array, original: Message, codec: Codec<Message>): Message {
  if (!equalBytes(codec.encode(original), frame)) {
    throw new AliasingError(`message '${original.kind}' was changed after it was sent`);
  }
  const decoded = codec.decode(frame);
  if (!equalBytes(codec.encode(decoded), frame)) {
    throw new AliasingError(`the codec of '${original.kind}' does not give back what it encoded`);
  }
  freeze(decoded);
  return decoded;
}

function freeze(value: unknown): void {
  // Freezing a typed array throws; its bytes are compared instead.
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return;
  if (Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const part of Object.values(value)) freeze(part);
}

function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  for (let at = 0; at < left.length; at++) if (left[at] !== right[at]) return false;
  return true;
}
