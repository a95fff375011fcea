import type { FileLock, FileOpenFlags, PathCall } from './file-protocol.ts';

/** Slots for open files that a client has. */
export const fileSlots = 3;

/** What is done to the file that is open in a slot; `path` is opened there first when none is. */
export type SlotAction = { readonly slot: number; readonly path: string } & (
  | { readonly do: 'reopen'; readonly flags: FileOpenFlags }
  | { readonly do: 'read'; readonly offset: number; readonly length: number }
  | { readonly do: 'write'; readonly offset: number; readonly length: number }
  | { readonly do: 'append'; readonly length: number }
  | { readonly do: 'ftruncate'; readonly sizeBytes: number }
  | { readonly do: 'fsync' | 'close' | 'fstat' }
  | { readonly do: 'lock' | 'unlock' | 'test-lock'; readonly lock: FileLock }
);

export type PathAction =
  | Exclude<PathCall, { readonly do: 'open' | 'restore' | 'purge' | 'remove-snapshot' }>
  /** Takes the file that the client saw removed last out of the trash. */
  | { readonly do: 'restore'; readonly path: string }
  /** Ends what the client sees in the trash, else what it saw removed last. */
  | { readonly do: 'purge'; readonly path: string }
  /** `own`: not what has the path, but the snapshot that the client made last, if it has made one. */
  | { readonly do: 'remove-snapshot'; readonly path: string; readonly own: boolean };

/**
 * What a client of a file service wants to do: plain data, drawn before the run, recorded in the case,
 * readable, editable, shrinkable.
 */
export type FileIntent = {
  /** Which client, from 0; wraps when there are fewer. */
  readonly client: number;
  /** Not before this time of the client's life, in microseconds. */
  readonly atUs: number;
} & (
  | PathAction
  | SlotAction
  /** The client forgets everything and begins anew. */
  | { readonly do: 'restart' }
);

const slotActions: ReadonlySet<string> = new Set([
  'reopen',
  'read',
  'write',
  'append',
  'ftruncate',
  'fsync',
  'close',
  'fstat',
  'lock',
  'unlock',
  'test-lock',
]);

/** Whether an intent of a kind is about an open file. */
export function isSlotKind(kind: FileIntent['do']): kind is SlotAction['do'] {
  return slotActions.has(kind);
}
