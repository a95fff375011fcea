import type { RunTrace } from '../../record/run-trace.ts';

/** One line of the history, as `check` reads it. */
interface HistoryLine {
  readonly process: number;
  readonly type: 'invoke' | 'ok' | 'fail' | 'info';
  readonly op: string;
  readonly key?: string;
  readonly value?: unknown;
  readonly result?: boolean;
  readonly hint?: number;
  readonly time: number;
}

/** Something that stands in the history, with the time by which it finds its place. */
interface Entry {
  readonly timeUs: number;
  readonly fields: readonly (readonly [name: string, edn: string])[];
}

/**
 * What clients saw as a history of Jepsen: one map a line in the order of real time, `:f` is the
 * operation, each value is `[key value]` as `jepsen.independent` has it, times are in nanoseconds.
 * Faults stand in it as operations of `:nemesis`. A cas that was refused is a failure to Jepsen; that
 * it was answered stands beside it as `:result false`. Undefined when there is no history.
 */
export function jepsenHistory(trace: RunTrace): string | undefined {
  if (trace.history === undefined) return undefined;
  const clients = trace.history
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => clientEntry(JSON.parse(line) as HistoryLine));
  const lines = merged(clients, nemesisEntries(trace)).map(({ fields }, index) => {
    const all = [['index', String(index)] as const, ...fields];
    return `{${all.map(([name, edn]) => `:${name} ${edn}`).join(', ')}}`;
  });
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

function clientEntry(line: HistoryLine): Entry {
  const { process, type, op, key, value, result, hint, time } = line;
  const refused = op === 'cas' && type === 'ok' && result === false;
  const inner = ednOf(value ?? null);
  const fields: [string, string][] = [
    ['time', nanoseconds(time)],
    ['type', `:${refused ? 'fail' : type}`],
    ['process', String(process)],
    ['f', keyword(op)],
    ['value', key === undefined || key === '' ? inner : `[${ednOf(key)} ${inner}]`],
  ];
  if (result !== undefined) fields.push(['result', String(result)]);
  if (hint !== undefined) fields.push(['hint', String(hint)]);
  if (refused) fields.push(['error', ':precondition-failed']);
  return { timeUs: time, fields };
}

function nemesisEntries(trace: RunTrace): Entry[] {
  return trace.events.flatMap(({ timeUs, ...event }) => {
    const fault = event.type === 'fault' ? event.fault : undefined;
    if (fault === undefined || fault.phase === 'refused') return [];
    const verb = fault.phase === 'begin' ? 'start' : 'stop';
    const entry: Entry = {
      timeUs,
      fields: [
        ['time', nanoseconds(timeUs)],
        ['type', ':info'],
        ['process', ':nemesis'],
        ['f', keyword(`${verb}-${fault.family}`)],
        ['value', ednOf(fault.nodes)],
      ],
    };
    return [entry];
  });
}

/** Both in one order by time; the clients' own order stays as it is. */
function merged(clients: readonly Entry[], nemesis: readonly Entry[]): Entry[] {
  const all: Entry[] = [];
  let next = 0;
  for (const client of clients) {
    while (next < nemesis.length && nemesis[next]!.timeUs <= client.timeUs) {
      all.push(nemesis[next++]!);
    }
    all.push(client);
  }
  return [...all, ...nemesis.slice(next)];
}

function nanoseconds(us: number): string {
  return String(BigInt(Math.round(us)) * 1_000n);
}

/** What a keyword of EDN may not hold becomes a dash. */
function keyword(name: string): string {
  return `:${name.replaceAll(/[^\w.*+!?$%&=<>-]/g, '-')}`;
}

function ednOf(value: unknown): string {
  if (value === null || value === undefined) return 'nil';
  if (typeof value === 'string') return textOf(value);
  if (Array.isArray(value)) return `[${value.map(ednOf).join(' ')}]`;
  if (typeof value === 'object') {
    const pairs = Object.entries(value).map(([name, of]) => `${textOf(name)} ${ednOf(of)}`);
    return `{${pairs.join(', ')}}`;
  }
  return String(value);
}

/** EDN escapes as JSON does, but for the solidus, which JSON.stringify leaves alone. */
function textOf(text: string): string {
  return JSON.stringify(text);
}
