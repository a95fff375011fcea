import { decodeField, encodeField } from '../../common/field-bytes.ts';
import { type Field, integer, listOf, oneOf, structure, text, union } from '../../common/fields.ts';

export const refusals = [
  /** There is no such object. */
  'not-found',
  /** The name is taken. */
  'exists',
  /** It was changed meanwhile: read it again. */
  'conflict',
  /** Something else uses it. */
  'in-use',
  /** The specification, or what is asked for, makes no sense; the text says where. */
  'invalid',
  /** Addresses or ports have run out, or a port is taken. */
  'exhausted',
  /** It makes no sense in the present state of the object. */
  'wrong-state',
  /** From an earlier leader, an earlier registration, or decided upon what has changed. */
  'stale',
  /** The session has ended, or there has never been one. */
  'no-session',
  /** Not for clients. */
  'forbidden',
  /** A quota has too little left; the text says of what, and how much. */
  'over-quota',
] as const;
export type Refusal = (typeof refusals)[number];

/** An object, and the version that it has now. */
export interface ReplyObject {
  readonly id: string;
  readonly version: number;
}

/** What became of a command. */
export type Reply =
  | { readonly kind: 'refused'; readonly why: Refusal; readonly what: string }
  | { readonly kind: 'done' }
  /** An object was made or changed: its id, and the version that it has now. */
  | { readonly kind: 'object'; readonly id: string; readonly version: number }
  | { readonly kind: 'session'; readonly session: number }
  /** A node registered: the index counts for its reports. */
  | { readonly kind: 'registered'; readonly node: string; readonly registration: number }
  /** A node has a certificate to come: its serial, and the root that is to sign it. */
  | {
      readonly kind: 'certified';
      readonly node: string;
      readonly serial: number;
      readonly issuer: number;
    }
  /** What an apply made or changed, or found as it is to be: in the order of its parts. */
  | { readonly kind: 'together'; readonly objects: readonly ReplyObject[] }
  /** A batch: how many of its parts took effect. The others were outdated. */
  | { readonly kind: 'batch'; readonly effective: number };

export const replyField: Field<Reply> = union<Reply>({
  refused: { why: oneOf(refusals), what: text },
  done: {},
  object: { id: text, version: integer },
  session: { session: integer },
  registered: { node: text, registration: integer },
  batch: { effective: integer },
  certified: { node: text, serial: integer, issuer: integer },
  together: {
    objects: listOf(structure<ReplyObject>({ id: text, version: integer })) as Field<
      readonly ReplyObject[]
    >,
  },
});

export const done: Reply = { kind: 'done' };

export function refuse(why: Refusal, what: string = ''): Reply {
  return { kind: 'refused', why, what };
}

export function encodeReply(reply: Reply): Uint8Array {
  return encodeField(replyField, reply);
}

/** Throws a RangeError on bytes that are no reply. */
export function decodeReply(bytes: Uint8Array): Reply {
  return decodeField(replyField, bytes);
}
