import { decodeField, encodeField } from '../../common/field-bytes.ts';
import { type Field, integer, listOf, oneOf, union } from '../../common/fields.ts';
import { type Errno, errnos } from './errno.ts';

/** What became of a command. */
export type Reply =
  | { readonly kind: 'error'; readonly errno: Errno }
  | { readonly kind: 'done' }
  | { readonly kind: 'inode'; readonly inode: number }
  | { readonly kind: 'session'; readonly session: number }
  | { readonly kind: 'plan'; readonly plan: number }
  /** An append: its range begins at `offsetBytes`. */
  | { readonly kind: 'offset'; readonly offsetBytes: number }
  /** A chunk's version was fixed; data are accepted under this fence. */
  | { readonly kind: 'version'; readonly version: number; readonly fence: number }
  | { readonly kind: 'conversion'; readonly generation: number; readonly fence: number }
  | GrantReply;

/** A write lease was given; the members have not been told yet. */
export interface GrantReply {
  readonly kind: 'grant';
  readonly chunk: number;
  readonly version: number;
  readonly fence: number;
  readonly generation: number;
  /** Places by part, 0 for none. */
  readonly members: readonly number[];
  /** The chunk that a new one starts as a copy of, and its version; 0 and 0 for none. */
  readonly copyOf: number;
  readonly copyVersion: number;
  readonly validBytes: number;
}

export const replyField: Field<Reply> = union<Reply>({
  error: { errno: oneOf(errnos) },
  done: {},
  inode: { inode: integer },
  session: { session: integer },
  plan: { plan: integer },
  offset: { offsetBytes: integer },
  version: { version: integer, fence: integer },
  conversion: { generation: integer, fence: integer },
  grant: {
    chunk: integer,
    version: integer,
    fence: integer,
    generation: integer,
    members: listOf(integer),
    copyOf: integer,
    copyVersion: integer,
    validBytes: integer,
  },
});

export const done: Reply = { kind: 'done' };

const errors: ReadonlyMap<Errno, Reply> = new Map(
  errnos.map((errno) => [errno, { kind: 'error', errno }]),
);

/** The reply of a refusal. */
export function refuse(errno: Errno): Reply {
  return errors.get(errno)!;
}

export function encodeReply(reply: Reply): Uint8Array {
  return encodeField(replyField, reply);
}

/** Throws a RangeError on bytes that are no reply. */
export function decodeReply(bytes: Uint8Array): Reply {
  return decodeField(replyField, bytes);
}
