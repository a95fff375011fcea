import type { Intervention, WatchCommand, WatchSnapshot } from '../protocol.ts';
import { fuzzyFilter } from './fuzzy.ts';

/** A command that can be chosen by its words. */
export interface PaletteEntry {
  readonly text: string;
  /** The key that does the same; empty: none. */
  readonly key: string;
  /** What it does, when it needs nothing more. */
  readonly command?: WatchCommand;
  /** What has to be typed after the words, and what it makes. */
  readonly argument?: {
    readonly hint: string;
    readonly parse: (typed: string) => WatchCommand | undefined;
  };
}

/** A time as a person types it, in microseconds: `250ms`, `-1.5s`, `3` (seconds). */
export function parseTimeUs(typed: string): number | undefined {
  const [, number, unit = 's'] =
    /^([+-]?\d+(?:\.\d+)?)\s*(us|µs|ms|s|min)?$/.exec(typed.trim()) ?? [];
  if (number === undefined) return undefined;
  const scale = { us: 1, µs: 1, ms: 1_000, s: 1_000_000, min: 60_000_000 }[unit]!;
  return Math.round(Number(number) * scale);
}

const fixed: readonly PaletteEntry[] = [
  { text: 'play or pause', key: 'space', command: { kind: 'toggle' } },
  { text: 'heal everything in force', key: 'H', command: intervene({ kind: 'heal' }) },
  { text: 'isolate the leader', key: 'I', command: intervene({ kind: 'isolate-leader' }) },
  { text: 'undo the last intervention', key: 'u', command: { kind: 'undo' } },
  { text: 'save the case', key: 'w', command: { kind: 'save' } },
  {
    text: 'save the case as',
    key: '',
    argument: {
      hint: 'PATH',
      parse: (path) => (path === '' ? undefined : { kind: 'save', path }),
    },
  },
  { text: 'faster', key: '+', command: { kind: 'faster' } },
  { text: 'slower', key: '-', command: { kind: 'slower' } },
  { text: 'step forward by one event', key: '.', command: step('event', 1) },
  { text: 'step back by one event', key: ',', command: step('event', -1) },
  { text: 'step forward by one message', key: '>', command: step('message', 1) },
  { text: 'step back by one message', key: '<', command: step('message', -1) },
  { text: 'next leader change', key: 't', command: { kind: 'jump', to: 'leader' } },
  { text: 'previous leader change', key: 'T', command: { kind: 'jump', to: 'leader', back: true } },
  { text: 'next role change', key: '', command: { kind: 'jump', to: 'role' } },
  { text: 'previous role change', key: '', command: { kind: 'jump', to: 'role', back: true } },
  { text: 'next fault', key: 'f', command: { kind: 'jump', to: 'fault' } },
  { text: 'previous fault', key: 'F', command: { kind: 'jump', to: 'fault', back: true } },
  { text: 'next violation', key: 'v', command: { kind: 'jump', to: 'violation' } },
  { text: 'previous violation', key: 'V', command: { kind: 'jump', to: 'violation', back: true } },
  { text: 'mark this event', key: 'm', command: { kind: 'mark' } },
  { text: 'next mark', key: "'", command: { kind: 'jump', to: 'mark' } },
  { text: 'previous mark', key: '"', command: { kind: 'jump', to: 'mark', back: true } },
  { text: 'go to the start', key: '^', command: { kind: 'seek', to: { at: 'start' } } },
  { text: 'go to the end of the run', key: '', command: { kind: 'seek', to: { at: 'end' } } },
  {
    text: 'go to the furthest moment',
    key: '$',
    command: { kind: 'seek', to: { at: 'furthest' } },
  },
  {
    text: 'go to time',
    key: '',
    argument: {
      hint: 'TIME, for example 3.5s',
      parse: (typed) => {
        const timeUs = parseTimeUs(typed);
        return timeUs === undefined || timeUs < 0 ? undefined : { kind: 'seek', to: { timeUs } };
      },
    },
  },
  {
    text: 'go to step',
    key: '',
    argument: {
      hint: 'NUMBER',
      parse: (typed) =>
        /^[\d,_]+$/.test(typed)
          ? { kind: 'seek', to: { step: Number(typed.replaceAll(/[,_]/g, '')) } }
          : undefined,
    },
  },
  { text: 'follow nothing any more', key: '', command: { kind: 'follow', what: null } },
  { text: 'quit', key: 'q', command: { kind: 'quit' } },
];

function step(by: 'event' | 'message', count: number): WatchCommand {
  return { kind: 'step', by, count };
}

function intervene(what: Intervention): WatchCommand {
  return { kind: 'intervene', what };
}

/** Every command that makes sense now. */
export function paletteEntries(snapshot: WatchSnapshot): readonly PaletteEntry[] {
  return [
    ...fixed,
    ...(snapshot.comparison === undefined ? [] : comparing),
    ...onNodes(snapshot),
    ...onPlan(snapshot),
    ...onMessages(snapshot),
  ];
}

const comparing: readonly PaletteEntry[] = [
  { text: 'go on in the changed past', key: 'a', command: { kind: 'adopt' } },
  { text: 'end the comparison', key: 'q', command: { kind: 'dismiss' } },
];

function onNodes({ nodes }: WatchSnapshot): readonly PaletteEntry[] {
  const servers = nodes.filter(({ server }) => server).map(({ id }) => id);
  const single = servers.flatMap((node) => [
    plain(`isolate ${node}`, 'i', { kind: 'isolate', node }),
    plain(`halves, ${node} in the first`, '', { kind: 'halves', node }),
    plain(`crash ${node} (process)`, 'c', { kind: 'crash', node, powerLoss: false }),
    plain(`crash ${node} (power loss)`, 'C', { kind: 'crash', node, powerLoss: true }),
    plain(`restart ${node}`, 'r', { kind: 'restart', node }),
    plain(`pause ${node} (stall, or run on)`, 'p', { kind: 'pause', node }),
    timed(`skew the clock of ${node} by`, 'TIME, for example -250ms', (byUs) => ({
      kind: 'skew',
      node,
      byUs,
    })),
    numbered(`drift the clock of ${node} by`, 'PARTS PER MILLION', (partsPerMillion) => ({
      kind: 'drift',
      node,
      partsPerMillion,
    })),
  ]);
  const endpoints = nodes.map(({ id }) => id);
  const pairs = endpoints.flatMap((one, i) =>
    endpoints
      .slice(i + 1)
      .map((other) =>
        plain(`partition ${one} ${other}`, '', { kind: 'partition', between: [one, other] }),
      ),
  );
  return [...single, ...pairs];
}

function plain(text: string, key: string, what: Intervention): PaletteEntry {
  return { text, key, command: intervene(what) };
}

function timed(text: string, hint: string, make: (us: number) => Intervention): PaletteEntry {
  const parse = (typed: string): WatchCommand | undefined => {
    const us = parseTimeUs(typed);
    return us === undefined ? undefined : intervene(make(us));
  };
  return { text, key: '', argument: { hint, parse } };
}

function numbered(text: string, hint: string, make: (n: number) => Intervention): PaletteEntry {
  const parse = (typed: string): WatchCommand | undefined =>
    /^[+-]?\d+$/.test(typed) ? intervene(make(Number(typed))) : undefined;
  return { text, key: '', argument: { hint, parse } };
}

function onPlan({ plan }: WatchSnapshot): readonly PaletteEntry[] {
  return plan.flatMap(({ index, family, text }) => {
    const name = `fault ${index + 1}`;
    const what = `${family}: ${text}`;
    return [
      {
        text: `remove ${name} and compare (${what})`,
        key: 'd',
        command: { kind: 'compare', edit: { kind: 'remove', fault: index } },
      },
      {
        text: `move ${name} by`,
        key: '',
        argument: {
          hint: `TIME, for example -100ms (${what})`,
          parse: (typed: string) => {
            const byUs = parseTimeUs(typed);
            if (byUs === undefined || byUs === 0) return undefined;
            return { kind: 'compare', edit: { kind: 'move', fault: index, byUs } };
          },
        },
      },
    ] satisfies PaletteEntry[];
  });
}

function onMessages({ network }: WatchSnapshot): readonly PaletteEntry[] {
  return network.inFlight.flatMap(({ id, from, to, message }) => [
    {
      text: `lose ${message} from ${from} to ${to}`,
      key: 'x',
      command: intervene({ kind: 'lose', message: id }),
    },
    {
      text: `follow ${message} from ${from} to ${to}`,
      key: 'o',
      command: { kind: 'follow', what: { message: id } },
    },
  ]);
}

/** What stands after the words of an entry, when all of them were typed. */
export function argumentOf(entry: PaletteEntry, typed: string): string | undefined {
  if (entry.argument === undefined) return undefined;
  const start = `${entry.text} `;
  return typed.toLowerCase().startsWith(start.toLowerCase())
    ? typed.slice(start.length).trim()
    : undefined;
}

/** The entries that fit what was typed, best first. */
export function matchingEntries(
  entries: readonly PaletteEntry[],
  typed: string,
): readonly PaletteEntry[] {
  const complete = entries.filter((entry) => argumentOf(entry, typed) !== undefined);
  return complete.length > 0 ? complete : fuzzyFilter(typed, entries, ({ text }) => text);
}
