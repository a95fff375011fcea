/**
 * What travels between nodes: readonly plain data with a `kind`.
 *
 * Plain means objects, arrays, strings, finite numbers, booleans, null and `Uint8Array`: whatever
 * can be written to a wire and read back equal.
 */
export interface Message {
  readonly kind: string;
}

/** The name of a node or of a client endpoint, for example `n1` or `c2`. */
export type NodeId = string;

/**
 * Where a message goes: `node` or `node:port`. A port tells the services of one node apart;
 * without one the message arrives at port `main`.
 */
export type Address = string;

/**
 * Folds values into a digest. The order of the calls matters; two runs that fold the same values in
 * the same order have the same digest.
 */
export interface Folder {
  /** Folds a number. Integers below 2^53 in magnitude are folded exactly. */
  int(value: number): void;
  /** Folds the UTF-16 units of a string, and its length. */
  text(value: string): void;
  /** Folds bytes, and their count. */
  bytes(value: Uint8Array): void;
}

/**
 * What a system declares about its messages, so that the world can send them as bytes, copy them
 * without sharing, fold them into the digest and recognise the same message in another run.
 */
export interface Codec<M extends Message> {
  /** Version of `identity`: raise it when the keys change, so that old case files say so. */
  readonly identityVersion: number;
  /** The bytes that a real network would carry. */
  encode(message: M): Uint8Array;
  /** The inverse of `encode`. Throws a RangeError on bytes that `encode` cannot have made. */
  decode(bytes: Uint8Array): M;
  /** A copy that shares no mutable part with the original. */
  copy(message: M): M;
  /** Folds every field. A field that is left out here can differ between runs unseen. */
  fold(message: M, into: Folder): void;
  /**
   * A small integer that names this message among those on its link: kind + term + index, kind +
   * request id, and the like. Never the payload and never a global counter, or calming one choice
   * would reshuffle all others.
   */
  identity(message: M): number;
  /** Size on the wire in bytes; an estimate is enough. */
  sizeBytes(message: M): number;
}
