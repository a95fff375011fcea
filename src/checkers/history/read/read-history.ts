import type { NamedModel } from '../model.ts';
import type { HistoryOperation } from '../operation.ts';
import { EdnReader } from './edn.ts';
import { HistoryBuilder, type HistoryEvent } from './history-builder.ts';
import { HistoryFormatError } from './history-format-error.ts';
import { eventOf, eventOfJson } from './jsonl.ts';

/** How a history is written. */
export interface ReadOptions {
  /** Whose operations they are; default: any. */
  readonly model?: NamedModel;
  /** `jsonl`: one JSON object a line. `edn`: as Jepsen writes. Default: by the first character. */
  readonly format?: 'jsonl' | 'edn';
  /** Each value is [key, value], as Jepsen's `independent` has it. */
  readonly independent?: boolean;
}

/**
 * Reads a history, in real-time order. Events of processes named `nemesis` are skipped.
 * @throws HistoryFormatError with the line that is wrong
 */
export function readHistory(text: string, options: ReadOptions = {}): HistoryOperation[] {
  const builder = new HistoryBuilder(options.model);
  const format = options.format ?? (looksLikeEdn(text) ? 'edn' : 'jsonl');
  const add = (event: HistoryEvent | undefined): void => {
    if (event === undefined) return;
    builder.add(options.independent === true ? withKey(event) : event);
  };
  if (format === 'edn') readEdn(text, add);
  else readJsonl(text, add);
  return builder.finish();
}

/** JSON lines, of any operations. See `readHistory`. */
export function parseJsonl(text: string): HistoryOperation[] {
  return readHistory(text, { format: 'jsonl' });
}

function looksLikeEdn(text: string): boolean {
  const first = /^\uFEFF?\s*(?:;[^\n]*\n\s*)*(.\s*.?)/.exec(text)?.[1] ?? '';
  return /^[#[(]/.test(first) || /^\{\s*:/.test(first);
}

function readJsonl(text: string, add: (event: HistoryEvent | undefined) => void): void {
  let line = 0;
  for (let from = text.startsWith('\uFEFF') ? 1 : 0; from < text.length; ) {
    line++;
    const next = text.indexOf('\n', from);
    const end = next < 0 ? text.length : next;
    const one = text.slice(from, end).trim();
    if (one !== '') add(eventOfJson(one, line));
    from = end + 1;
  }
}

function readEdn(text: string, add: (event: HistoryEvent | undefined) => void): void {
  const reader = new EdnReader(text);
  const inside = reader.enter();
  for (;;) {
    if (inside && reader.leaves()) break;
    const form = reader.next();
    if (form === undefined) {
      if (!inside) break;
      throw new HistoryFormatError(1, 'is not EDN: what begins here has no end');
    }
    const { value, line } = form;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new HistoryFormatError(line, 'is not a map with :process, :type and :f');
    }
    add(eventOfEdn(value as Record<string, unknown>, line));
  }
}

/**
 * Jepsen calls the operation `:f`; a cas that it says happened has swapped, and one that was refused
 * is a failure. When a `:result` says that it was an answer, it is known that the value was another.
 */
function eventOfEdn(map: Record<string, unknown>, line: number): HistoryEvent | undefined {
  // Whatever is no number is no client.
  if (typeof map.process === 'string') return undefined;
  const refused = map.type === 'fail' && map.result === false;
  return eventOf({ ...map, type: refused ? 'ok' : map.type, op: map.f ?? map.op }, line);
}

function withKey(event: HistoryEvent): HistoryEvent {
  const { line, type, value } = event;
  if (Array.isArray(value) && value.length === 2) {
    const [key, inner] = value as unknown[];
    return { ...event, key: typeof key === 'string' ? key : JSON.stringify(key), value: inner };
  }
  if (type !== 'invoke' && (value === undefined || value === null)) return event;
  throw new HistoryFormatError(line, 'expected `value` to be [key, value]');
}
