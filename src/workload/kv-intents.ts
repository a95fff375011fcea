/**
 * What clients of a key-value service want to do: a flat list of plain data, drawn before the run,
 * recorded in the case, readable, editable, shrinkable. Each intent names its client and its time,
 * so taking one out leaves the others where they are.
 */

interface IntentBase {
  /** Which client, from 0; wraps when there are fewer. */
  readonly client: number;
  /** Not before this time of the client's life, in microseconds. */
  readonly atUs: number;
}

/** What a cas expects to find, resolved at invocation from what its client knows. */
export type Expectation =
  /** What this client last saw or wrote at the key; unset when it knows nothing. */
  | 'last-seen'
  /** A value that this client knows was there and has been replaced; else a value never written. */
  | 'stale'
  | 'unset'
  /** A value that some client may have written: usually a near miss. */
  | { readonly value: string };

export type CallIntent = IntentBase &
  (
    | { readonly do: 'get'; readonly key: string; readonly consistency: 'linearizable' | 'local' }
    | {
        readonly do: 'put' | 'append';
        readonly key: string;
        readonly value: string;
        /** Pads the value with dots to this length; 0: as it is. */
        readonly padTo: number;
      }
    | {
        readonly do: 'cas';
        readonly key: string;
        readonly expected: Expectation;
        readonly value: string;
        readonly padTo: number;
      }
    | { readonly do: 'delete'; readonly key: string }
  );

export type KvIntent =
  | CallIntent
  /** Sends a request of the past once more, to prove that it has no second effect. */
  | (IntentBase & {
      readonly do: 'resend';
      /** Which: 0 is the latest request of this client, 1 the one before, and so on. */
      readonly back: number;
      /** At once, or when this client next learns of another leader. */
      readonly when: 'now' | 'new-leader';
    })
  /** The client forgets everything, open calls too, and goes on with new sessions. */
  | (IntentBase & { readonly do: 'restart' });

/** The value that an intent writes. */
export function paddedValue(value: string, padTo: number): string {
  return padTo > value.length ? value.padEnd(padTo, '.') : value;
}

const keyPadding = /\+(\d+)$/;

/**
 * The key that an intent means: as it is, or for `name+1024` the name padded with dots to a length
 * of 1024, so that keys at a limit stay readable in a case file.
 */
export function paddedKey(key: string): string {
  if (!key.includes('+')) return key;
  const length = Number(keyPadding.exec(key)?.[1] ?? 0);
  return paddedValue(key.slice(0, key.lastIndexOf('+')), length);
}
