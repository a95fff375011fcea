import type { CallIntent, Expectation } from './kv-intents.ts';
import type { KvCall, KvReply } from './kv-protocol.ts';

/** What one client knows of the values at its keys: the latest, and the one before. */
export class KnownValues {
  readonly #latest = new Map<string, string | null>();
  readonly #before = new Map<string, string | null>();

  /** Learns from a call that succeeded. */
  learn(call: KvCall, reply: KvReply): void {
    const { key } = call;
    if (call.operation === 'get') this.#set(key, reply.value);
    else if (call.operation === 'put') this.#set(key, call.value);
    else if (call.operation === 'delete') this.#set(key, null);
    else if (call.operation === 'cas') {
      if (reply.swapped) this.#set(key, call.value);
    } else {
      const latest = this.#latest.get(key);
      if (latest !== undefined) this.#set(key, (latest ?? '') + call.value);
    }
  }

  #set(key: string, value: string | null): void {
    const latest = this.#latest.get(key);
    if (latest === value) return;
    if (latest !== undefined) this.#before.set(key, latest);
    this.#latest.set(key, value);
  }

  /** What this client last saw or wrote; undefined when it knows nothing. */
  latest(key: string): string | null | undefined {
    return this.#latest.get(key);
  }

  /** What was there before that; undefined when it knows nothing. */
  before(key: string): string | null | undefined {
    return this.#before.get(key);
  }
}

/** A value that no intent writes. */
const neverWritten = '?';

/** The value that a cas expects, as its client understands the intent now. */
export function expectationValue(
  expected: Expectation,
  key: string,
  known: KnownValues,
): string | null {
  if (expected === 'unset') return null;
  if (expected === 'last-seen') return known.latest(key) ?? null;
  if (expected === 'stale') {
    const before = known.before(key);
    return before === undefined || before === known.latest(key) ? neverWritten : before;
  }
  return expected.value;
}

function size(length: number, limit: number, name: string): string | undefined {
  if (length === limit - 1) return `${name}-below-limit`;
  if (length === limit) return `${name}-at-limit`;
  return length > limit ? `${name}-over-limit` : undefined;
}

/** Names how an intent was meant, for the coverage table. */
export function optionOf(
  intent: CallIntent,
  key: string,
  value: string,
  limits: { readonly keyLength: number; readonly valueLength: number },
): string {
  const around =
    size(key.length, limits.keyLength, 'key') ?? size(value.length, limits.valueLength, 'value');
  if (around !== undefined) return around;
  if (intent.do === 'get') return intent.consistency;
  if (intent.do === 'delete') return 'plain';
  if (intent.do === 'cas') {
    return typeof intent.expected === 'string' ? intent.expected : 'other-value';
  }
  if (value === '') return 'empty';
  return intent.padTo > 0 ? 'padded' : 'plain';
}
